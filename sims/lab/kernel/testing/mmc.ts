/**
 * M/M/c in three styles: an event loop that keeps its own queue, the same loop over a Resource, and processes.
 *
 * All three read the same two streams in the same order, so their numbers are equal to the last bit. The tests beside
 * this file hold them against each other and against Erlang's formulas; `styles.ts` measures what the comfort costs.
 * (`flowbench bench kernel` times a model of its own, with cancelled timers and ties: sims/bench/rows/kernel.ts.)
 */
import { exponential } from '../random/exponential.ts'
import type { Stream } from '../random/stream.ts'
import { codeOf, event, Kernel, NONE } from '../kernel.ts'
import { Ring } from '../ring.ts'
import { hold, Processes, seize, type Process } from '../process.ts'
import { Resource, STARTED } from '../resource.ts'

export interface MmcParameters {
  /** Arrivals per second. */
  readonly arrivalRate: number
  /** Mean service time, seconds. */
  readonly serviceTime: number
  readonly servers: number
  /** Places to wait; default Infinity. */
  readonly queueCapacity?: number
  /** Virtual time to run, seconds. */
  readonly until: number
  readonly arrivals: Stream
  readonly services: Stream
}

export interface MmcRun {
  readonly kernel: Kernel
  readonly desk: Resource
}

const ARRIVAL = event(0)
const DEPARTURE = event(1)
const PROCESS = 2

/** What the bare loop counts: as little as can answer "how long is the wait". */
export interface BareRun {
  readonly started: number
  readonly meanWait: number
}

/** The flat style without a Resource: the loop keeps the queue itself, and no statistics but the mean wait. */
export function mmcBare(p: MmcParameters): BareRun {
  const kernel = new Kernel()
  const waiting = new Ring()
  const capacity = p.queueCapacity ?? Infinity
  const gap = 1 / p.arrivalRate
  let busy = 0
  let started = 0
  let waited = 0
  kernel.after(exponential(p.arrivals, gap), ARRIVAL)
  for (let e = kernel.next(p.until); e !== NONE; e = kernel.next(p.until)) {
    if (codeOf(e) === ARRIVAL) {
      kernel.after(exponential(p.arrivals, gap), ARRIVAL)
      if (busy < p.servers) {
        busy += 1
        started += 1
        kernel.after(exponential(p.services, p.serviceTime), DEPARTURE)
      } else if (waiting.size < capacity) {
        waiting.push(0, kernel.now)
      }
    } else if (waiting.size === 0) {
      busy -= 1
    } else {
      waited += kernel.now - waiting.firstValue
      started += 1
      waiting.shift()
      kernel.after(exponential(p.services, p.serviceTime), DEPARTURE)
    }
  }
  return { started, meanWait: waited / started }
}

/** The flat style over a Resource: a loop over events. */
export function mmcFlat(p: MmcParameters): MmcRun {
  const kernel = new Kernel()
  const desk = new Resource(kernel, {
    name: 'desk',
    servers: p.servers,
    queueCapacity: p.queueCapacity ?? Infinity,
  })
  const gap = 1 / p.arrivalRate
  kernel.after(exponential(p.arrivals, gap), ARRIVAL)
  for (let e = kernel.next(p.until); e !== NONE; e = kernel.next(p.until)) {
    if (codeOf(e) === ARRIVAL) {
      kernel.after(exponential(p.arrivals, gap), ARRIVAL)
      if (desk.request(0) === STARTED) kernel.after(exponential(p.services, p.serviceTime), DEPARTURE)
    } else if (desk.release() !== NONE) {
      kernel.after(exponential(p.services, p.serviceTime), DEPARTURE)
    }
  }
  return { kernel, desk }
}

/** The process style: the life of a customer. */
export function mmcProcesses(p: MmcParameters): MmcRun {
  const kernel = new Kernel()
  const desk = new Resource(kernel, {
    name: 'desk',
    servers: p.servers,
    queueCapacity: p.queueCapacity ?? Infinity,
  })
  const processes = new Processes(kernel, PROCESS)
  const gap = 1 / p.arrivalRate

  function* customer(): Process {
    if (!(yield seize(desk))) return
    yield hold(exponential(p.services, p.serviceTime))
    processes.release(desk)
  }

  function* door(): Process {
    for (;;) {
      yield hold(exponential(p.arrivals, gap))
      processes.start(customer())
    }
  }

  processes.start(door())
  processes.run(p.until)
  return { kernel, desk }
}
