/**
 * A chart that answers the mouse: every mark tells its values, and a click on an entry of the legend shows that one alone;
 * further clicks add others and take them away. Vega-Lite has both; this adds them to a specification that names neither.
 */
import type { Spec } from 'vega'
import type { ChartSpec } from '../../sims/lab/contract/sim.ts'
import { compiled, type RenderOptions } from './render.ts'

type Node = Readonly<Record<string, unknown>>

/** Of the selection that the legend makes. */
const SHOWN = 'shown'
/** What is not shown leaves a trace, so that one sees where it was. */
const TRACE = 0.07

/** The chart as Vega runs it in a page. Throws what Vega-Lite throws. */
export const interactiveSpec = (chart: ChartSpec, options: RenderOptions): Spec =>
  compiled({ ...chart, spec: withLegend(chart.spec) }, { ...options, interactive: true })

function withLegend(spec: Node): Node {
  const field = categoryOf(spec)
  if (field === null) return spec
  let isPlaced = false
  const visit = (node: unknown, inherited: Node): unknown => {
    if (Array.isArray(node)) return node.map((inner) => visit(inner, inherited))
    if (node === null || typeof node !== 'object') return node
    const { encoding, ...rest } = node as Node & { encoding?: Node }
    const all = { ...inherited, ...encoding }
    if (!('mark' in rest)) {
      const entries = Object.entries(rest).map(([key, inner]) => [
        key,
        key === 'data' ? inner : visit(inner, all),
      ])
      return { ...Object.fromEntries(entries), ...(encoding === undefined ? {} : { encoding }) }
    }
    if ((all['color'] as Node | undefined)?.['field'] !== field) return node
    const opacity = { condition: { param: SHOWN, value: 1 }, value: TRACE }
    const params = isPlaced
      ? {}
      : {
          params: [
            { name: SHOWN, select: { type: 'point', fields: [field], toggle: 'true' }, bind: 'legend' },
          ],
        }
    isPlaced = true
    return { ...rest, ...params, encoding: { ...encoding, opacity } }
  }
  return visit(spec, {}) as Node
}

/** The field of the first legend of names; null without one. */
function categoryOf(node: unknown): string | null {
  if (Array.isArray(node)) return node.map(categoryOf).find((field) => field !== null) ?? null
  if (node === null || typeof node !== 'object') return null
  const { data: _, encoding, ...rest } = node as Node & { encoding?: Node }
  const { field, type, legend } = (encoding?.['color'] ?? {}) as Node
  if (typeof field === 'string' && type === 'nominal' && legend !== null) return field
  return categoryOf(Object.values(rest))
}
