/**
 * How often the gate is wrong, from the rounds of a soak.
 *
 * Whole gates are drawn from the rounds that were really played: of one pair of work trees (and so of one day) and one
 * state of the machine, blocks of consecutive rounds with replacement, for each benchmark, as many as the gate would have
 * asked for, and fresh ones to confirm. So what hangs together in time or place stays together. They are judged by the
 * gate's own code (`timing.ts`), time and memory. A gate of base against itself that fails is a false alarm. However many
 * are drawn, they know no more than the rounds do: the intervals are of as many gates as these hold side by side, one in
 * each pair of work trees; of slowed copies, which lie in base's own, as many as its rounds are enough for.
 *
 * Beside it stands the gate that most projects have, on the same rounds: one figure now against one that was stored, at
 * plus five per cent.
 */
import { median, sum } from 'simple-statistics'
import type { Stream } from '../../lab/kernel/random/stream.ts'
import type { Played } from './duel.ts'
import type { Plan } from './judge.ts'
import { wholePlaces } from './places.ts'
import { rateOf, type Rate, type SoakRates } from './rate.ts'
import { SLOWED, type SoakRound } from './soak.ts'
import { timeBoth, type Pair, type Timed } from './timing.ts'

/** Drawing twenty thousand takes a while, in which an interrupt must be heard. */
const GATES_AT_ONCE = 100

/** Rounds that were played one after the other. */
type Block = readonly SoakRound[]
/** All of one benchmark in one pair of work trees. */
type Pool = readonly Block[]

/**
 * What `rounds` (of one method, machine and state) say of gates under `plan`, from the pairs of work trees in which every
 * benchmark was played often enough. Null when there is none.
 */
export async function ratesOf(
  all: readonly SoakRound[],
  plan: Plan,
  gates: number,
  stream: Stream,
): Promise<SoakRates | null> {
  const ids = [...new Set(all.map(({ benchmark }) => benchmark))]
  const places = wholePlaces(all, ids)
  if (places.length === 0) return null
  const rounds = places.flat()
  const byBenchmark = Map.groupBy(rounds, ({ benchmark }) => benchmark)
  const poolsOf = (id: string): Pool[] =>
    places.map((ofPlace) => {
      const own = ofPlace.filter(({ benchmark }) => benchmark === id)
      return [...Map.groupBy(own, ({ block }) => block).values()]
    })
  const pools = ids.map((id) => ({ id, ofPlaces: poolsOf(id), used: 0 }))
  let falseAlarms = 0
  let cleared = 0
  let undecided = 0
  for (let gate = 0; gate < gates; gate++) {
    if (gate % GATES_AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve))
    const place = stream.below(places.length)
    let failed = false
    for (const pool of pools) {
      const { finding, used } = await playGate(pool.ofPlaces[place]!, plan, stream, alike)
      pool.used += used / gates
      if (isFound(finding)) failed = true
      else if (finding === 'clear') cleared++
      else undecided++
    }
    if (failed) falseAlarms++
  }
  // Two gates in one pair of work trees share what its places in memory make of them: no more count than there are pairs.
  const held = sum(
    places.map((_, place) =>
      Math.min(1, ...pools.map(({ ofPlaces, used }) => heldIn(ofPlaces[place]!, used))),
    ),
  )
  const perBenchmark = Math.max(1, Math.round(gates / 10 / ids.length))
  const ofBenchmarks: [string, SoakRates['benchmarks'][string]][] = []
  for (const { id, ofPlaces } of pools) {
    const own = byBenchmark.get(id)!
    const slowed: [string, { seen: number; found: Rate }][] = []
    for (const [level, slower] of SLOWED.entries()) {
      const seen = median(own.map((round) => round.slowed[level]!))
      slowed.push([
        percent(slower),
        { seen, found: await foundOf(ofPlaces, level, plan, perBenchmark, stream) },
      ])
    }
    const spread = robustSpread(own.map(({ ratio }) => Math.log(ratio)))
    ofBenchmarks.push([id, { rounds: own.length, spread, slowed: Object.fromEntries(slowed) }])
  }
  const foundAt = (slower: number): Rate => {
    const rates = ofBenchmarks.map(([, { slowed }]) => slowed[percent(slower)]!.found)
    const total = (of: (rate: Rate) => number): number => sum(rates.map(of))
    return rateOf(
      total(({ found }) => found),
      total(({ of }) => of),
      total((rate) => rate.held),
    )
  }
  return {
    rounds: rounds.length,
    places: places.length,
    days: new Set(rounds.map(({ at }) => new Date(at).toISOString().slice(0, 10))).size,
    benchmarks: Object.fromEntries(ofBenchmarks),
    falseAlarms: rateOf(falseAlarms, gates, Math.max(1, held)),
    cleared: cleared / gates / ids.length,
    undecided: undecided / gates / ids.length,
    found: Object.fromEntries(SLOWED.map((slower) => [percent(slower), foundAt(slower)])),
    storedBaseline: storedBaseline([...byBenchmark.values()], gates, stream),
  }
}

const percent = (share: number): string => String(Math.round(100 * share))

/** Gates of so many rounds that there are side by side. */
const heldIn = (pool: Pool, used: number): number => Math.floor(sum(pool.map(({ length }) => length)) / used)

/** How many of so many gates find a copy of a benchmark that is slowed by the `level`th share. */
async function foundOf(
  ofPlaces: readonly Pool[],
  level: number,
  plan: Plan,
  gates: number,
  stream: Stream,
): Promise<Rate> {
  let found = 0
  let rounds = 0
  for (let i = 0; i < gates; i++) {
    const { finding, used } = await playGate(
      ofPlaces[stream.below(ofPlaces.length)]!,
      plan,
      stream,
      slowdown(level),
    )
    if (isFound(finding)) found++
    rounds += used
  }
  const held = sum(ofPlaces.map((pool) => heldIn(pool, rounds / gates)))
  return rateOf(found, gates, Math.max(1, held))
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

/** One benchmark of one gate: what is found in the rounds it asks for, drawn block by block, and how many those are. */
async function playGate(
  pool: Pool,
  plan: Plan,
  stream: Stream,
  pairOf: PairOf,
): Promise<{ finding: Timed['finding']; used: number }> {
  const draw = drawer(pool, stream)
  let used = 0
  const pair = (): Promise<Pair> => {
    used++
    return Promise.resolve(pairOf(draw()))
  }
  const timed = await timeBoth('drawn', pair, {
    plan,
    clock: 'cpu',
    isOver: () => false,
    onProgress: () => {},
  })
  return { finding: timed!.finding, used }
}

/** Rounds of blocks drawn with replacement, each block from its beginning to its end. */
function drawer(blocks: Pool, stream: Stream): () => SoakRound {
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
  return rateOf(failed, pairs, sum(all.map(({ length }) => Math.floor(length / 2))))
}

/** From the median of the absolute values: the standard deviation, were they normal. */
const robustSpread = (values: readonly number[]): number => median(values.map(Math.abs)) / 0.6745
