/**
 * A set of states in machine words, moved along the automaton: what its members lead to, joined.
 *
 * The rows of the members are joined in one of two ways. Eight members by one look-up, in a table of 256 entries for every
 * eight bits (the four Russians' way), which is best for one word or two. Or most members lead to their neighbour and are
 * shifted, and only the others are joined one by one (as in Hyperscan's LimEx), which is best for long patterns.
 */

/** Words of a set up to which tables for eight bits are made; beyond, a row for each bit. */
const MAX_TABLED = 8
/** Bits of the hash of recent sets. */
const RECENT_BITS = 5

/** What a set's members lead to, joined: see `move`. */
export interface Union {
  readonly words: number
  /** Tabled: `data[((word * 4 + byte) * 256 + bits) * words]` on is what eight bits lead to. */
  readonly tabled: boolean
  /** Not tabled: `data[bit * words]` on is what a bit leads to. */
  readonly data: Int32Array
  /** Not tabled: the bits that lead to the next bit, or the one before, and nowhere else. */
  readonly shifted: Int32Array
  readonly ahead: boolean
  /** Not tabled: sets of the other bits met lately, and what each leads to, by a hash. */
  readonly recent: Int32Array
}

/** Bytes that a union of so many words takes at most. */
export const unionBytes = (words: number): number => 4 * words * words * (words <= MAX_TABLED ? 1024 : 32)

export function join(into: Int32Array, at: number, from: Int32Array, source: number, words: number): void {
  for (let w = 0; w < words; w++) into[at + w] = into[at + w]! | from[source + w]!
}

export function unionOf(rows: Int32Array, words: number, ahead: boolean): Union {
  const shifted = new Int32Array(words)
  let others = 0
  for (let bit = 0; bit < 32 * words; bit++) {
    const target = ahead ? bit + 1 : bit - 1
    let members = 0
    let found = false
    for (let w = 0; w < words; w++) {
      for (let left = rows[bit * words + w]!; left !== 0; left &= left - 1) {
        members++
        if (32 * w + 31 - Math.clz32(left & -left) === target) found = true
      }
    }
    if (members === 1 && found) shifted[bit >> 5] = shifted[bit >> 5]! | (1 << (bit & 31))
    else if (members > 0) others++
  }
  const tabled = words <= 2 || (words <= MAX_TABLED && others > 4 * words)
  const recent = new Int32Array(tabled ? 0 : (2 * words) << RECENT_BITS)
  return { words, tabled, ahead, shifted, recent, data: tabled ? tableOf(rows, words) : rows }
}

function tableOf(rows: Int32Array, words: number): Int32Array {
  const data = new Int32Array(1024 * words * words)
  for (let byte = 0; byte < 4 * words; byte++) {
    for (let bits = 1; bits < 256; bits++) {
      const at = (byte * 256 + bits) * words
      join(data, at, data, (byte * 256 + (bits & (bits - 1))) * words, words)
      join(data, at, rows, (byte * 8 + 31 - Math.clz32(bits & -bits)) * words, words)
    }
  }
  return data
}

/** Writes to `into` what the members of `set` lead to. */
export function move(union: Union, set: Int32Array, into: Int32Array): void {
  if (union.tabled) moveByTable(union, set, into)
  else moveByShift(union, set, into)
}

// Loops written out: these functions are most of the time of a long pattern, and calls in them half of it.

function moveByTable({ words, data }: Union, set: Int32Array, into: Int32Array): void {
  if (words === 2) {
    moveTwoWords(data, set, into)
    return
  }
  for (let w = 0; w < words; w++) into[w] = 0
  for (let w = 0; w < words; w++) {
    let left = set[w]!
    for (let row = w * 1024; left !== 0; left >>>= 8, row += 256) {
      if ((left & 255) === 0) continue
      const from = (row + (left & 255)) * words
      for (let v = 0; v < words; v++) into[v] = into[v]! | data[from + v]!
    }
  }
}

function moveTwoWords(data: Int32Array, set: Int32Array, into: Int32Array): void {
  let first = 0
  let second = 0
  for (let w = 0; w < 2; w++) {
    const bits = set[w]!
    const base = w << 11
    const a = base | ((bits & 255) << 1)
    const b = base | 512 | (((bits >>> 8) & 255) << 1)
    const c = base | 1024 | (((bits >>> 16) & 255) << 1)
    const d = base | 1536 | ((bits >>> 24) << 1)
    first |= data[a]! | data[b]! | data[c]! | data[d]!
    second |= data[a + 1]! | data[b + 1]! | data[c + 1]! | data[d + 1]!
  }
  into[0] = first
  into[1] = second
}

function moveByShift(union: Union, set: Int32Array, into: Int32Array): void {
  const { words, shifted, ahead, recent } = union
  let hash = 0
  let carried = 0
  if (ahead) {
    for (let w = 0; w < words; w++) {
      const bits = set[w]! & shifted[w]!
      hash = Math.imul(hash ^ set[w]! ^ bits, 0x9e3779b1)
      into[w] = (bits << 1) | carried
      carried = bits >>> 31
    }
  } else {
    for (let w = words - 1; w >= 0; w--) {
      const bits = set[w]! & shifted[w]!
      hash = Math.imul(hash ^ set[w]! ^ bits, 0x9e3779b1)
      into[w] = (bits >>> 1) | carried
      carried = bits << 31
    }
  }
  const slot = (hash >>> (32 - RECENT_BITS)) * 2 * words
  for (let w = 0; w < words; w++) {
    if (recent[slot + w] !== (set[w]! & ~shifted[w]!)) {
      remember(union, set, slot)
      break
    }
  }
  for (let w = 0; w < words; w++) into[w] = into[w]! | recent[slot + words + w]!
}

/** Joins what the members that are not shifted lead to: few, and often the same as a moment ago. */
function remember({ words, data, shifted, recent }: Union, set: Int32Array, slot: number): void {
  recent.fill(0, slot, slot + 2 * words)
  for (let w = 0; w < words; w++) {
    const others = set[w]! & ~shifted[w]!
    recent[slot + w] = others
    for (let left = others; left !== 0; left &= left - 1) {
      join(recent, slot + words, data, (32 * w + 31 - Math.clz32(left & -left)) * words, words)
    }
  }
}
