/**
 * M/M/c in both styles, the worked example of how to write a model, and what the kernel's tests and benchmark run.
 *
 * Both read the same two streams in the same order, so their numbers are equal to the last bit.
 */
import { exponential } from '../random/exponential.ts'
import type { Stream } from '../random/stream.ts'
import { codeOf, event, Kernel, NONE } from '../kernel.ts'
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

/** The flat style: a loop over events. */
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
