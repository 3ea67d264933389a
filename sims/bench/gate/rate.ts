/** How often the gate is wrong, as it is kept and told: rates with their exact intervals. */
import { z } from 'zod'
import { regularizedBeta } from '../../lab/analysis/beta.ts'

/**
 * `found` of so many gates. Those that were drawn share their rounds: `held` is how many the rounds hold side by side, and
 * `low` and `high` the exact 95 % interval (Clopper and Pearson) of as many independent ones.
 */
export const rate = z.strictObject({
  found: z.int(),
  of: z.int(),
  held: z.int(),
  low: z.number(),
  high: z.number(),
})

export type Rate = z.infer<typeof rate>

export const soakRates = z.strictObject({
  rounds: z.int(),
  /** Pairs of work trees, and days on which they were played in. */
  places: z.int(),
  days: z.int(),
  benchmarks: z.record(
    z.string(),
    z.strictObject({
      rounds: z.int(),
      /** Robust spread of a round's ratio, base against itself, a share. */
      spread: z.number(),
      /** By per cent of slowdown: the median ratio that the rounds show, and how often the gate finds it. */
      slowed: z.record(z.string(), z.strictObject({ seen: z.number(), found: rate })),
    }),
  ),
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

/** `held`: independent ones among them; default, all. */
export function rateOf(found: number, of: number, held = of): Rate {
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
  // No whole number where they are drawn: the beta's function does not mind.
  const among = of === 0 ? 0 : (found / of) * held
  return {
    found,
    of,
    held,
    // P(B >= found) reaches 2.5 %.
    low: found === 0 ? 0 : solve((p) => regularizedBeta(p, among, held - among + 1) < 0.025),
    // P(B <= found) falls to 2.5 %.
    high: found === of ? 1 : solve((p) => 1 - regularizedBeta(p, among + 1, held - among) > 0.025),
  }
}
