/** One side of a duel, in a process of its own: told by `duel.ts` when to take a sample. */
import { constants, PerformanceObserver } from 'node:perf_hooks'
import { Bench } from 'tinybench'
import { refusalOf } from '../harness/errors.ts'
import { clockOf, waitedForCore } from './clock.ts'
import { makeReady } from './ready.ts'
import type { Finish, PlayerReply, PlayerRequest, Sample } from './talk.ts'
import type { Ready } from './work.ts'

/** Long enough for V8 to reach its optimising compiler in every loop that matters. */
const WARM_UP_MS = 300
const WARM_UP_RUNS = 3
/** One run of this length has done all the warming up that there is to do. */
const LONG_RUN_MS = 400
/** What is done around each run is not timed, but takes its time: no more than this for a warm-up and for a sample. */
const MOST_WARM_UP_MS = 2000
const MOST_SAMPLE_MS = 100
/** A run that is timed by itself and is shorter than this is hard to tell from what asking the clock costs, 2 or 3 us. */
const BRIEF_MS = 0.02

class Player {
  private readonly ready: Ready
  private readonly now: () => number
  private repeats = 1
  /** How long a sample is going to last, seconds. */
  length = 0
  /** Of runs that are timed one by one and are brief, how long one takes, seconds. */
  brief: number | null = null
  private gcMs = 0
  private sampledMs = 0
  private asleepMs: number | null = 0
  private readonly observer: PerformanceObserver

  constructor(ready: Ready, now: () => number) {
    this.ready = ready
    this.now = now
    this.observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const { kind } = (entry as PerformanceEntry & { detail: { kind?: number } }).detail
        if (kind !== constants.NODE_PERFORMANCE_GC_WEAKCB) this.gcMs += entry.duration
      }
    })
  }

  async warmUp(sampleMs: number): Promise<void> {
    const { around } = this.ready
    const begin = performance.now()
    let least = Infinity
    let spent = 0
    let done = 0
    for (let runs = 0, batch = 1; runs < WARM_UP_RUNS || spent < WARM_UP_MS; runs++) {
      const took = around === undefined ? await this.timed(batch) : await this.timedOnce(around)
      spent += took
      done += batch
      least = Math.min(least, took / batch)
      if (least > LONG_RUN_MS) break
      if (around !== undefined) {
        if (runs >= WARM_UP_RUNS && performance.now() - begin > MOST_WARM_UP_MS) break
        continue
      }
      // Short runs in batches: asking the clock costs a microsecond.
      batch = Math.max(1, Math.min(2 * batch, Math.round(sampleMs / 4 / Math.max(least, 1e-6))))
    }
    this.repeats = Math.max(1, Math.ceil(sampleMs / Math.max(least, 1e-6)))
    this.length = (this.repeats * least) / 1000
    if (around !== undefined) {
      if (least < BRIEF_MS) this.brief = least / 1000
      const each = (performance.now() - begin) / done
      this.repeats = Math.max(1, Math.min(this.repeats, Math.floor(MOST_SAMPLE_MS / each)))
      this.length = (this.repeats * each) / 1000
    }
    this.observer.observe({ entryTypes: ['gc'] })
  }

  private async timed(runs: number): Promise<number> {
    const begin = this.now()
    await this.ready.run(runs)
    return this.now() - begin
  }

  private async timedOnce({ before, after }: NonNullable<Ready['around']>): Promise<number> {
    await before()
    const took = await this.timed(1)
    await after()
    return took
  }

  /** tinybench times it, on our clock; what is done around a run is none of the sample. */
  async sample(slower: number): Promise<Sample> {
    const { ready, repeats, now } = this
    const { around } = ready
    const iterations = around === undefined ? 1 : repeats
    const work = async (): Promise<void> => {
      // Asking the clock is within what is timed.
      const begin = slower === 0 ? 0 : now()
      await ready.run(repeats / iterations)
      if (slower === 0) return
      const until = now() + slower * (now() - begin)
      while (now() < until);
    }
    const cpuNow = clockOf('cpu')
    const at = { waited: null as number | null, wall: 0, cpu: 0 }
    let wallMs = 0
    const beforeEach = async (): Promise<void> => {
      await around?.before()
      Object.assign(at, { waited: waitedForCore(), wall: performance.now(), cpu: cpuNow() })
    }
    const afterEach = async (): Promise<void> => {
      const wall = performance.now() - at.wall
      const ran = cpuNow() - at.cpu
      const waited = waitedForCore()
      wallMs += wall
      if (waited === null || at.waited === null || this.asleepMs === null) this.asleepMs = null
      else this.asleepMs += Math.max(0, wall - ran - (waited - at.waited))
      await around?.after()
    }
    const bench = new Bench({
      time: 0,
      iterations,
      warmup: false,
      throws: true,
      now,
      // Once in a sample it is nothing; in every run of a brief task it would be most of the figure.
      subtractTimerOverhead: around !== undefined,
    })
    bench.add('sample', work, { async: true, beforeEach, afterEach })
    await bench.run()
    this.sampledMs += wallMs
    const result = bench.tasks[0]?.result
    if (result?.state !== 'completed') throw new Error(`tinybench ended ${result?.state ?? 'without a task'}`)
    if (result.totalTime === 0)
      throw new Error('one run of it, timed by itself for its hooks, takes less than asking the clock')
    const units = 1000 * repeats * ready.units
    return { seconds: result.totalTime / units, wall: wallMs / units }
  }

  finish(): Finish {
    return {
      peak: process.resourceUsage().maxRSS * 1024,
      gc: this.sampledMs === 0 ? 0 : this.gcMs / this.sampledMs,
      asleep: this.asleepMs === null ? null : this.asleepMs / this.sampledMs,
    }
  }

  async close(): Promise<void> {
    await this.ready.close()
  }
}

let player: Player | undefined

async function answer(request: PlayerRequest): Promise<PlayerReply> {
  try {
    if (request.do === 'prepare') {
      const ready = await makeReady(request.work)
      player = new Player(ready, clockOf(request.clock))
      await player.warmUp(1000 * request.sampleSeconds)
      const { length, brief } = player
      return { ok: true, ready: { units: ready.units, length, brief } }
    }
    if (player === undefined) throw new Error('asked before anything was prepared')
    if (request.do === 'sample') return { ok: true, sample: await player.sample(request.slower) }
    return { ok: true, finish: player.finish() }
  } catch (error) {
    return refusalOf(error)
  }
}

process.on('message', (request: PlayerRequest) => {
  // Whoever asked may be gone by now.
  void answer(request).then((reply) => process.send?.(reply, undefined, undefined, () => {}))
})
// An interrupt from the keyboard goes to every process; when it is over, the parent says so.
for (const signal of ['SIGINT', 'SIGHUP']) process.on(signal, () => {})
process.on('disconnect', () => {
  void Promise.resolve(player?.close()).finally(() => process.exit(0))
})
