/**
 * How often the gate is wrong, from the rounds of a soak.
 *
 * Whole gates are drawn from the rounds that were really played: of one day and one state of the machine, blocks of
 * consecutive rounds with replacement, for each benchmark, as many as the gate would have asked for, and fresh ones to
 * confirm. So what hangs together in time stays together. They are judged by the gate's own code (`timing.ts`), time and
 * memory. A gate of base against itself that fails is a false alarm.
 *
 * Beside it stands the gate that most projects have, on the same rounds: one figure now against one that was stored, at
 * plus five per cent.
 */
import { median, sum } from 'simple-statistics'
import type { Stream } from '../../lab/kernel/random/stream.ts'
import { wholeDays } from './days.ts'
import type { Played } from './duel.ts'
import type { Plan } from './judge.ts'
import { rateOf, type Rate, type SoakRates } from './rate.ts'
import { SLOWED, type SoakRound } from './soak.ts'
import { timeBoth, type Pair, type Timed } from './timing.ts'

/** Drawing twenty thousand takes a while, in which an interrupt must be heard. */
const GATES_AT_ONCE = 100

/** Rounds that were played one after the other. */
type Block = readonly SoakRound[]

/**
 * What `rounds` (of one method, machine and state) say of gates under `plan`, from the days on which every benchmark was
 * played often enough: a gate is of one day. Null when there is no such day.
 */
export async function ratesOf(
  all: readonly SoakRound[],
  plan: Plan,
  gates: number,
  stream: Stream,
): Promise<SoakRates | null> {
  const ids = new Set(all.map(({ benchmark }) => benchmark))
  const days = wholeDays(all, ids)
  if (days.length === 0) return null
  const rounds = days.flat()
  const byBenchmark = Map.groupBy(rounds, ({ benchmark }) => benchmark)
  const pools = days.map((ofDay) => ({
    ofDay: [...Map.groupBy(ofDay, ({ benchmark }) => benchmark).values()].map((all) => [
      ...Map.groupBy(all, ({ block }) => block).values(),
    ]),
  }))
  let falseAlarms = 0
  let cleared = 0
  let undecided = 0
  let benchmarks = 0
  for (let gate = 0; gate < gates; gate++) {
    if (gate % GATES_AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve))
    const { ofDay } = pools[stream.below(pools.length)]!
    let failed = false
    for (const blocks of ofDay) {
      const outcome = await playGate(blocks, plan, stream, alike)
      benchmarks++
      if (isFound(outcome)) failed = true
      else if (outcome === 'clear') cleared++
      else undecided++
    }
    if (failed) falseAlarms++
  }
  const perBenchmark = Math.max(1, Math.round(gates / 10 / byBenchmark.size))
  const ofBenchmarks: [string, SoakRates['benchmarks'][string]][] = []
  for (const [id, all] of byBenchmark) {
    const slowed: [string, { seen: number; found: Rate }][] = []
    for (const [level, slower] of SLOWED.entries()) {
      slowed.push([percent(slower), await slowedRates(all, level, plan, perBenchmark, stream)])
    }
    const spread = robustSpread(all.map(({ ratio }) => Math.log(ratio)))
    ofBenchmarks.push([id, { rounds: all.length, spread, slowed: Object.fromEntries(slowed) }])
  }
  const foundAt = (slower: number): Rate => {
    const rates = ofBenchmarks.map(([, { slowed }]) => slowed[percent(slower)]!.found)
    return rateOf(sum(rates.map(({ found }) => found)), sum(rates.map(({ of }) => of)))
  }
  return {
    rounds: rounds.length,
    days: days.length,
    benchmarks: Object.fromEntries(ofBenchmarks),
    falseAlarms: rateOf(falseAlarms, gates),
    cleared: cleared / benchmarks,
    undecided: undecided / benchmarks,
    found: Object.fromEntries(SLOWED.map((slower) => [percent(slower), foundAt(slower)])),
    storedBaseline: storedBaseline([...byBenchmark.values()], gates, stream),
  }
}

const percent = (share: number): string => String(Math.round(100 * share))

/** What the rounds of one benchmark show of a copy slowed by the `level`th share, and how many of so many gates find it. */
async function slowedRates(
  all: readonly SoakRound[],
  level: number,
  plan: Plan,
  gates: number,
  stream: Stream,
): Promise<{ seen: number; found: Rate }> {
  const blocks = [...Map.groupBy(all, ({ block }) => block).values()]
  let found = 0
  for (let i = 0; i < gates; i++) if (isFound(await playGate(blocks, plan, stream, slowdown(level)))) found++
  return { seen: median(all.map(({ slowed }) => slowed[level]!)), found: rateOf(found, gates) }
}

type PairOf = (round: SoakRound) => Pair

const alike: PairOf = ({ base, again, ratio }) => ({
  base: playedOf(1, base.peak),
  head: playedOf(ratio, again.peak),
})
/** The copy that is slowed by the i-th share; its memory is as good as base's. */
const slowdown =
  (i: number): PairOf =>
  ({ base, slowed }) => ({ base: playedOf(1, base.peak), head: playedOf(slowed[i]!, base.peak) })

const playedOf = (seconds: number, peak: number): Played => ({
  figures: [[seconds]],
  wall: seconds,
  p95: seconds,
  finish: { peak, gc: 0, asleep: null },
})

const isFound = (outcome: Timed['finding']): boolean => outcome === 'slower' || outcome === 'more memory'

/** One benchmark of one gate: the rounds it asks for, drawn block by block. */
async function playGate(
  blocks: readonly Block[],
  plan: Plan,
  stream: Stream,
  pairOf: PairOf,
): Promise<Timed['finding']> {
  const draw = drawer(blocks, stream)
  const timed = await timeBoth('drawn', () => Promise.resolve(pairOf(draw())), {
    plan,
    clock: 'cpu',
    isOver: () => false,
    onProgress: () => {},
  })
  return timed!.finding
}

/** Rounds of blocks drawn with replacement, each block from its beginning to its end. */
function drawer(blocks: readonly Block[], stream: Stream): () => SoakRound {
  let block: Block = []
  let next = 0
  return () => {
    if (next === block.length) {
      block = blocks[stream.below(blocks.length)]!
      next = 0
    }
    return block[next++]!
  }
}

const STORED_THRESHOLD = Math.log(1.05)

/** A figure of one round against one stored in another: base against base. */
function storedBaseline(all: readonly (readonly SoakRound[])[], pairs: number, stream: Stream): Rate {
  let failed = 0
  for (let i = 0; i < pairs; i++) {
    const rounds = all[stream.below(all.length)]!
    const [stored, now] = [rounds[stream.below(rounds.length)]!, rounds[stream.below(rounds.length)]!]
    if (Math.log(now.again.seconds / stored.base.seconds) > STORED_THRESHOLD) failed++
  }
  return rateOf(failed, pairs)
}

/** From the median of the absolute values: the standard deviation, were they normal. */
const robustSpread = (values: readonly number[]): number => median(values.map(Math.abs)) / 0.6745
