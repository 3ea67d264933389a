/** The points of a scenario: the sweep's combinations, and the searched value on top of each. */
import type { At } from '../contract/document.ts'

/** Every combination of the swept values, the last parameter changing fastest; one empty point without a sweep. */
export function combinations(
  sweep: readonly { readonly param: string; readonly values: readonly (number | string)[] }[],
): At[] {
  return sweep.reduce<At[]>(
    (points, { param, values }) => points.flatMap((at) => values.map((value) => ({ ...at, [param]: value }))),
    [{}],
  )
}
