/**
 * One event loop in virtual time around the real engine: requests wait in line, long commands get a turn of a millisecond
 * between two looks at the line. What a piece of work takes is what the engine counted for it, times the rates that are
 * parameters.
 */
import { Args, commandTable, Engine, Session } from '../../engines/sparse-array/index.ts'
import { LogHistogram } from '../lab/analysis/histogram.ts'
import type { AgentMemoryParams } from './params.ts'
import { READ, SEARCH } from './requests.ts'
import type { Request } from './requests.ts'

export interface LoopOptions {
  readonly yields: boolean
  /** Steps that one search may take. */
  readonly budget: number
}

interface Searching {
  readonly session: Session
  readonly arrived: number
}

/** Where the fragments lie; each loop works on a copy, which costs what it writes. */
const LOADED = 'loaded'

/** An engine that holds the fragments, and how many bytes each takes. */
export function load(fragments: readonly string[]): {
  readonly engine: Engine
  readonly bytesPerFragment: number
} {
  const engine = new Engine()
  const session = new Session(engine, commandTable)
  for (let i = 0; i < fragments.length; i += 500) {
    session.execute(Args.of('ARINSERT', LOADED, ...fragments.slice(i, i + 500)))
    session.out.take()
  }
  return { engine, bytesPerFragment: engine.keyspaces[0]!.arrays[0]!.bytes / fragments.length }
}

/** Share of a turn that one search gets before the next. */
const PORTIONS = 5

export class Loop {
  readonly reads = new LogHistogram()
  readonly searchTimes = new LogHistogram()
  now = 0
  busy = 0
  completed = 0
  refused = 0
  searched = 0
  longestStall = 0
  /** Time integral of the requests in the system, and the sum of their times in it. */
  area = 0
  sojourn = 0
  /** Work that searches were counted for. */
  work = 0
  private readonly params: AgentMemoryParams
  private readonly options: LoopOptions
  private readonly engine: Engine
  private readonly main: Session
  private readonly idle: Session[] = []
  private readonly running: Searching[] = []
  private inSystem = 0
  private changedAt = 0

  constructor(params: AgentMemoryParams, options: LoopOptions, engine: Engine) {
    this.params = params
    this.options = options
    this.engine = engine
    this.engine.maxSteps = options.budget
    // What a pattern has learnt of its texts in one loop must not make it cheaper in the next.
    this.engine.plans.clear()
    this.main = new Session(this.engine, commandTable)
    this.main.execute(Args.of('COPY', LOADED, 'k', 'REPLACE'))
    this.main.out.take()
  }

  /** Serves all requests, those that are left after the span too. */
  run(requests: readonly Request[]): void {
    let next = 0
    const line: Request[] = []
    const admit = (): void => {
      while (next < requests.length && requests[next]!.at <= this.now) {
        this.count(requests[next]!.at, 1)
        line.push(requests[next++]!)
      }
    }
    for (;;) {
      admit()
      if (line.length === 0 && this.running.length === 0) {
        if (next === requests.length) break
        this.now = Math.max(this.now, requests[next]!.at)
        continue
      }
      for (const request of line.splice(0)) this.serve(request, admit)
      if (this.running.length > 0) this.turn(admit)
    }
  }

  private serve(request: Request, admit: () => void): void {
    const { engine } = this
    const session =
      request.kind === SEARCH ? (this.idle.pop() ?? new Session(engine, commandTable)) : this.main
    const before = engine.stats.searchWork
    session.execute(Args.of(...request.command))
    if (session.job !== null && !this.options.yields) {
      while (!session.stepJob(Infinity));
    }
    this.spend(this.params.commandTime, engine.stats.searchWork - before + (session.job?.work ?? 0), session)
    admit()
    if (session.job === null) this.finish(request.kind, session, request.at)
    else this.running.push({ session, arrived: request.at })
  }

  /** Long commands one after the other, a portion each, until the turn is over. */
  private turn(admit: () => void): void {
    const { params, running } = this
    const until = this.now + params.turn
    const portion = Math.ceil((params.turn / PORTIONS) * params.searchRate)
    while (running.length > 0 && this.now < until) {
      const search = running.shift()!
      const { session } = search
      const { job } = session
      const before = job!.work
      const done = session.stepJob(portion)
      this.spend(0, job!.work - before, session)
      admit()
      if (done) this.finish(SEARCH, session, search.arrived)
      else running.push(search)
    }
  }

  private spend(seconds: number, work: number, session: Session): void {
    const { params } = this
    const took = seconds + work / params.searchRate + session.out.length / params.replyRate
    this.work += work
    this.busy += took
    this.now += took
  }

  private finish(kind: Request['kind'], session: Session, arrived: number): void {
    const chunks = session.out.take()
    const waited = this.now - arrived
    this.completed++
    this.sojourn += waited
    this.count(this.now, -1)
    if (kind === READ) {
      this.reads.add(waited)
      this.longestStall = Math.max(this.longestStall, waited)
    }
    if (kind !== SEARCH) return
    this.searchTimes.add(waited)
    this.searched++
    // An error begins with a minus; the budget's is the only one that these queries can get.
    if (chunks[0]?.[0] === 0x2d) this.refused++
    this.idle.push(session)
  }

  private count(at: number, by: number): void {
    this.area += this.inSystem * (at - this.changedAt)
    this.changedAt = at
    this.inSystem += by
  }
}
