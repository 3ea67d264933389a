/**
 * What breaks first as load grows, and at how many times today's load: something that is used up, or an expectation that
 * no longer holds. The first is arithmetic on the point; the second is looked for, by bisection over the load.
 */
import type { Headroom, Sim } from '../contract/sim.ts'
import type { Point } from './fold.ts'
import { passes } from './judgement.ts'
import { HEADROOM, type Expectation } from './scenario/expectation.ts'

/** Multiples are found to this relative width, between these bounds. */
const RESOLUTION = 0.02
const LEAST = 1 / 16
const MOST = 16

/** The point's headroom; null where the sim knows of nothing that breaks. `measure`: the same point under more load. */
export async function headroomOf(
  sim: Sim,
  expectations: readonly Expectation[],
  point: Point,
  measure: (multiple: number) => Promise<Point>,
): Promise<Headroom | null> {
  const [first = null] = (sim.resources?.(point) ?? []).toSorted((a, b) => a.multiple - b.multiple)
  const others = expectations.filter(({ metric }) => metric !== HEADROOM)
  if (sim.underLoad === undefined || others.length === 0 || point.state === 'overloaded') return first
  const broken = (at: Point): Expectation | undefined => others.find((one) => !passes(sim, [one], at))
  const today = broken(point)
  // A resource is used up at `first.multiple`: whatever breaks there breaks because of it.
  const ceiling = Math.min(MOST, first?.multiple ?? MOST)
  let [low, high] = today ? [LEAST, 1] : [1, ceiling]
  if (high <= low) return first
  let culprit = today
  while (high / low > 1 + RESOLUTION) {
    const middle = Math.sqrt(low * high)
    const found = broken(await measure(middle))
    if (found === undefined) low = middle
    else {
      high = middle
      culprit = found
    }
  }
  return culprit === undefined ? first : { name: culprit.text, multiple: low }
}
