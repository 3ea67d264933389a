/**
 * Processes: the life of one customer, written as one generator, on top of the flat core.
 *
 *     const processes = new Processes(kernel, PROCESS)
 *     function* customer(): Process {
 *       if (!(yield seize(desk))) return          // refused: no place to wait
 *       yield hold(exponential(service, 1))
 *       processes.release(desk)
 *     }
 *
 * What a process yields is what it waits for: `hold(dt)` for time to pass, `seize(resource)` for a server. To the kernel
 * a process is one event code with the process's number as index, so that processes and flat events mix freely in one
 * model and ties follow the same order. A process that gets a server from a release resumes at that very instant, after
 * the one that released has reached its next wait and before the next event: no event is spent on it.
 *
 * A model of processes alone is `processes.run(until)`; a mixed one hands events of the code to `wake(indexOf(e))`.
 * This style takes 2.5 to 2.8 times as long per customer as a bare event loop (`npm run kernel:styles` on a 2-core VM): a
 * generator allocates a result per step, and a customer takes three steps.
 */
import { codeOf, event, indexOf, NONE, type Kernel } from './kernel.ts'
import { QUEUED, REFUSED, type Resource } from './resource.ts'
import { Ring } from './ring.ts'

/** What a process waits for: seconds, or a server of a resource. */
export type Wait = number | Resource

/** A process yields its waits; each yield returns true, or false when a resource refused the process. */
export type Process = Generator<Wait, void, boolean>

/** Waits `seconds` of virtual time (at least 0, else the kernel's ClockError). */
export function hold(seconds: number): Wait {
  return seconds
}

/** Waits for a server of `resource`; the answer is false when there was no place to wait. */
export function seize(resource: Resource): Wait {
  return resource
}

/** An event came that no process and no handler owns. */
export class UnknownEventError extends Error {
  override readonly name = 'UnknownEventError'
}

export class Processes {
  private readonly kernel: Kernel
  private readonly code: number
  private readonly alive: (Process | undefined)[] = []
  private readonly free: number[] = []
  /** Processes that go on at the present instant, in order. */
  private readonly ready = new Ring()
  private running = false

  /** `code`: the event code, 0 .. 255, that belongs to processes in this kernel. */
  constructor(kernel: Kernel, code: number) {
    this.kernel = kernel
    this.code = code
  }

  /** Processes started and not yet ended. */
  get count(): number {
    return this.alive.length - this.free.length
  }

  /** Starts a process now: at once, or, from within a process, as soon as that one waits. */
  start(process: Process): void {
    const id = this.free.pop() ?? this.alive.length
    this.alive[id] = process
    this.goOn(id)
  }

  /** The calling process gives up its server of `resource`; whoever has waited longest gets it. */
  release(resource: Resource): void {
    const next = resource.release()
    if (next !== NONE) this.goOn(next)
  }

  /** Resumes the process whose hold has ended: call it for the event of this code with index `id`. */
  wake(id: number): void {
    this.running = true
    try {
      this.advance(id)
      while (this.ready.size > 0) {
        const next = this.ready.firstId
        this.ready.shift()
        this.advance(next)
      }
    } finally {
      this.running = false
    }
  }

  /** Runs events until `until`, seconds, or until none is left. Those of other codes go to `other`. */
  run(until = Infinity, other?: (word: number) => void): void {
    const { kernel, code } = this
    for (let word = kernel.next(until); word !== NONE; word = kernel.next(until)) {
      if (codeOf(word) === code) this.wake(indexOf(word))
      else if (other === undefined) throw new UnknownEventError(`event ${word} belongs to no process`)
      else other(word)
    }
  }

  private goOn(id: number): void {
    if (this.running) this.ready.push(id, 0)
    else this.wake(id)
  }

  /** Runs a process up to its next real wait. */
  private advance(id: number): void {
    const process = this.alive[id]
    if (process === undefined) throw new UnknownEventError(`process ${id} has ended or never was`)
    let answer = true
    for (;;) {
      const step = process.next(answer)
      if (step.done === true) {
        this.alive[id] = undefined
        this.free.push(id)
        return
      }
      const wait = step.value
      if (typeof wait === 'number') {
        this.kernel.after(wait, event(this.code, id))
        return
      }
      const admission = wait.request(id)
      if (admission === QUEUED) return
      answer = admission !== REFUSED
    }
  }
}
