/**
 * Redis's glob patterns as POSIX regular expressions over bytes.
 *
 * `*`, `?`, `[a-z]`, `[^x]` and `\` as Redis reads them: a range may be written backwards, a class that is not closed
 * reaches to the end of the pattern, `[]` matches nothing.
 */
const META = /[\\^$.[\]|()?*+{}]/

/** A regular expression for these bytes, whatever they are. */
export function escapeBytes(bytes: Uint8Array): string {
  let escaped = ''
  for (const byte of bytes) escaped += escapeByte(byte)
  return escaped
}

function escapeByte(byte: number): string {
  const character = String.fromCharCode(byte)
  return META.test(character) ? `\\${character}` : character
}

/**
 * The expression as a string of bytes, null when no text can match (`[]`); anchored except where the pattern begins or ends with a star. `ignoreCase`: the
 * expression will be searched for so; a class must know, as what it excludes has two cases.
 */
export function globToRegex(glob: Uint8Array, ignoreCase = false): string | null {
  let from = 0
  let to = glob.length
  while (glob[from] === STAR) from++
  const opensWithStar = from > 0
  while (to > from && glob[to - 1] === STAR && !isEscaped(glob, from, to - 1)) to--
  const closesWithStar = to < glob.length
  let regex = opensWithStar ? '' : '^'
  for (let at = from; at < to;) {
    const byte = glob[at]!
    if (byte === STAR) {
      regex += '.*'
      at++
    } else if (byte === 0x3f) {
      regex += '.'
      at++
    } else if (byte === 0x5b) {
      // A star that was taken off the end may belong to a class that is not closed: read to the pattern's end.
      const { set, end } = readClass(glob, at + 1, ignoreCase)
      if (!set.includes(1)) return null
      regex += classToRegex(set)
      at = end
    } else if (byte === 0x5c && at + 1 < glob.length) {
      regex += escapeByte(glob[at + 1]!)
      at += 2
    } else {
      regex += escapeByte(byte)
      at++
    }
    if (at > to) return `${regex}$`
  }
  return closesWithStar ? regex : `${regex}$`
}

const STAR = 0x2a

function isEscaped(glob: Uint8Array, from: number, at: number): boolean {
  let slashes = 0
  while (at - 1 - slashes >= from && glob[at - 1 - slashes] === 0x5c) slashes++
  return slashes % 2 === 1
}

function readClass(glob: Uint8Array, from: number, ignoreCase: boolean): { set: Uint8Array; end: number } {
  const set = new Uint8Array(256)
  const folded = (byte: number): number => (ignoreCase && byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte)
  let at = from
  const negated = glob[at] === 0x5e
  if (negated) at++
  for (; at < glob.length && glob[at] !== 0x5d; at++) {
    if (glob[at] === 0x5c && at + 1 < glob.length) set[folded(glob[++at]!)] = 1
    else if (glob[at + 1] === 0x2d && at + 2 < glob.length) {
      const [low, high] = [folded(glob[at]!), folded(glob[at + 2]!)].toSorted((a, b) => a - b)
      set.fill(1, low, high! + 1)
      at += 2
    } else set[folded(glob[at]!)] = 1
  }
  if (ignoreCase) set.copyWithin(0x41, 0x61, 0x7b)
  if (negated) for (let byte = 0; byte < 256; byte++) set[byte] = 1 - set[byte]!
  return { set, end: Math.min(glob.length, at + 1) }
}

/** Brackets for what needs no care inside them, alternatives for the rest. */
function classToRegex(set: Uint8Array): string {
  const care = new Set([0x5b, 0x5d, 0x5e, 0x2d, 0x5c])
  const alternatives: string[] = []
  let inside = ''
  for (let byte = 0; byte < 256; byte++) {
    if (set[byte] === 0) continue
    if (care.has(byte)) {
      alternatives.push(escapeByte(byte))
      continue
    }
    let last = byte
    while (last < 255 && set[last + 1] === 1 && !care.has(last + 1)) last++
    const [a, b] = [String.fromCharCode(byte), String.fromCharCode(last)]
    inside += last === byte ? a : last === byte + 1 ? a + b : `${a}-${b}`
    byte = last
  }
  if (inside !== '') alternatives.unshift(`[${inside}]`)
  return `(${alternatives.join('|')})`
}
