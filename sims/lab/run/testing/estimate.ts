/** One figure over a few replications, with its interval as a run of a span shows it: for tests of what was never seen. */
import { readFigure, type FigureSource } from '../../contract/figure.ts'
import type { Estimate, Measures } from '../../contract/sim.ts'
import { foldPoint } from '../fold.ts'
import type { Plan } from '../plan.ts'

export function estimateOf<P>(
  sim: FigureSource & { windows?(params: P): number },
  params: P,
  text: string,
  replications: readonly Measures[],
): Estimate {
  const read = readFigure(text, sim)
  if (!read.ok) throw new Error(read.message)
  const windows = sim.windows?.(params) ?? 1
  const plan = { params, windows, isSteady: false, time: null, known: () => null } as unknown as Plan
  const { metrics } = foldPoint({ at: {}, plan, figures: [read.figure], pilot: null }, replications)
  return metrics[read.figure.name]!
}
