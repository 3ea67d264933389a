/**
 * Closed forms. While the receiver refuses everything, an event that came at a uniform moment of an outage of length D has
 * failed as often as it has attempts before the return: attempt k, at T_k after acceptance, fails with probability
 * 1 - E[T_k] / D as long as T_k cannot exceed D. It is lost with the last of them. Where an attempt may lie on either side
 * of D, jitter decides, and there is no closed form here. Nor is there where the retries of all events together crowd the
 * receiver after its return, so that attempts fail then, too.
 *
 * Quick retries: r of them turn each message that times out into 1 + r requests. A receiver that serves first come first
 * served and is behind by more than the timeout wastes all its work, so it stays behind while (1 + r) load > 1, and
 * catches up below.
 */
import { spread, type Policy } from '../../engines/webhook/core.ts'
import type { TheoryPrediction } from '../lab/contract/sim.ts'
import { HARDLY_ANY } from '../lab/contract/theory.ts'
import type { OutageParams } from './params.ts'
import { policyOf, quickRetries } from './policies.ts'
import { REFUSED_AFTER } from './receiver.ts'

/**
 * So many messages of a replication must differ from the rest in whether some attempt of theirs fails, for the mean to scatter
 * as an interval supposes. Four attempts within a millisecond fail for all but one message in millions: every replication
 * then says 4 exactly, with an interval of no width that 3.9999997 lies outside of.
 */
const FEWEST_APART = 10

/** An attempt's time after acceptance, ms: the least, mean and most that jitter makes of it. */
interface AttemptTime {
  readonly least: number
  readonly mean: number
  readonly most: number
}

export function predictions(params: OutageParams): TheoryPrediction[] {
  const policy = policyOf(params.policy, params)
  return params.fault === 'down' ? whileDown(params, policy) : quick(params, policy)
}

function whileDown(params: OutageParams, policy: Policy): TheoryPrediction[] {
  const outage = 1000 * params.outage
  const messages = params.capacity * params.load * params.outage
  const times = policy.breaker === null ? attemptTimes(policy, outage) : null
  if (times === null || times.some(({ least, most }) => least < outage && most > outage)) return []
  if (failedByCrowd(params, policy, times.length) > HARDLY_ANY) return []
  const last = times.at(-1)!.mean
  const fails = times.map(({ mean }) => Math.max(0, 1 - mean / outage))
  const isScattered = fails.some((share) => messages * share * (1 - share) >= FEWEST_APART)
  const failed: TheoryPrediction = {
    name: 'failed attempts an event: how many of its attempts come before the return',
    metric: 'failedAttempts',
    expected: fails.reduce((sum, share) => sum + share),
  }
  return [
    ...(isScattered ? [failed] : []),
    {
      name: 'events whose last attempt comes before the return',
      metric: 'lost',
      expected: Math.max(0, 1 - last / outage),
      otherwise: { events: HARDLY_ANY, of: messages },
    },
  ]
}

/**
 * How many events of the outage a receiver that is back fails for lack of time or room, at most. Attempt k of all events is
 * their stream, shifted: Poisson, at no more than their rate. So it is an M/M/1 of at most `attempts` times the load, whose
 * times are exponential and whose number is geometric.
 */
function failedByCrowd(params: OutageParams, { timeout }: Policy, attempts: number): number {
  const { capacity, load, outage, queue } = params
  const busy = load * attempts
  if (busy >= 1) return Infinity
  const isLate = Math.exp(-((1 - busy) * capacity * timeout) / 1000)
  return capacity * load * outage * (isLate + busy ** (queue + 1))
}

/**
 * Attempts up to the first that surely comes after the return. Every jitter's spread is linear in its draw, so the middle
 * draw gives the mean. Null where jitter decides whether an attempt still falls into the policy's window.
 */
function attemptTimes({ delays, retries, jitter, window }: Policy, outage: number): AttemptTime[] | null {
  const times: AttemptTime[] = [{ least: 0, mean: 0, most: 0 }]
  for (let retry = 1; retry <= retries && times.at(-1)!.least < outage; retry++) {
    const before = times.at(-1)!
    const delay = delays[Math.min(retry, delays.length) - 1]!
    const after = (from: number, draw: number): number => from + REFUSED_AFTER + spread(jitter, delay, draw)
    const next = { least: after(before.least, 0), mean: after(before.mean, 0.5), most: after(before.most, 1) }
    if (window !== null && next.least > window) break
    if (window !== null && next.most > window) return null
    times.push(next)
  }
  return times
}

function quick(params: OutageParams, { timeout }: Policy): TheoryPrediction[] {
  const { policy, load, outage, after, slowTo, queue, capacity } = params
  const retries = quickRetries(policy)
  if (retries === null || slowTo > 0 || params.schedule !== undefined) return []
  const offered = (1 + retries) * load
  const patience = timeout / 1000
  // The outage must have put it behind, a full queue must not cut it short, and the end must have been reached.
  const isBehind = offered * outage > 2 * patience && queue > 2 * patience * capacity
  const catchesUp = (offered * outage) / Math.abs(1 - offered)
  if (!isBehind || catchesUp > (2 / 3) * after) return []
  const side = offered > 1 ? 'above' : 'below'
  return [
    {
      name: `goodput long after, ${side} load 1 / (1 + ${retries})`,
      metric: 'goodputAfter',
      expected: offered > 1 ? 0 : 1,
    },
  ]
}
