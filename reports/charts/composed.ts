/**
 * Charts of several views. Vega-Lite fits one view to a width by itself; views side by side it does not, so each gets
 * its share here. On a phone they stand below one another.
 */
import { NARROW } from './theme.ts'

type Spec = Readonly<Record<string, unknown>>

/** Room for one view's vertical axis and the gap to the next. */
const GUTTER = 72

/** The specification arranged for this width, and the width of each of its views; null for a single view. */
export function arrange(spec: Spec, width: number): { spec: Spec; viewWidth: number | null } {
  const narrow = width < NARROW
  const { hconcat, ...rest } = spec
  if (Array.isArray(hconcat)) {
    return narrow
      ? { spec: { ...rest, vconcat: hconcat as unknown[] }, viewWidth: share(width, 1) }
      : { spec, viewWidth: share(width, hconcat.length) }
  }
  if ('vconcat' in spec) return { spec, viewWidth: share(width, 1) }
  if ('concat' in spec || 'facet' in spec || 'repeat' in spec) {
    const columns = narrow ? 1 : typeof spec['columns'] === 'number' ? spec['columns'] : 2
    return { spec: { ...spec, columns }, viewWidth: share(width, columns) }
  }
  return { spec, viewWidth: null }
}

const share = (width: number, across: number): number => Math.max(60, Math.floor(width / across - GUTTER))
