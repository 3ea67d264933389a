/** Every point as CSV (RFC 4180): the swept values, the state, and each figure with the ends of its 95 % interval. */
import type { RunDocument } from '../../sims/lab/contract/document.ts'
import { csvField } from '../wording/escape.ts'

/** One row for each point; lines end with CR LF. Numbers are in base units, an empty field is no figure. */
export function pointsCsv({ points }: RunDocument): string {
  const params = [...new Set(points.flatMap(({ at }) => Object.keys(at)))]
  const units = new Map(
    points.flatMap(({ metrics }) => Object.entries(metrics).map(([name, { unit }]) => [name, unit])),
  )
  const header = [
    ...params,
    'state',
    'replications',
    ...[...units].flatMap(([name, unit]) => [`${name} (${unit})`, `${name} low`, `${name} high`]),
  ]
  const lines = points.map(({ at, state, replications, metrics }) => [
    ...params.map((param) => at[param] ?? null),
    state,
    replications,
    ...[...units.keys()].flatMap((name) => {
      const { value = null, low = null, high = null } = metrics[name] ?? {}
      return [value, low, high]
    }),
  ])
  return `${[header, ...lines].map((line) => line.map(csvField).join(',')).join('\r\n')}\r\n`
}
