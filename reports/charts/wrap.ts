/**
 * Words that must fit: Vega cuts a title that is too long, so titles are broken into lines beforehand, by widths
 * measured in the font that will be shown.
 */
import { textWidth } from './font.ts'

/** Breaks a text into lines no wider than `limit` pixels; a single word that is wider stands alone. */
export function wrap(text: string, size: number, weight: number, limit: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/)) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && textWidth(longer, size, weight) > limit) {
      lines.push(line)
      line = word
    } else line = longer
  }
  return [...lines, line]
}

/** The specification with the titles of its axes broken to a drawing of this width. */
export function wrapAxisTitles(spec: unknown, width: number): unknown {
  if (Array.isArray(spec)) return spec.map((inner) => wrapAxisTitles(inner, width))
  if (spec === null || typeof spec !== 'object') return spec
  const { data, ...rest } = spec as Record<string, unknown>
  const entries = Object.entries(rest).map(([key, inner]) => [
    key,
    key === 'encoding' ? wrapChannels(inner as Record<string, unknown>, width) : wrapAxisTitles(inner, width),
  ])
  return { ...(data === undefined ? {} : { data }), ...Object.fromEntries(entries) }
}

/** Beside an x axis stand the labels of the y axis; a y axis has its title on top, over the whole width. */
const ROOM: Readonly<Record<string, number>> = { x: 110, y: 60 }

function wrapChannels(encoding: Record<string, unknown>, width: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(encoding).map(([channel, definition]) => {
      const room = ROOM[channel]
      const title = (definition as { title?: unknown } | null)?.title
      if (room === undefined || typeof title !== 'string') return [channel, definition]
      const lines = wrap(title, 12, 400, width - room)
      return [channel, { ...(definition as object), title: lines.length > 1 ? lines : title }]
    }),
  )
}
