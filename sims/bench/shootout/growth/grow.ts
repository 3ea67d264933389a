/**
 * Lengthens an attack on one engine until a search takes long enough, and keeps what every length took.
 *
 * The next length is never a leap in the dark: with the growth of the last two points taken for exponential, it takes at
 * most five times as long as the last. While nothing is seen but the clock the length doubles: what hides below 10 us is
 * some thousand steps, and a double of the length squares at most that.
 */
import { attackBytes, type Attack } from '../attack/attack.ts'
import { EngineFailed, type EngineProcess } from '../process/engine-process.ts'
import type { Ask } from '../protocol.ts'
import { fitGrowth, fixedCost, lengthFor, type Fit, type Point } from './fit.ts'

export interface GrowOptions {
  readonly ask: Ask
  /** Stop when a search has taken this long, s. */
  readonly seconds: number
  /** Stop when the text is this long, bytes. */
  readonly bytes: number
}

export interface Grown {
  readonly attack: Attack
  readonly points: readonly (Point & { readonly pumps: number })[]
  readonly fit: Fit
  /** How the engine ended the row: it crashed, gave up, or was ended at a limit. */
  readonly failure: EngineFailed | null
}

/** Processes to measure in: one that was ended is replaced by a new one, with its pattern. */
export type Ready = () => Promise<EngineProcess>

const NOISE_SECONDS = 10e-6
const LEAP = 5
/** What was a leap all the same, since its first half hid below the clock's noise, is filled in. */
const LEAP_FILLED = 10
const MOST_FILLED = 6
/** A run may take this many times the sought time before its process is ended. */
const PATIENCE = 4
/** Short searches are run again: the least of some is what it takes. */
const QUICK_SECONDS = 0.3e-3
const MIDDLING_SECONDS = 20e-3
/** From this share of the sought time on the row is long enough. */
const ENOUGH = 0.7
/** A little more than is sought, so that it is reached. */
const AIM = 1.02

/**
 * Goes on from `begun`, a row of the same attack that ended at less. Throws `EngineRefused` when the engine has no answer
 * to `ask`.
 */
export async function grow(
  ready: Ready,
  attack: Attack,
  options: GrowOptions,
  begun: Grown['points'] = [],
): Promise<Grown> {
  const { ask, seconds, bytes } = options
  const points = [...begun]
  const unit = Buffer.byteLength(attack.pump)
  const most = Math.floor((bytes - attackBytes(attack, 0)) / unit)
  let failure: EngineFailed | null = null
  /** The least number of pumps that was too much. */
  let tooMany = Infinity
  /** Of the next point; none when the row is long enough. */
  const next = (): number => {
    // Without any pump: what is not the pumps' cost.
    if (points.length === 0) return 0
    const last = points.at(-1)!
    if (last.seconds >= ENOUGH * seconds) return Infinity
    const wanted = Math.ceil((lengthFor(points, AIM * seconds) ?? Infinity) / unit)
    const step = Math.min(nextPumps(points, seconds), wanted > last.pumps ? wanted : Infinity)
    const pumps = Math.min(step, most, tooMany - 1)
    return pumps > last.pumps ? pumps : Infinity
  }
  let pumps = next()
  while (pumps <= most && points.length < 60) {
    try {
      const taken = await timeOnce(await ready(), attack, pumps, ask, PATIENCE * seconds)
      points.push({ length: pumps * unit, seconds: taken, pumps })
      failure = null
    } catch (error) {
      if (!(error instanceof EngineFailed)) throw error
      failure = error
      tooMany = pumps
      // Between the last length and this one there may be more to see; an engine that is down stays down.
      const last = points.at(-1)?.pumps ?? 0
      const between = Math.floor((last + tooMany) / 2)
      if (error.how === 'too slow' && between > last && points.length < 12) {
        pumps = between
        continue
      }
      // Nothing lies between: it took at least as long as it was given.
      if (error.how === 'too slow' && between === last) {
        points.push({ length: tooMany * unit, seconds: PATIENCE * seconds, pumps: tooMany })
      }
      break
    }
    pumps = next()
  }
  await fillLeaps(ready, attack, ask, points)
  return { attack, points, fit: fitGrowth(points), failure }
}

/** Where time leapt from one length to the next, the length between is measured too, as long as there is one. */
async function fillLeaps(
  ready: Ready,
  attack: Attack,
  ask: Ask,
  points: (Point & { pumps: number })[],
): Promise<void> {
  const unit = Buffer.byteLength(attack.pump)
  for (let at = 1, filled = 0; at < points.length && filled < MOST_FILLED; at++) {
    const [before, after] = [points[at - 1]!, points[at]!]
    const pumps = Math.floor((before.pumps + after.pumps) / 2)
    if (after.seconds < LEAP_FILLED * Math.max(before.seconds, NOISE_SECONDS) || pumps === before.pumps)
      continue
    const seconds = await timeOnce(await ready(), attack, pumps, ask, PATIENCE * after.seconds)
    points.splice(at, 0, { length: pumps * unit, seconds, pumps })
    filled++
    // The half before it may be a leap still.
    at--
  }
}

async function timeOnce(
  engine: EngineProcess,
  { prefix, pump, suffix }: Attack,
  pumps: number,
  ask: Ask,
  patience: number,
): Promise<number> {
  await engine.text([
    { text: prefix, times: 1 },
    { text: pump, times: pumps },
    { text: suffix, times: 1 },
  ])
  const time = async (): Promise<number> => (await engine.run(ask, 1, patience + 1)).seconds
  let least = await time()
  const more = least < QUICK_SECONDS ? 8 : least < MIDDLING_SECONDS ? 3 : 0
  for (let run = 0; run < more; run++) least = Math.min(least, await time())
  return least
}

/** At least one more, unless the next would surely be too much. */
function nextPumps(points: readonly (Point & { pumps: number })[], seconds: number): number {
  const last = points.at(-1)!
  if (last.pumps === 0) return 1
  const before = points.at(-2)
  const fixed = fixedCost(points)
  const net = last.seconds - fixed
  if (before === undefined || net < NOISE_SECONDS) return 2 * last.pumps
  const ratio = net / Math.max(before.seconds - fixed, NOISE_SECONDS / 8)
  if (ratio <= 1) return 2 * last.pumps
  const each = Math.log(ratio) / (last.pumps - before.pumps)
  const step = Math.floor(Math.log(LEAP) / each)
  if (step >= 1) return last.pumps + Math.min(last.pumps, step)
  // Every single pump is a leap: one more, unless it would take far longer than is wanted.
  return net * Math.exp(each) > PATIENCE * seconds ? last.pumps : last.pumps + 1
}

/** The shortest text that costs the engine `seconds`: the row goes on from where it ended until one does. */
export async function reach(ready: Ready, grown: Grown, options: GrowOptions): Promise<Grown> {
  const { attack } = grown
  const points = [...grown.points]
  const unit = Buffer.byteLength(attack.pump)
  for (let tries = 0; tries < 3 && grown.failure === null; tries++) {
    const last = points.at(-1)
    if (last === undefined || last.seconds >= options.seconds) break
    const wanted = lengthFor(points, AIM * options.seconds)
    if (wanted === null) break
    const pumps = Math.max(last.pumps + 1, Math.ceil(wanted / unit))
    if (attackBytes(attack, pumps) > options.bytes || pumps > 8 * last.pumps) break
    try {
      const seconds = await timeOnce(
        await ready(),
        attack,
        pumps,
        options.ask,
        2 * PATIENCE * options.seconds,
      )
      points.push({ length: pumps * unit, seconds, pumps })
    } catch (error) {
      if (error instanceof EngineFailed) break
      throw error
    }
  }
  return { ...grown, points, fit: fitGrowth(points) }
}
