/** Sets of characters as ascending, disjoint ranges: low, high, low, high, ... both ends included. */
export type CharSet = readonly number[]

export const MAX_UNIT = 0xffff
export const MAX_POINT = 0x10_ffff

export function union(sets: readonly CharSet[]): CharSet {
  const pairs: [number, number][] = []
  for (const set of sets) for (let i = 0; i < set.length; i += 2) pairs.push([set[i]!, set[i + 1]!])
  pairs.sort((a, b) => a[0] - b[0])
  const out: number[] = []
  for (const [low, high] of pairs) {
    if (out.length > 0 && low <= out.at(-1)! + 1) out[out.length - 1] = Math.max(out.at(-1)!, high)
    else out.push(low, high)
  }
  return out
}

export function complement(set: CharSet, max: number): CharSet {
  const out: number[] = []
  let next = 0
  for (let i = 0; i < set.length; i += 2) {
    if (set[i]! > next) out.push(next, set[i]! - 1)
    next = set[i + 1]! + 1
  }
  if (next <= max) out.push(next, max)
  return out
}

export function has(set: CharSet, char: number): boolean {
  let low = 0
  let high = set.length >> 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (set[2 * middle + 1]! < char) low = middle + 1
    else high = middle
  }
  return low < set.length >> 1 && set[2 * low]! <= char
}

const DIGIT: CharSet = [0x30, 0x39]
export const WORD: CharSet = [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a]
/** ECMAScript's WhiteSpace and LineTerminator. */
const SPACE: CharSet = [
  0x09, 0x0d, 0x20, 0x20, 0xa0, 0xa0, 0x1680, 0x1680, 0x2000, 0x200a, 0x2028, 0x2029, 0x202f, 0x202f, 0x205f,
  0x205f, 0x3000, 0x3000, 0xfeff, 0xfeff,
]
export const NEWLINE: CharSet = [0x0a, 0x0a, 0x0d, 0x0d, 0x2028, 0x2029]

export const ESCAPES = { digit: DIGIT, word: WORD, space: SPACE } as const

/** Larger sets are closed under case for ASCII alone. */
const MOST_FOLDED = 2_000

/** The set with both cases of its letters. */
export function foldCase(set: CharSet, unicode: boolean): CharSet {
  const more: number[] = []
  for (let i = 0; i < set.length; i += 2) {
    const low = set[i]!
    const high = set[i + 1]! - low > MOST_FOLDED ? Math.min(set[i + 1]!, 0x7f) : set[i + 1]!
    for (let char = low; char <= high; char++) {
      for (const other of casesOf(char)) if (unicode || other < 0x80 === char < 0x80) more.push(other)
    }
  }
  return union([set, more.flatMap((char) => [char, char])])
}

/** The other cases of a character, where each is one character. */
export function casesOf(char: number): number[] {
  const text = String.fromCodePoint(char)
  return [text.toUpperCase(), text.toLowerCase()]
    .map((other) => Array.from(other))
    .filter((other) => other.length === 1)
    .map(([other]) => other!.codePointAt(0)!)
    .filter((other) => other !== char)
}

/** A pattern beyond what is built here. */
export class PatternTooLarge extends Error {
  override readonly name = 'PatternTooLarge'
}

/** Names of classes, counted in sets; and sets times classes: tables say which class lies in which set. */
const MOST_HELD = 2_000_000
const MOST_CELLS = 4_000_000

/**
 * Cuts all characters into classes that no set tells apart. `classOf` of a character; `members[c]`: the ranges of class c.
 */
export class Alphabet {
  readonly members: readonly CharSet[]
  private readonly starts: readonly number[]
  private readonly classes: readonly number[]
  private readonly small = new Uint16Array(256)

  /** Throws `PatternTooLarge` where the sets would fill the memory. */
  constructor(sets: readonly CharSet[], max: number) {
    const distinct = [...new Map([...new Set(sets)].map((set) => [set.join(), set])).values()]
    /** The sets that begin or end at a place. */
    const turns = new Map<number, number[]>([[0, []]])
    const turn = (at: number, set: number): void => {
      const there = turns.get(at)
      if (there === undefined) turns.set(at, [set])
      else there.push(set)
    }
    for (const [id, set] of distinct.entries()) {
      for (let i = 0; i < set.length; i += 2) {
        turn(set[i]!, id)
        if (set[i + 1]! < max) turn(set[i + 1]! + 1, id)
      }
    }
    // The sets that hold a character name its class.
    const open = new Set<number>()
    const byKey = new Map<string, number>()
    const members: number[][] = []
    const starts = [...turns.keys()].toSorted((a, b) => a - b)
    let held = 0
    const classes = starts.map((start, at) => {
      for (const set of turns.get(start)!) if (!open.delete(set)) open.add(set)
      held += open.size
      if (held > MOST_HELD || members.length * distinct.length > MOST_CELLS)
        throw new PatternTooLarge(`${distinct.length} different sets of characters`)
      const key = [...open].toSorted((a, b) => a - b).join()
      let id = byKey.get(key)
      if (id === undefined) {
        id = members.length
        byKey.set(key, id)
        members.push([])
      }
      members[id]!.push(start, (starts[at + 1] ?? max + 1) - 1)
      return id
    })
    this.starts = starts
    this.classes = classes
    this.members = members
    for (let char = 0; char < 256; char++) this.small[char] = this.search(char)
  }

  classOf(char: number): number {
    return char < 256 ? this.small[char]! : this.search(char)
  }

  private search(char: number): number {
    let low = 0
    let high = this.starts.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (this.starts[middle]! <= char) low = middle
      else high = middle
    }
    return this.classes[low]!
  }

  /** Which classes lie in the set, which must be one of those that made the alphabet. */
  within(set: CharSet): boolean[] {
    return this.members.map(([first]) => has(set, first!))
  }

  /** A character of the class that shows well: a letter or digit, else what prints, else the first. */
  representative(id: number): number {
    const set = this.members[id]!
    for (const preferred of PREFERRED) if (has(set, preferred)) return preferred
    for (let char = 0x21; char < 0x7f; char++) if (has(set, char)) return char
    // Half of a pair is no character of its own.
    for (let i = 0; i < set.length; i += 2) {
      for (let char = set[i]!; char <= set[i + 1]!; char++) if (char < 0xd800 || char > 0xdfff) return char
    }
    return set[0]!
  }
}

const PREFERRED = Array.from('a0A!x1 _-.,;:\t\n', (char) => char.charCodeAt(0))
