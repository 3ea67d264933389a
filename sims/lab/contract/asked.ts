/**
 * The number of an answer: what a question is about is what `expect` names first. It is also what the assumptions are varied
 * for, so that number, sentence and tornado speak of one figure.
 */
import { formatQuantity } from './format.ts'
import type { Estimate, PointResult, Results } from './sim.ts'

export interface Asked extends Estimate {
  readonly name: string
}

/** What is expected of the multiple of the load that holds: told of every sim by the run, and no figure of its sentence. */
export const HEADROOM = 'headroom'

/** The first figure that `expect` names, else this one, of which the sim speaks anyway. */
export function asked(
  { metrics }: Pick<PointResult<unknown>, 'metrics'>,
  limits: Results<unknown>['limits'],
  own: string,
): Asked {
  const name = Object.keys(limits).find((metric) => metric !== HEADROOM && metric in metrics) ?? own
  return { name, ...metrics[name]! }
}

/** `p95(wait) is 1.2 s.`, for a figure that the sentence has no words of its own for. */
export const askedWords = ({ name, unit, value }: Asked): string =>
  `${name} is ${value === null ? 'unknown' : formatQuantity(value, unit)}.`
