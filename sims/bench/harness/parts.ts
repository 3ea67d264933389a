/**
 * Work in many parts, within one contestant's process: which of them it does, and how long each takes.
 *
 * Parts differ by orders of magnitude (a text of 30 bytes, one of a megabyte), so each is repeated as often as fills a
 * sample of its own. One that takes long is measured a few times only; the figure then stands for later rounds.
 */
import { verify } from './errors.ts'
import type { Burst, Parts } from './row.ts'
import type { PartState } from './protocol.ts'

/** A part that takes longer than this once is slow, and left out. */
const SLOW_SECONDS = 1
/** A part gets this share of the time that a sample of a whole burst gets. */
const SHARE = 0.2
const WARM_UP_SECONDS = 0.03
const WARM_UP_RUNS = 3
/** All parts together warm up at least so long, as V8 compiles on other threads in its own time. */
const WARM_UP_ALL_SECONDS = 0.6
/** Parts longer than this are measured in this many samples and no more. */
const LONG_SECONDS = 0.02
const LONG_SAMPLES = 3
/** Parts longer than this are measured in one sample: their first run has warmed them up. */
const VERY_LONG_SECONDS = 0.2

interface Done {
  readonly burst: Burst
  repeats: number
  /** Samples to take, for a long one. */
  most: number
  samples: number
  least: number
}

interface Timing {
  readonly check: number
  readonly seconds: number
}

export class PartSet {
  private readonly work: Parts
  /** In the order of the parts; null for one that is not done. */
  private readonly done: (Done | null)[] = []

  constructor(work: Parts) {
    this.work = work
  }

  async prepare(sampleSeconds: number): Promise<PartState[]> {
    const states: PartState[] = []
    const begin = performance.now()
    for (const one of this.work.parts) {
      const { state, part } = await prepareOne(one, SHARE * sampleSeconds)
      states.push(state)
      this.done.push(part)
    }
    // What was timed first was timed cold: once more, and by that decide how often each is repeated.
    for (let pass = 0; pass === 0 || performance.now() - begin < 1000 * WARM_UP_ALL_SECONDS; pass++) {
      for (const part of this.done) {
        if (part !== null && (pass === 0 ? part.most !== 1 : part.most === Infinity))
          await rehearse(part, SHARE * sampleSeconds)
      }
      if (this.done.every((part) => part === null || part.most < Infinity)) break
    }
    return states
  }

  /** Seconds per unit of work of each part, the least of `samples`. Throws when a check value has changed. */
  async measure(samples: number): Promise<(number | null)[]> {
    for (let sample = 0; sample < samples; sample++) {
      for (const part of this.done) {
        if (part === null || part.samples >= part.most) continue
        const { burst, repeats } = part
        const { check, seconds } = await timeRuns(burst, repeats)
        verify(burst, check)
        const figure = seconds / repeats / burst.work
        // A long part's figures are few and kept; the others start anew with each request.
        part.least = part.most < Infinity || sample > 0 ? Math.min(part.least, figure) : figure
        part.samples++
      }
    }
    return this.done.map((part) => part && part.least)
  }

  async close(): Promise<void> {
    for (const part of this.done) await part?.burst.close?.()
    await this.work.close?.()
  }
}

async function prepareOne(
  one: Parts['parts'][number],
  sampleSeconds: number,
): Promise<{ state: PartState; part: Done | null }> {
  const done = ({ expected, work }: Burst): PartState => ({ id: one.id, state: 'done', expected, work })
  const not = (state: PartState['state'], why: string) => ({ state: { id: one.id, state, why }, part: null })
  let burst
  let first
  try {
    burst = await one.prepare()
    first = await timeRuns(burst, 1)
  } catch (error) {
    return not('refused', error instanceof Error ? error.message : String(error))
  }
  if (!Object.is(first.check, burst.expected)) {
    return not('wrong', `expected check value ${burst.expected}, got ${first.check}`)
  }
  if (first.seconds > SLOW_SECONDS) return not('slow', `${first.seconds.toFixed(1)} s`)
  if (first.seconds > VERY_LONG_SECONDS) {
    const part = { burst, repeats: 1, most: 1, samples: 0, least: Infinity }
    return { state: done(burst), part }
  }
  let least = first.seconds
  let spent = first.seconds
  for (let run = 1; spent < WARM_UP_SECONDS || run < WARM_UP_RUNS; run++) {
    // Few long runs or many short ones: a batch, so that a short one is not measured by a coarse clock.
    const repeats = Math.max(1, Math.round(sampleSeconds / 4 / Math.max(least, 1e-7)))
    const { seconds } = await timeRuns(burst, repeats)
    spent += seconds
    least = Math.min(least, seconds / repeats)
  }
  const repeats = Math.max(1, Math.round(sampleSeconds / least))
  const part = { burst, repeats, most: Infinity, samples: 0, least: Infinity }
  return { state: done(burst), part }
}

async function rehearse(part: Done, sampleSeconds: number): Promise<void> {
  const { seconds } = await timeRuns(part.burst, part.repeats)
  part.most = seconds / part.repeats > LONG_SECONDS ? LONG_SAMPLES : Infinity
  part.repeats = Math.max(1, Math.round((sampleSeconds * part.repeats) / seconds))
}

/** So many runs, timed here or by the burst itself; the check value of the last. */
export async function timeRuns(burst: Burst, repeats: number): Promise<Timing> {
  if (burst.timed !== undefined) return await burst.timed(repeats)
  let check = 0
  const begin = performance.now()
  for (let run = 0; run < repeats; run++) {
    const answer = burst.run()
    check = answer instanceof Promise ? await answer : answer
  }
  return { check, seconds: (performance.now() - begin) / 1000 }
}
