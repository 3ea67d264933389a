/**
 * Series as CSV (RFC 4180): one row for each moment, one column for each series, an empty field where a series has no
 * sample at that moment.
 */
import type { Series } from '../../sims/lab/contract/sim.ts'
import { csvField } from '../wording/escape.ts'

/** Header `t (s),NAME (UNIT),...`; lines end with CR LF. */
export function seriesCsv(series: Readonly<Record<string, Series>>): string {
  const columns = Object.entries(series)
  const moments = Float64Array.from(new Set(columns.flatMap(([, one]) => [...one.t]))).sort()
  const at = columns.map(([, one]) => new Map(one.t.map((t, i) => [t, one.values[i] ?? null])))
  const header = ['t (s)', ...columns.map(([name, { unit }]) => `${name} (${unit})`)]
  const lines = [header.map(csvField).join(',')]
  for (const t of moments) {
    lines.push([t, ...at.map((values) => values.get(t) ?? null)].map(csvField).join(','))
  }
  return `${lines.join('\r\n')}\r\n`
}
