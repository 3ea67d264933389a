/** Replies as redis-cli prints them with --no-raw, so that what was observed on a terminal can be compared. */

/** A reply as it was sent, its type kept. */
export type Parsed =
  | { readonly type: 'simple' | 'error' | 'integer' | 'double' | 'big' | 'verbatim'; readonly text: string }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'bulk'; readonly bytes: Uint8Array }
  | { readonly type: 'nil' }
  | { readonly type: 'array' | 'set' | 'push'; readonly items: readonly Parsed[] }
  | { readonly type: 'map'; readonly pairs: readonly (readonly [Parsed, Parsed])[] }

const LINES: Readonly<Record<string, 'simple' | 'error' | 'integer' | 'double' | 'big'>> = {
  '+': 'simple',
  '-': 'error',
  ':': 'integer',
  ',': 'double',
  '(': 'big',
}

/** Reads one reply from bytes[at...]. Throws when it is not complete or no reply. */
export function parseReply(bytes: Uint8Array, from = 0): { readonly reply: Parsed; readonly end: number } {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const eol = buffer.indexOf('\r\n', from)
  if (eol < 0) throw new Error(`no complete reply at ${from}`)
  const type = String.fromCharCode(bytes[from]!)
  const text = buffer.toString('latin1', from + 1, eol)
  const end = eol + 2
  const line = LINES[type]
  if (line !== undefined) return { reply: { type: line, text }, end }
  if (type === '_') return { reply: { type: 'nil' }, end }
  if (type === '#') return { reply: { type: 'boolean', value: text === 't' }, end }
  const count = Number(text)
  if (type === '$' || type === '=') {
    if (count < 0) return { reply: { type: 'nil' }, end }
    if (end + count + 2 > bytes.length) throw new Error('bulk cut short')
    if (buffer.toString('latin1', end + count, end + count + 2) !== '\r\n')
      throw new Error('bulk does not end')
    const content = bytes.slice(end, end + count)
    const reply: Parsed =
      type === '$'
        ? { type: 'bulk', bytes: content }
        : { type: 'verbatim', text: Buffer.from(content.subarray(4)).toString('latin1') }
    return { reply, end: end + count + 2 }
  }
  if (count < 0) return { reply: { type: 'nil' }, end }
  const items: Parsed[] = []
  let at = end
  const length = type === '%' ? 2 * count : count
  for (let i = 0; i < length; i++) {
    const item = parseReply(bytes, at)
    items.push(item.reply)
    at = item.end
  }
  if (type === '*') return { reply: { type: 'array', items }, end: at }
  if (type === '~') return { reply: { type: 'set', items }, end: at }
  if (type === '>') return { reply: { type: 'push', items }, end: at }
  if (type !== '%') throw new Error(`unknown reply type ${type} at ${from}`)
  const pairs = Array.from({ length: count }, (_, i) => [items[2 * i]!, items[2 * i + 1]!] as const)
  return { reply: { type: 'map', pairs }, end: at }
}

/** All replies in these bytes. */
export function parseReplies(bytes: Uint8Array): Parsed[] {
  const replies: Parsed[] = []
  for (let at = 0; at < bytes.length;) {
    const { reply, end } = parseReply(bytes, at)
    replies.push(reply)
    at = end
  }
  return replies
}

/** What redis-cli prints: it does not know big numbers, and then shows nothing else of a reply. */
export function formatReply(reply: Parsed): string {
  return hasBig(reply) ? 'Unknown reply type: 13' : format(reply, '')
}

function hasBig(reply: Parsed): boolean {
  if ('items' in reply) return reply.items.some(hasBig)
  return 'pairs' in reply ? reply.pairs.flat().some(hasBig) : reply.type === 'big'
}

function format(reply: Parsed, indent: string): string {
  switch (reply.type) {
    case 'simple':
      return reply.text
    case 'verbatim':
      return reply.text
    case 'error':
      return `(error) ${reply.text}`
    case 'integer':
      return `(integer) ${reply.text}`
    case 'double':
      return `(double) ${reply.text}`
    case 'big':
      return reply.text
    case 'boolean':
      return reply.value ? '(true)' : '(false)'
    case 'nil':
      return '(nil)'
    case 'bulk':
      return quoted(reply.bytes)
    case 'map':
      return list(
        reply.pairs,
        '#',
        indent,
        ([key, value], inner) => `${format(key, inner)} => ${format(value, inner)}`,
      )
    default:
      return list(reply.items, reply.type === 'set' ? '~' : ')', indent, format)
  }
}

function list<T>(
  items: readonly T[],
  mark: string,
  indent: string,
  one: (item: T, indent: string) => string,
): string {
  if (items.length === 0) return mark === '#' ? '(empty hash)' : '(empty array)'
  const width = String(items.length).length
  const inner = indent + ' '.repeat(width + 2)
  return items
    .map((item, i) => `${i === 0 ? '' : indent}${String(i + 1).padStart(width)}${mark} ${one(item, inner)}`)
    .join('\n')
}

const NAMED: Readonly<Record<number, string>> = {
  10: '\\n',
  13: '\\r',
  9: '\\t',
  7: '\\a',
  8: '\\b',
  34: '\\"',
  92: '\\\\',
}

export function quoted(bytes: Uint8Array): string {
  const parts = Array.from(bytes, (byte) => {
    if (NAMED[byte] !== undefined) return NAMED[byte]
    return byte >= 32 && byte < 127 ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`
  })
  return `"${parts.join('')}"`
}
