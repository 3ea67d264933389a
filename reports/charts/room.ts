/**
 * The room that names take: how many legend entries fit beside each other, and into how many lines the names on a vertical
 * axis break. Vega cuts a name that is too long, and a name that is cut may be two names.
 */
import { textWidth } from './font.ts'
import { wrap } from './wrap.ts'

export interface Room {
  /** The widest legend entry, px; 0 without a legend. */
  readonly legend: number
  /** The most lines of a name on a vertical axis. */
  readonly lines: number
}

const SIZE = 12
const LINE = 15
/** A legend's symbol and the gap to the next column. */
const SYMBOL = 34

/** Share of a drawing that names on a vertical axis may take. */
const NAMES = 0.4

type Spec = Readonly<Record<string, unknown>>
type Rows = readonly Readonly<Record<string, unknown>>[]

/** Entries of a legend beside each other. */
export const legendColumns = ({ legend }: Room, width: number, most: number): number =>
  Math.max(1, Math.min(most, Math.floor((width - 16) / (legend + SYMBOL))))

/** Height of a row of a discrete axis, px. */
export const rowHeight = ({ lines }: Room): number => Math.max(30, LINE * lines + 8)

export const nameLimit = (width: number): number => Math.round(width * NAMES)

/** The specification with names on vertical axes broken into lines for a drawing of this width, and the room all names take. */
export function fitNames(spec: unknown, width: number): { readonly spec: unknown; readonly room: Room } {
  let legend = 0
  let lines = 1
  const fit = (node: unknown, rows: Rows): unknown => {
    if (Array.isArray(node)) return node.map((inner) => fit(inner, rows))
    if (node === null || typeof node !== 'object') return node
    const { data, ...rest } = node as Record<string, unknown>
    const own = rowsOf(data) ?? rows
    const entries = Object.entries(rest).map(([key, inner]) => [
      key,
      key === 'encoding' ? channels(inner as Spec, own) : fit(inner, own),
    ])
    return { ...(data === undefined ? {} : { data }), ...Object.fromEntries(entries) }
  }
  const channels = (encoding: Spec, rows: Rows): Spec =>
    Object.fromEntries(
      Object.entries(encoding).map(([channel, definition]) => {
        const names = namesIn(definition, rows)
        if (
          /^(?:color|stroke|fill|shape|strokeDash)$/.test(channel) &&
          (definition as Spec)?.['legend'] !== null
        )
          legend = Math.max(legend, ...names.map((name) => textWidth(name, SIZE, 400)))
        if (channel !== 'y' || names.length === 0 || (definition as Spec)['axis'] === null)
          return [channel, definition]
        const broken = names.map((name) => [name, wrap(name, SIZE, 400, nameLimit(width))] as const)
        lines = Math.max(lines, ...broken.map(([, parts]) => parts.length))
        const long = broken.filter(([, parts]) => parts.length > 1)
        if (long.length === 0) return [channel, definition]
        const axis = {
          ...((definition as Spec)['axis'] as Spec | undefined),
          labelExpr: `${JSON.stringify(Object.fromEntries(long))}[datum.label] || datum.label`,
          labelLineHeight: LINE,
          labelLimit: 0,
        }
        return [channel, { ...(definition as Spec), axis }]
      }),
    )
  return { spec: fit(spec, []), room: { legend, lines } }
}

function rowsOf(data: unknown): Rows | null {
  const values = (data as { values?: unknown } | null | undefined)?.values
  return Array.isArray(values) ? (values as Rows) : null
}

/** The names that a discrete channel shows. */
function namesIn(definition: unknown, rows: Rows): string[] {
  if (definition === null || typeof definition !== 'object') return []
  const { field, type } = definition as { field?: unknown; type?: unknown }
  if (typeof field !== 'string' || (type !== 'nominal' && type !== 'ordinal')) return []
  return [...new Set(rows.map((row) => String((row[field] ?? '') as string | number | boolean)))]
}
