/** How many sessions there are at once on average, from how many begin and how long they stay: M_t/G/infinity. */
import { MINUTES_A_DAY } from '../lab/world/diurnal.ts'

/** Arrivals per second in the minute of this second of the week; before Monday it is the day before. */
export function rateAt(rates: Float64Array, second: number): number {
  const minute = Math.floor(second / 60) % MINUTES_A_DAY
  return rates[minute < 0 ? minute + MINUTES_A_DAY : minute]!
}

/**
 * Mean number of sessions at once in this second: the sum over all ages u of P(S > u) times the rate u seconds ago. Rates
 * change by the minute, so the ages of a minute are summed once for all.
 */
export function occupancyAt(rates: Float64Array, stays: Float64Array, second: number): number {
  const younger = sums(stays)
  let sum = 0
  for (let u = 0; u < stays.length;) {
    const at = second - u
    const next = Math.min(stays.length, u + Math.floor(at - 60 * Math.floor(at / 60)) + 1)
    sum += (younger[next]! - younger[u]!) * rateAt(rates, at)
    u = next
  }
  return sum
}

const known = new WeakMap<Float64Array, Float64Array>()

/** Sums of all values before each; remembered, as `survival` gives the same array again and again. */
function sums(values: Float64Array): Float64Array {
  const before = known.get(values)
  if (before !== undefined) return before
  const all = new Float64Array(values.length + 1)
  for (const [i, value] of values.entries()) all[i + 1] = all[i]! + value
  known.set(values, all)
  return all
}

/** Sessions at once in the middle of every minute of the day: `occupancyAt` of all of them, at a tenth of its price. */
function sessionsByMinute(rates: Float64Array, stays: Float64Array): Float64Array {
  const younger = sums(stays)
  // Of those who came in the minute itself, up to its middle, and in each minute before: seconds that they are there.
  const ages: number[] = []
  for (let u = 0; u < stays.length;) {
    const next = Math.min(stays.length, u === 0 ? 31 : u + 60)
    ages.push(younger[next]! - younger[u]!)
    u = next
  }
  const sessions = new Float64Array(MINUTES_A_DAY)
  for (const [age, stay] of ages.entries()) {
    // Those of the evening before are there after midnight.
    for (let minute = 0; minute < age; minute++)
      sessions[minute]! += stay * rates[minute - age + MINUTES_A_DAY]!
    for (let minute = age; minute < MINUTES_A_DAY; minute++) sessions[minute]! += stay * rates[minute - age]!
  }
  return sessions
}

/** The minute of the day in whose middle there are most sessions. */
export function busiestMinute(rates: Float64Array, stays: Float64Array): number {
  const sessions = sessionsByMinute(rates, stays)
  return sessions.indexOf(Math.max(...sessions))
}

/** How many there are then. */
export const mostSessions = (rates: Float64Array, stays: Float64Array): number =>
  Math.max(...sessionsByMinute(rates, stays))
