/**
 * HTML by tagged template: everything interpolated is escaped unless it is `Html` already, so a section cannot forget.
 *
 *     html`<p title="${name}">${name}</p>`
 *
 * Lists are joined, null and false vanish. Attribute values must stand in double quotes.
 */
import { escapeXml } from '../wording/escape.ts'

export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export type Part = Html | string | number | null | false | undefined | readonly Part[]

export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.reduce((text, next, i) => text + write(parts[i - 1]) + next))
}

/** Marks text as HTML: only for what this project wrote itself (styles, charts it drew). */
export const raw = (text: string): Html => new Html(text)

function write(part: Part): string {
  if (part instanceof Html) return part.text
  if (part === null || part === undefined || part === false) return ''
  if (typeof part === 'object') return part.map(write).join('')
  return escapeXml(String(part))
}
