/**
 * Text from a scenario is a stranger's text. Here is every way it enters a report, each named after the place it goes.
 *
 * Cleaning comes first, everywhere: characters that XML forbids and unpaired surrogates become U+FFFD, and the
 * invisible characters that reorder text (bidirectional overrides and isolates) are dropped, so that a name reads the
 * same in a page, a table, a terminal and a log. Right-to-left words themselves stay: the algorithm orders them.
 */

/** Characters no XML document may hold, and C1 controls, which terminals obey. */
// oxlint-disable-next-line no-control-regex -- control characters are what this looks for
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]/g
/** LRM, RLM, ALM, embeddings, overrides, isolates. */
const BIDI = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** Text without what can break a document or reorder its neighbours. */
export function clean(text: string): string {
  return text.toWellFormed().replaceAll(FORBIDDEN, '\ufffd').replaceAll(BIDI, '')
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** For text and quoted attributes of HTML and XML alike. */
export function escapeXml(text: string): string {
  return clean(text).replaceAll(/[&<>"']/g, (char) => ENTITIES[char]!)
}

/** One line, for a terminal or a chart: no control character, so no escape sequence, and no line of its own. */
export function cleanLine(text: string): string {
  return clean(text).replaceAll(/[\t\r\n\u2028\u2029]+/g, ' ')
}

/**
 * One field of RFC 4180 CSV. A text that a spreadsheet would take for a formula (it starts with = + - @, a tab or a
 * carriage return) gets an apostrophe in front; numbers are written as they are.
 */
export function csvField(value: string | number | null): string {
  if (value === null) return ''
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : ''
  const text = clean(value)
  const safe = /^[\s]*[=+\-@\t\r＝＋－＠]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe
}
