/**
 * The members of a JSON object as text. `data` goes out exactly as it came in: parsed and printed again, long integers
 * would lose digits and `1e400` would become null. To be called with text that `JSON.parse` has taken.
 */

/** Source text of each member's value by name; null when a name occurs twice. `text` must be a valid JSON object. */
export function memberTexts(text: string): Map<string, string> | null {
  const members = new Map<string, string>()
  let at = skipSpace(text, text.indexOf('{') + 1)
  while (text[at] !== '}') {
    const nameEnd = skipValue(text, at)
    const name = JSON.parse(text.slice(at, nameEnd)) as string
    const begin = skipSpace(text, skipSpace(text, nameEnd) + 1)
    const end = skipValue(text, begin)
    if (members.has(name)) return null
    members.set(name, text.slice(begin, end))
    at = skipSpace(text, end)
    if (text[at] === ',') at = skipSpace(text, at + 1)
  }
  return members
}

function skipSpace(text: string, at: number): number {
  while (at < text.length && text.charCodeAt(at) <= 0x20) at++
  return at
}

/** Where the value that begins at `at` ends. */
function skipValue(text: string, at: number): number {
  if (text[at] === '"') return skipString(text, at)
  if (text[at] !== '{' && text[at] !== '[') {
    while (at < text.length && !/[\s,\]}]/.test(text[at]!)) at++
    return at
  }
  for (let depth = 0; at < text.length;) {
    const char = text[at]
    if (char === '"') {
      at = skipString(text, at)
      continue
    }
    at++
    if (char === '{' || char === '[') depth++
    else if ((char === '}' || char === ']') && --depth === 0) break
  }
  return at
}

function skipString(text: string, at: number): number {
  for (at++; text[at] !== '"'; at++) if (text[at] === '\\') at++
  return at + 1
}
