/**
 * How often the gate is wrong, from the rounds of a soak.
 *
 * Whole gates are drawn from the rounds that were really played: of one day and one state of the machine, blocks of
 * consecutive rounds with replacement, for each benchmark, as many as the gate would have asked for, and fresh ones to
 * confirm. So what hangs together in time stays together. A gate of base against itself that fails is a false alarm.
 *
 * Beside it stands the gate that most projects have, on the same rounds: one figure now against one that was stored, at
 * plus five per cent.
 */
import { z } from 'zod'
import { regularizedBeta } from '../../lab/analysis/beta.ts'
import type { Stream } from '../../lab/kernel/random/stream.ts'
import { confirm, judge, type Plan } from './judge.ts'
import type { SoakRound } from './soak.ts'

/** `low` and `high`: the exact 95 % interval (Clopper and Pearson) for independent gates. */
const rate = z.strictObject({ found: z.int(), of: z.int(), low: z.number(), high: z.number() })

export type Rate = z.infer<typeof rate>

export const soakRates = z.strictObject({
  rounds: z.int(),
  days: z.int(),
  /** By benchmark: rounds, and the robust spread of a round's ratio, a share. */
  spread: z.record(z.string(), z.strictObject({ rounds: z.int(), spread: z.number() })),
  /** Whole gates of all benchmarks, base against itself, that failed. */
  falseAlarms: rate,
  /** Shares of their benchmarks that were cleared, and that stayed undecided. */
  cleared: z.number(),
  undecided: z.number(),
  /** By per cent of slowdown: benchmarks found. */
  found: z.record(z.string(), rate),
  /** One figure against a stored one, at plus five per cent: pairs that it would fail. */
  storedBaseline: rate,
})

export type SoakRates = z.infer<typeof soakRates>

export function rateOf(found: number, of: number): Rate {
  // The binomial distribution function is a beta's; its level is found by bisection.
  const solve = (holds: (p: number) => boolean): number => {
    let low = 0
    let high = 1
    for (let i = 0; i < 60; i++) {
      const middle = (low + high) / 2
      if (holds(middle)) low = middle
      else high = middle
    }
    return low
  }
  return {
    found,
    of,
    // P(B >= found) reaches 2.5 %.
    low: found === 0 ? 0 : solve((p) => regularizedBeta(p, found, of - found + 1) < 0.025),
    // P(B <= found) falls to 2.5 %.
    high: found === of ? 1 : solve((p) => 1 - regularizedBeta(p, found + 1, of - found) > 0.025),
  }
}

/** Rounds that were played one after the other. */
type Block = readonly SoakRound[]

/** What `rounds` (of one method, machine and state) say of gates under `plan`; null when there are too few. */
export function ratesOf(
  rounds: readonly SoakRound[],
  plan: Plan,
  gates: number,
  stream: Stream,
): SoakRates | null {
  const byBenchmark = Map.groupBy(rounds, ({ benchmark }) => benchmark)
  if (rounds.length === 0 || [...byBenchmark.values()].some((all) => all.length < plan.looks[0]!)) return null
  const days = Map.groupBy(rounds, dayOf)
  const pools = [...days.values()].map((ofDay) => ({
    ofDay: [...Map.groupBy(ofDay, ({ benchmark }) => benchmark).values()].map((all) => [
      ...Map.groupBy(all, ({ block }) => block).values(),
    ]),
  }))
  let falseAlarms = 0
  let cleared = 0
  let undecided = 0
  let benchmarks = 0
  for (let gate = 0; gate < gates; gate++) {
    const { ofDay } = pools[stream.below(pools.length)]!
    let failed = false
    for (const blocks of ofDay) {
      const outcome = playGate(blocks, plan, stream, alike)
      benchmarks++
      if (outcome === 'slower') failed = true
      else if (outcome === 'clear') cleared++
      else undecided++
    }
    if (failed) falseAlarms++
  }
  const slowdowns = [...new Set(rounds.map(({ slower }) => slower))].toSorted((a, b) => a - b)
  const found = slowdowns.map((slower) => {
    const each = Math.max(1, Math.round(gates / 10 / byBenchmark.size))
    let hits = 0
    let tried = 0
    for (const all of byBenchmark.values()) {
      const slowed = all.filter((round) => round.slower === slower)
      if (slowed.length === 0) continue
      for (let i = 0; i < each; i++, tried++) {
        if (
          playGate([...Map.groupBy(slowed, ({ block }) => block).values()], plan, stream, slowdown) ===
          'slower'
        )
          hits++
      }
    }
    return [String(Math.round(100 * slower)), rateOf(hits, tried)] as const
  })
  return {
    rounds: rounds.length,
    days: days.size,
    spread: Object.fromEntries(
      [...byBenchmark].map(([id, all]) => [id, { rounds: all.length, spread: robustSpread(all.map(alike)) }]),
    ),
    falseAlarms: rateOf(falseAlarms, gates),
    cleared: cleared / benchmarks,
    undecided: undecided / benchmarks,
    found: Object.fromEntries(found),
    storedBaseline: storedBaseline([...byBenchmark.values()], gates, stream),
  }
}

const alike = ({ base, again }: SoakRound): number => Math.log(again / base)
const slowdown = ({ base, slowed }: SoakRound): number => Math.log(slowed / base)
const dayOf = ({ at }: SoakRound): string => new Date(at).toISOString().slice(0, 10)

/** One benchmark of one gate: the rounds it asks for, drawn block by block. */
function playGate(
  blocks: readonly Block[],
  plan: Plan,
  stream: Stream,
  ratio: (round: SoakRound) => number,
): 'slower' | 'clear' | 'undecided' {
  const draw = drawer(blocks, stream, ratio)
  const seen: number[] = []
  while (seen.length < plan.looks.at(-1)!) {
    seen.push(draw())
    const finding = judge(seen, plan)
    if (finding === 'clear') return 'clear'
    if (finding === 'slower') return isConfirmed(draw, plan) ? 'slower' : 'undecided'
  }
  return 'undecided'
}

function isConfirmed(draw: () => number, plan: Plan): boolean {
  const seen: number[] = []
  while (seen.length < plan.confirmLooks.at(-1)!) {
    seen.push(draw())
    if (confirm(seen, plan) === 'confirmed') return true
  }
  return false
}

/** Rounds of blocks drawn with replacement, each block from its beginning to its end. */
function drawer(blocks: readonly Block[], stream: Stream, ratio: (round: SoakRound) => number): () => number {
  let block: Block = []
  let next = 0
  return () => {
    if (next === block.length) {
      block = blocks[stream.below(blocks.length)]!
      next = 0
    }
    return ratio(block[next++]!)
  }
}

const STORED_THRESHOLD = Math.log(1.05)

/** A figure of one round against one stored in another: base against base. */
function storedBaseline(all: readonly (readonly SoakRound[])[], pairs: number, stream: Stream): Rate {
  let failed = 0
  for (let i = 0; i < pairs; i++) {
    const rounds = all[stream.below(all.length)]!
    const [stored, now] = [rounds[stream.below(rounds.length)]!, rounds[stream.below(rounds.length)]!]
    if (Math.log(now.again / stored.base) > STORED_THRESHOLD) failed++
  }
  return rateOf(failed, pairs)
}

/** From the median of the absolute values: the standard deviation, were they normal. */
function robustSpread(values: readonly number[]): number {
  const sorted = values.map(Math.abs).toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]! / 0.6745
}
