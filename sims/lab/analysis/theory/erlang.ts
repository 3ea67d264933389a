/**
 * Erlang's two formulas: the loss probability B (M/M/c/c) and the waiting probability C (M/M/c).
 *
 * The textbook forms divide a^c by c! and overflow at c = 171. Both are computed by the recursion on the number of
 * servers (Jagerman 1974; Cooper, Introduction to Queueing Theory, 1981),
 *
 *     B(0) = 1,   B(k) = a B(k-1) / (k + a B(k-1)),
 *
 * all terms positive and below 1, so it neither overflows nor cancels: each step is a contraction of the relative error,
 * and 100,000 servers take under a millisecond with 14 digits.
 */
import { AnalysisError } from '../error.ts'

/** Probability that an arrival finds all `servers` busy and is lost, at `erlangs` = arrival rate x mean service. */
export function erlangB(servers: number, erlangs: number): number {
  requireQueue(servers, erlangs)
  let blocked = 1
  for (let k = 1; k <= servers; k++) blocked = (erlangs * blocked) / (k + erlangs * blocked)
  return blocked
}

/** Probability that an arrival must wait, for erlangs < servers; null otherwise: there is no steady state. */
export function erlangC(servers: number, erlangs: number): number | null {
  const blocked = erlangB(servers, erlangs)
  const utilisation = erlangs / servers
  return utilisation < 1 ? blocked / (1 - utilisation * (1 - blocked)) : null
}

function requireQueue(servers: number, erlangs: number): void {
  if (!(Number.isInteger(servers) && servers >= 1)) {
    throw new AnalysisError('out-of-range', `servers must be a whole number of 1 or more, not ${servers}`)
  }
  if (!(erlangs >= 0 && erlangs < Infinity)) {
    throw new AnalysisError('out-of-range', `offered load must be 0 or more, not ${erlangs}`)
  }
}
