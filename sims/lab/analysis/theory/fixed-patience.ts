/**
 * M/M/1 with fixed patience (M/M/1+D): whoever has waited `patience` seconds without being taken up leaves. A queue of
 * jobs that expire is one.
 *
 * Barrer, "Queuing with impatient customers and ordered service", Oper. Res. 5, 1957; Baccelli & Hebuterne 1981. What an
 * endlessly patient customer would wait has the density lambda p0 e^(-(mu - lambda) v) up to the patience; beyond it nobody
 * joins any more, and what is left is worked off: lambda p0 e^(lambda tau) e^(-mu v). With x = e^(-mu (1 - rho) tau),
 *
 *     P(lost) = (1 - rho) rho x / (1 - rho^2 x),   at rho = 1: 1 / (2 + mu tau)
 *
 * It has a steady state at any load.
 */
import { AnalysisError } from '../error.ts'

export interface FixedPatienceQueue {
  /** Share of customers that leave unserved. */
  readonly lost: number
  /** Share of time in which the server is busy. */
  readonly utilisation: number
  /** Mean time in the queue over all customers, served or not; s. */
  readonly meanWait: number
  /** The same over those that were served; s. */
  readonly meanWaitServed: number
}

/** Rates per second, times in seconds; `patience` 0 makes it Erlang B with one server. */
export function fixedPatience(
  arrivalRate: number,
  meanService: number,
  patience: number,
): FixedPatienceQueue {
  if (!(arrivalRate > 0 && arrivalRate < Infinity && meanService > 0 && meanService < Infinity)) {
    throw new AnalysisError(
      'out-of-range',
      `rate and mean service must be positive, not ${arrivalRate}, ${meanService}`,
    )
  }
  if (!(patience >= 0 && patience < Infinity)) {
    throw new AnalysisError('out-of-range', `patience must be 0 or more and finite, not ${patience}`)
  }
  const load = arrivalRate * meanService
  // Per unit of p0: the mass that is served, the mass that is lost, and the time that the served wait. Above saturation
  // e^((lambda - mu) tau) may be past all bounds, so all three are divided by it.
  const drift = (load - 1) * (patience / meanService)
  const scale = Math.exp(-Math.max(0, drift))
  const top = Math.exp(Math.min(0, drift))
  const { mass, moment } =
    Math.abs(drift) < SMALL
      ? nearSaturation(drift)
      : { mass: (top - scale) / drift, moment: (top * (drift - 1) + scale) / drift ** 2 }
  const served = scale + arrivalRate * patience * mass
  const lost = load * top
  const waited = arrivalRate * patience ** 2 * moment
  const all = served + lost
  return {
    lost: lost / all,
    utilisation: 1 - scale / all,
    meanWait: (waited + lost * patience) / all,
    meanWaitServed: waited / served,
  }
}

/** Where the closed forms of the two integrals cancel, their series do not. */
const SMALL = 1e-3

/** Integrals of e^(drift u) and of u e^(drift u) over 0 .. 1, divided by e^max(0, drift). */
function nearSaturation(drift: number): { mass: number; moment: number } {
  const scale = Math.exp(-Math.max(0, drift))
  return {
    mass: scale * (1 + (drift / 2) * (1 + (drift / 3) * (1 + drift / 4))),
    moment: scale * (1 / 2 + drift * (1 / 3 + drift * (1 / 8 + drift / 30))),
  }
}
