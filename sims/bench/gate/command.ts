/**
 * `gate --command CMD`: any program, base's against head's, interleaved.
 *
 * A sample is a run, or as many as last long enough to be told (`command-meter.ts`), by the processor time of all that the
 * command started; a program that waits is told by the wall time beside it. A round takes four samples of each tree in
 * random order, eight where they are short, on one core where the program needs no more (`core.ts`), and the least of each
 * counts: runs that start a process are slowed by others and never sped up. Rounds are judged as benchmarks are. Besides,
 * the order of the two is said where it is sure at one per cent, and not said where it is not; so more rounds are played
 * than for a benchmark, until the order is known or the two are surely alike.
 *
 * The control copy does a tenth more runs; where a run lasts for long, it does a tenth of base's time of arithmetic.
 */
import { openStream } from '../../lab/kernel/random/stream.ts'
import { shuffled } from '../harness/shuffled.ts'
import { keepTogether } from './core.ts'
import { openMeter, type CommandLimits, type CommandSample, type Taken } from './command-meter.ts'
import type { Played } from './duel.ts'
import { planOf, type Plan } from './judge.ts'
import { Refused, TimeUp } from './refused.ts'

const SAMPLES = 4
/**
 * At a load of 7 on two cores the ratio of the least of four runs of 20 ms spread by 3 %, of eight by 1.9 %; the median of
 * pairs by 4.4 and 2.8 %.
 */
const SAMPLES_OF_SHORT = 8
const SHORT_SECONDS = 0.05
const MOST_RUNS = 1000
/** A program that took fewer cores than this when it was looked at is kept on one. */
const MOST_CORES = 1.1
/** Of these a copy does one more, and is slower by a tenth. */
const CONTROL_RUNS = 10
/** A node that does nothing takes a tenth of a second: a copy of a long run spins for no less. */
const LEAST_SPIN_SECONDS = 0.1

/** Rounds are short, and an order takes more of them than a verdict. */
const LOOKS = [8, 11, 14, 20, 30, 45, 60]

export const commandPlan = (tolerance?: number): Plan => ({ ...planOf(1, tolerance), looks: LOOKS })

export interface CommandOptions extends CommandLimits {
  readonly command: string
  readonly seed: number
}

export interface CommandSide {
  readonly name: string
  readonly folder: string
  /** What it runs with; default, what we do. */
  readonly env?: NodeJS.ProcessEnv
  /** Made slower by this share on purpose. */
  readonly slower: number
}

interface Turn {
  readonly name: string
  readonly sample: CommandSample
  /** As how many runs its time counts. */
  readonly as: number
}

/** Rounds of the command in these folders; the first round finds out how long it takes. */
export function commandRounds(
  sides: readonly CommandSide[],
  { command, seed, ...limits }: CommandOptions,
): () => Promise<Played[]> {
  const shuffle = openStream(seed, 0, `gate/command/${sides.length}`)
  const meter = openMeter()
  let turns: Turn[] | null = null
  let isSerial = false
  let samples = SAMPLES
  /** Seconds that a run takes, once that is known. */
  let took: number | null = null
  const take = async (name: string, sample: CommandSample): Promise<Taken> => {
    try {
      return await meter.take(sample, limits)
    } catch (error) {
      if (error instanceof TimeUp) {
        const known =
          took === null
            ? `a run of the command: ${error.message}`
            : `a run of the command takes ${took.toFixed(1)} s, and a round is ${samples * sides.length} of them or more`
        throw new TimeUp(`time was up: ${known}`)
      }
      throw error instanceof Refused ? new Refused(`${name}: ${error.message}`) : error
    }
  }
  const look = async (): Promise<Turn[]> => {
    const sampleOf = ({ folder, env }: CommandSide, runs: number): CommandSample => ({
      command,
      folder,
      runs,
      spin: 0,
      ...(env && { env }),
    })
    const once = (side: CommandSide): Promise<Taken> => take(side.name, sampleOf(side, 1))
    // The first run finds caches cold, and fails where the command does.
    for (const side of sides) await once(side)
    const { cpu, wall } = await once(sides[0]!)
    took = wall
    isSerial = cpu < MOST_CORES * wall
    const isControl = sides.some(({ slower }) => slower > 0)
    const runs = runsOf(cpu, meter.least, isControl)
    if (runs * cpu < SHORT_SECONDS) samples = SAMPLES_OF_SHORT
    return sides.map((side) => ({
      name: side.name,
      ...turnOf(sampleOf(side, runs), side.slower, cpu),
    }))
  }
  const playTurns = async (all: readonly Turn[]): Promise<Played[]> => {
    const taken: Taken[][] = all.map(() => [])
    const order = all.flatMap((_, side) => Array.from({ length: samples }, () => side))
    for (const side of shuffled(order, shuffle)) {
      const { name, sample, as } = all[side]!
      const { cpu, wall } = await take(name, sample)
      if (cpu <= 0) throw new Refused('the command takes no processor time that can be told')
      taken[side]!.push({ cpu: cpu / as, wall: wall / as })
    }
    return taken.map(playedOf)
  }
  return async () => {
    turns ??= await look()
    // What we start stays where we are. A program that keeps several cores busy needs them.
    const letGo = isSerial ? keepTogether([process.pid], shuffle) : () => {}
    try {
      return await playTurns(turns)
    } finally {
      letGo()
    }
  }
}

function runsOf(cpu: number, least: number, isControl: boolean): number {
  const told = Math.min(MOST_RUNS, Math.max(1, Math.round(least / Math.max(cpu, 0.001))))
  if (!isControl) return told
  // Enough that a tenth more is a run, or a spin that Node can do.
  return Math.max(told, Math.min(CONTROL_RUNS, Math.ceil(1 / Math.max(cpu, 0.001))))
}

function turnOf(sample: CommandSample, slower: number, cpu: number): Omit<Turn, 'name'> {
  const as = sample.runs
  if (slower === 0) return { sample, as }
  if (as >= CONTROL_RUNS) return { sample: { ...sample, runs: as + Math.round(slower * as) }, as }
  return { sample: { ...sample, spin: Math.max(LEAST_SPIN_SECONDS, slower * as * cpu) }, as }
}

/** What is not known of a program (memory, garbage) is the same on both sides. */
function playedOf(taken: readonly Taken[]): Played {
  const cpu = taken.map((one) => one.cpu).toSorted((a, b) => a - b)
  return {
    figures: [[cpu[0]!]],
    wall: Math.min(...taken.map(({ wall }) => wall)),
    p95: cpu.at(-1)!,
    finish: { peak: 1, gc: 0, asleep: null },
  }
}
