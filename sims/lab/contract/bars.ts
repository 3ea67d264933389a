/** A chart that most sims want: one bar per name, with the interval of its figure. */
import type { ChartSpec, Estimate } from './sim.ts'

export interface BarsOptions {
  readonly name: string
  readonly title: string
  readonly description: string
  /** What the bars are named by, and what their length is. */
  readonly names: string
  readonly figures: string
  /** Format of the axis (d3), default the chart theme's. */
  readonly format?: string
  /** Longest bar first; default the order given. */
  readonly sorted?: boolean
}

/** Bars in base units, each with its 95 % interval where there is one. */
export function intervalBars(
  bars: readonly { readonly label: string; readonly estimate: Estimate }[],
  { name, title, description, names, figures, format, sorted = false }: BarsOptions,
): ChartSpec {
  const values = bars.map(({ label, estimate: { value, low, high } }) => ({ label, value, low, high }))
  const y = {
    field: 'label',
    type: 'nominal',
    title: names === '' ? null : names,
    sort: sorted ? '-x' : null,
  }
  const axis = format === undefined ? {} : { axis: { format } }
  const x = { field: 'value', type: 'quantitative', title: figures, ...axis }
  return {
    name,
    title,
    description,
    spec: {
      data: { values },
      layer: [
        { mark: 'bar', encoding: { y, x } },
        {
          mark: { type: 'rule', color: 'black' },
          encoding: { y, x: { ...x, field: 'low' }, x2: { field: 'high' } },
        },
      ],
    },
    table: {
      columns: [names === '' ? 'name' : names, figures, 'low', 'high'],
      rows: values.map(({ label, value, low, high }) => [label, value, low, high]),
    },
  }
}
