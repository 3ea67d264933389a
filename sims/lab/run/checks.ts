/** What is always checked, over all replications of a point. */
import { checksOf } from '../contract/checks.ts'
import { checkTheory, HARDLY_ANY, slackOf } from '../contract/theory.ts'
import { figureOver, readFigure } from '../contract/figure.ts'
import type { PointResult, TheoryPrediction } from '../contract/sim.ts'
import type { InvariantDocument, TheoryDocument } from '../contract/document.ts'
import { binomialTail } from '../analysis/binomial.ts'
import type { Figure } from '../analysis/figure.ts'
import { FEWEST_EFFECTIVE } from '../analysis/theory/run-length.ts'
import type { Point } from './fold.ts'
import type { Scenario } from './scenario/load.ts'

/** One line an invariant: ok only when every replication kept it, else what the first breach looked like. */
export function checkPoint({ at, replications }: PointResult<unknown>): InvariantDocument[] {
  const byName = new Map<string, InvariantDocument>()
  replications.forEach((measures, replication) => {
    for (const { name, ok, detail } of checksOf(measures)) {
      if (byName.get(name)?.ok === false) continue
      const where = `replication ${replication}${detail === undefined ? '' : `: ${detail}`}`
      byName.set(name, ok ? { name, at, ok } : { name, at, ok, detail: where })
    }
  })
  return [...byName.values()]
}

/** Theory beside observation, for the closed forms that apply to this point's parameters. */
export function theoryOf(
  { sim, horizon }: Scenario,
  { at, params, metrics }: PointResult<unknown>,
): TheoryDocument[] {
  return checkTheory(sim.theory?.(params, horizon) ?? [], metrics, at)
}

/**
 * Each closed form, and how likely a figure as far off as the one observed would be: two-sided p. A figure that this run is
 * known to be too short for refutes nothing: of a mean wait that a few rare queues make up, none may have been seen.
 *
 * Judged is how far off the figure is, not that it is off at all: of a closed form of exactly 0 or 1, which is a limit, one
 * event seen would else refute what it is a millionth off. But by its scatter alone it could hardly be refuted: where one
 * replication of many loses everything, the mean is one standard error off 0. So what luck may do is counted as well.
 */
export function theoryTests(
  { sim, horizon }: Scenario,
  { params, figures, plan, replications }: Point,
): { readonly name: string; readonly p: number }[] {
  return (sim.theory?.(params, horizon) ?? []).flatMap((prediction) => {
    const { name, metric, expected } = prediction
    const named = readFigure(metric, sim)
    const isScattered = named.ok && figures[metric] !== undefined && figures[metric].chances === undefined
    const figure = isScattered ? (figureOver(named.figure, replications) ?? undefined) : figures[metric]
    if (figure === undefined || figure.value === null) return []
    const known = plan.time === null ? null : plan.known(metric)
    const effective = known === null ? Infinity : (figure.replications * plan.time!.span) / known.variance
    if (effective < FEWEST_EFFECTIVE * (1 - 1e-9)) return []
    const limit = named.ok && named.figure.spec.unit === 'share' ? limitOf(prediction) : null
    const tests = [byScatter(figure, expected, limit?.share ?? 0), limit && byLuck(figure, limit)]
    const found = tests.filter((p) => p !== null)
    if (found.length === 0) return []
    const isRounding = Math.abs(figure.value - expected) <= slackOf(expected)
    return [{ name, p: isRounding ? 1 : Math.min(...found) }]
  })
}

/** How likely the figure is as far from all that lies within `share` of what is expected. Null without an interval. */
function byScatter(figure: Figure, expected: number, share: number): number | null {
  const nearest = Math.min(expected + share, Math.max(expected - share, figure.value!))
  const below = figure.confidenceBelow(nearest)
  const atMost = figure.confidenceBelow(nearest, true)
  return below === null || atMost === null ? null : Math.min(1, 2 * Math.min(atMost, 1 - below))
}

/** A share of exactly 0 or 1, and what luck may do to it. */
interface Limit {
  readonly end: 0 | 1
  /** A replication is farther off than this with so little chance. */
  readonly far: number
  readonly chance: number
  /** By so much the mean is off, at most; 0 where the form does not say. */
  readonly share: number
}

/** Null of a form that is neither 0 nor 1. */
function limitOf({ expected, otherwise }: TheoryPrediction): Limit | null {
  const end = ([0, 1] as const).find((one) => Math.abs(expected - one) <= slackOf(one))
  if (end === undefined) return null
  // Nearer the other end.
  if (otherwise === undefined) return { end, far: 0.5, chance: HARDLY_ANY, share: 0 }
  const { events, of } = otherwise
  return { end, far: slackOf(end), chance: Math.min(1, events), share: events / of }
}

/** How likely luck puts as many replications off, or moves their mean as far: that exceeds ten times its own once in ten (Markov). */
function byLuck({ samples }: Figure, { end, far, chance, share }: Limit): number {
  const off = samples.filter((sample) => sample !== null).map((sample) => Math.abs(sample - end))
  const many = binomialTail(off.filter((one) => one > far).length, off.length, chance)
  const mean = off.reduce((sum, one) => sum + one, 0) / off.length
  return Math.min(1, many, share === 0 || mean === 0 ? 1 : share / mean)
}
