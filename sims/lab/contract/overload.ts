/** Whether a system is overloaded at a point, decided once over all replications. */
import type { Measures } from './sim.ts'

/**
 * At least half of the replications: near the edge single ones cross it by chance. To leave those out one by one would keep
 * the ones that fared well.
 */
export const isHalf = (some: number, all: number): boolean => 2 * some >= all

/** Whether a system is overloaded of which this metric is the utilisation, by its name. */
export function isOverloaded(
  utilisation: string,
  replications: readonly Pick<Measures, 'metrics'>[],
): boolean {
  const overloaded = replications.filter(({ metrics }) => (metrics[utilisation] ?? 0) >= 1)
  return isHalf(overloaded.length, replications.length)
}
