/**
 * The tornado: each uncertain parameter at its low and its high end, all others at their middle, and what that does
 * to the answer. One replication with common random numbers each: the bars compare worlds, not luck.
 */
import type { PointResult } from '../contract/sim.ts'
import type { AssumptionDocument } from '../contract/document.ts'
import { Experiment } from './experiment.ts'
import { combinations } from './grid.ts'
import { passes } from './judgement.ts'
import { Interrupted, measurePoint } from './point.ts'
import { judgedValues } from './judged.ts'
import type { Runner } from './runner.ts'
import { paramsAt, type Scenario } from './scenario/load.ts'
import { firstPassing } from './search.ts'

const ONE_REPLICATION = { halfWidth: null, min: 1, max: 1 }

/** Uncertain parameters, the most influential first. */
export async function assumptionsOf(
  scenario: Scenario,
  runner: Runner,
  signal: AbortSignal,
  metric: string,
): Promise<AssumptionDocument[]> {
  const { assumptions, sim, find } = scenario
  const experiment = new Experiment(sim, scenario.seed, judgedValues(scenario), runner)
  const of = find ? find.param : metric
  const unit = find ? 'count' : sim.metrics[metric]!.unit
  const answerAt = (overrides: Readonly<Record<string, number>>) =>
    probe(scenario, experiment, overrides, metric, signal)
  try {
    const mid = assumptions.length > 0 ? answerAt({}) : null
    const probed = await Promise.all(
      assumptions.map(async (assumption) => {
        const { path, low, high } = assumption
        const [atLow, atMid, atHigh] = await Promise.all([
          answerAt({ [path]: low }),
          mid,
          answerAt({ [path]: high }),
        ])
        return { ...assumption, effect: { of, unit, low: atLow, mid: atMid, high: atHigh } }
      }),
    )
    return probed.toSorted((a, b) => compare(influence(b), influence(a)))
  } catch (error) {
    if (error instanceof Interrupted || signal.aborted) return [...assumptions]
    throw error
  }
}

/** Width of the bar; an end without an answer is beyond the range searched, so it counts as the widest. */
function influence({ effect }: AssumptionDocument): number {
  if (!effect || effect.low === null || effect.high === null) return Infinity
  return Math.abs(effect.high - effect.low)
}

// Infinity less Infinity is no number, and no order.
const compare = (a: number, b: number): number => (a === b ? 0 : a - b)

async function probe(
  scenario: Scenario,
  experiment: Experiment,
  overrides: Readonly<Record<string, number>>,
  metric: string,
  signal: AbortSignal,
): Promise<number | null> {
  const { sim, find, expect: expectations } = scenario
  const grid = combinations(scenario.sweep)
  const measure = (at: PointResult<unknown>['at']) => {
    const params = paramsAt(scenario, { ...at, ...overrides })
    return measurePoint(
      experiment,
      { at, params: sim.probe?.(params) ?? params },
      ONE_REPLICATION,
      [],
      signal,
    )
  }
  if (!find) return (await measure(grid[0]!)).metrics[metric]!.value
  const index = await firstPassing(find.values.length, async (each) => {
    const points = await Promise.all(grid.map((at) => measure({ ...at, [find.param]: find.values[each]! })))
    return points.every((point) => passes(expectations, point))
  })
  return find.values[index] ?? null
}
