/**
 * What it takes to tell a share of a steady state from a limit that it is far from. It need not be known itself: a share of 1e-11
 * that is to be below 3 % surely is when so long a run would have shown 100 effective observations of 3 %, and has not.
 */
import { shareVariance } from '../analysis/theory/run-length.ts'
import { isPart, type NamedFigure } from '../contract/figure.ts'
import type { KnownFigure } from '../contract/sim.ts'
import type { Expectation } from './scenario/expectation.ts'
import type { Scenario } from './scenario/load.ts'

type Asking = Pick<Scenario, 'sim' | 'expect'>

/** Far is half as much as the limit: nearer to it, what is known of the figure itself says how long it takes. */
const FAR = 2

interface Watched {
  readonly params: unknown
  /** Null where unknown, or where there is no steady state. */
  readonly relaxation: number | null
}

/** Before anything is measured: of its limits the one that takes longest, from whichever side. */
export function plannedAtLimit(asking: Asking, figure: NamedFigure, watched: Watched): KnownFigure | null {
  const limits = limitsOf(asking, figure).map(({ value }) => Math.min(value, 1 - value))
  return shareOf(Math.min(...limits), asking, figure, watched)
}

/** Null unless what is measured, or what it leaves of the whole where that is less, is far below each limit. */
export function measuredAtLimit(
  asking: Asking,
  figure: NamedFigure,
  watched: Watched,
  value: number,
): KnownFigure | null {
  const part = (share: number): number => (value <= 0.5 ? share : 1 - share)
  const least = Math.min(...limitsOf(asking, figure).map((limit) => part(limit.value)))
  return part(value) <= least / FAR ? shareOf(least, asking, figure, watched) : null
}

const limitsOf = ({ expect }: Asking, { name }: NamedFigure): Expectation[] =>
  expect.filter(({ metric }) => metric === name)

/** A share as large as this one, of those who come. */
function shareOf(
  share: number,
  { sim: { steady } }: Asking,
  { spec }: NamedFigure,
  { params, relaxation }: Watched,
): KnownFigure | null {
  if (steady === undefined || relaxation === null || !(share > 0 && share < 1)) return null
  if (!isPart(spec) || spec.signed === true || spec.steadyState !== true) return null
  return { variance: shareVariance(share, relaxation) + 1 / (steady.arrivalRate(params) * share) }
}
