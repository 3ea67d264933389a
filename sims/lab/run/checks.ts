/** What is always checked, over all replications of a point. */
import { checksOf } from '../contract/checks.ts'
import { checkTheory, slackOf } from '../contract/theory.ts'
import { figureOver, readFigure } from '../contract/figure.ts'
import type { PointResult } from '../contract/sim.ts'
import type { InvariantDocument, TheoryDocument } from '../contract/document.ts'
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
 * event seen would else refute what it is a millionth off.
 */
export function theoryTests(
  { sim, horizon }: Scenario,
  { params, figures, plan, replications }: Point,
): { readonly name: string; readonly p: number }[] {
  return (sim.theory?.(params, horizon) ?? []).flatMap(({ name, metric, expected }) => {
    const named = readFigure(metric, sim)
    const isScattered = named.ok && figures[metric] !== undefined && figures[metric].chances === undefined
    const figure = isScattered ? (figureOver(named.figure, replications) ?? undefined) : figures[metric]
    const below = figure?.confidenceBelow(expected) ?? null
    const atMost = figure?.confidenceBelow(expected, true) ?? null
    if (figure === undefined || below === null || atMost === null) return []
    const known = plan.time === null ? null : plan.known(metric)
    const effective = known === null ? Infinity : (figure.replications * plan.time!.span) / known.variance
    if (effective < FEWEST_EFFECTIVE * (1 - 1e-9)) return []
    const isRounding = Math.abs(figure.value! - expected) <= slackOf(expected)
    return [{ name, p: isRounding ? 1 : Math.min(1, 2 * Math.min(atMost, 1 - below)) }]
  })
}
