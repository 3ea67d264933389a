/**
 * Characters as classes: two characters that every set of the pattern treats alike are one symbol to the matchers here.
 *
 * Captures are found character by character, not byte by byte. A set is then one step of the automaton however many
 * UTF-8 sequences it stands for, and the automaton stays as small as the pattern.
 */
import { NEWLINE, OTHER, WORD } from '../automaton/context.ts'
import { DEFAULT_COMPILE_BYTES } from '../automaton/size.ts'
import type { Parsed, Ranges } from '../syntax/ast.ts'
import { wordRanges } from '../syntax/classes.ts'
import { decodeAt, startOf, widthOf } from '../foundation/utf8.ts'
import { RegexBudgetError } from '../types.ts'

export const UNIT_SHIFT = 3
export const UNIT_WIDTH = 7

/** Collects the distinct sets of a pattern, numbered as they come. */
export class Sets {
  readonly list: Ranges[] = []
  private readonly byKey = new Map<string, number>()
  private readonly byRanges = new Map<Ranges, number>()

  add(ranges: Ranges): number {
    let id = this.byRanges.get(ranges)
    if (id !== undefined) return id
    const key = ranges.join(',')
    id = this.byKey.get(key)
    if (id === undefined) {
      id = this.list.length
      this.list.push(ranges)
      this.byKey.set(key, id)
    }
    this.byRanges.set(ranges, id)
    return id
  }
}

export interface Alphabet {
  readonly bytes: boolean
  readonly classes: number
  /** Class of each byte, or of each ASCII character. Class 0 is in no set: broken UTF-8 has it. */
  readonly low: Uint16Array
  /** Class by code point beyond ASCII: the class of the last entry of `starts` not above it. */
  readonly starts: Int32Array
  readonly startClass: Int32Array
  /** Which classes a set holds: `members[set * classes + class]`; empty where that would be too much. See `holds`. */
  readonly members: Uint8Array
  /** Then the classes of set s are `lists[listStart[s]]` to `lists[listStart[s + 1]]`, ascending. */
  readonly lists: Int32Array
  readonly listStart: Int32Array
  /** OTHER, WORD or NEWLINE by class; all OTHER where the pattern asserts nothing. */
  readonly kind: Uint8Array
}

const NEWLINE_SET: Ranges = [10, 10]

/** Sets times classes up to which there is a table of them. */
const MOST_MEMBERS = 1 << 22
/** Measured: of a set that holds the characters between two boundaries, a place in a list, in a name and in the sweep. */
const BYTES_PER_HOLDER = 24
const BYTES_PER_BOUNDARY = 48

/**
 * Splits the characters by the sets collected, and by word and newline where the pattern has assertions.
 *
 * @throws RegexBudgetError `compileBytes` where that would take more than `maxBytes`; it tells what it would have needed
 * beside `usedBytes`.
 */
export function buildAlphabet(
  parsed: Parsed,
  sets: Sets,
  maxBytes: number = DEFAULT_COMPILE_BYTES,
  usedBytes = 0,
): Alphabet {
  const all = [...sets.list]
  const kinds = parsed.hasAssertions
  if (kinds) all.push(wordRanges(parsed.bytes), NEWLINE_SET)
  let bytes = usedBytes
  const spend = (more: number): void => {
    bytes += more
    if (bytes > maxBytes) throw new RegexBudgetError('compileBytes', bytes, maxBytes)
  }
  for (const ranges of all) spend(ranges.length * BYTES_PER_BOUNDARY)
  // Sweep the boundaries: at each, some sets begin or end; the sets open between two boundaries name the class.
  const events: number[] = []
  all.forEach((ranges, set) => {
    for (let i = 0; i < ranges.length; i += 2) {
      events.push(ranges[i]! * 2 * all.length + set * 2 + 1)
      events.push((ranges[i + 1]! + 1) * 2 * all.length + set * 2)
    }
  })
  events.sort((a, b) => a - b)
  const names = new Map<number | string, number>([[all.length < 32 ? 0 : '', 0]])
  const open = new Set<number>()
  let mask = 0
  const holders: number[][] = [[]]
  const starts = [0]
  const startClass = [0]
  for (let i = 0; i < events.length;) {
    const code = Math.floor(events[i]! / (2 * all.length))
    for (; i < events.length && Math.floor(events[i]! / (2 * all.length)) === code; i++) {
      const change = events[i]! % (2 * all.length)
      if (change & 1) open.add(change >> 1)
      else open.delete(change >> 1)
      mask ^= 1 << (change >> 1)
    }
    spend(open.size * BYTES_PER_HOLDER)
    // Few sets are named by their bits, many by a list.
    const name = all.length < 32 ? mask : [...open].sort((a, b) => a - b).join()
    let id = names.get(name)
    if (id === undefined) {
      id = names.size
      names.set(name, id)
      holders.push([...open])
    }
    starts.push(code)
    startClass.push(id)
  }
  const classes = names.size
  const isSmall = all.length * classes <= MOST_MEMBERS
  if (isSmall) spend(all.length * classes)
  const kind = new Uint8Array(classes)
  holders.forEach((held, id) => {
    if (kinds && held.includes(all.length - 2)) kind[id] = WORD
    else kind[id] = kinds && held.includes(all.length - 1) ? NEWLINE : OTHER
  })
  const alphabet: Alphabet = {
    bytes: parsed.bytes,
    classes,
    low: new Uint16Array(256),
    starts: Int32Array.from(starts),
    startClass: Int32Array.from(startClass),
    ...(isSmall ? asTable(holders, all.length) : asLists(holders, all.length)),
    kind,
  }
  for (let code = 0; code < (parsed.bytes ? 256 : 128); code++)
    alphabet.low[code] = searchClass(alphabet, code)
  return alphabet
}

type Members = Pick<Alphabet, 'members' | 'lists' | 'listStart'>

function asTable(holders: readonly (readonly number[])[], sets: number): Members {
  const classes = holders.length
  const members = new Uint8Array(sets * classes)
  holders.forEach((held, id) => {
    for (const set of held) members[set * classes + id] = 1
  })
  return { members, lists: new Int32Array(0), listStart: new Int32Array(0) }
}

function asLists(holders: readonly (readonly number[])[], sets: number): Members {
  const listStart = new Int32Array(sets + 1)
  for (const held of holders) for (const set of held) listStart[set + 1]! += 1
  for (let set = 0; set < sets; set++) listStart[set + 1]! += listStart[set]!
  const lists = new Int32Array(listStart[sets]!)
  const filled = listStart.slice()
  holders.forEach((held, id) => {
    for (const set of held) lists[filled[set]!++] = id
  })
  return { members: new Uint8Array(0), lists, listStart }
}

/** Whether a set holds a class. Loops over many ask the table themselves where there is one: that is half the cost. */
export function holds(
  { members, classes, lists, listStart }: Alphabet,
  set: number,
  symbol: number,
): boolean {
  if (members.length > 0) return members[set * classes + symbol] === 1
  let low = listStart[set]!
  let high = listStart[set + 1]!
  while (low < high) {
    const middle = (low + high) >> 1
    if (lists[middle]! < symbol) low = middle + 1
    else high = middle
  }
  return low < listStart[set + 1]! && lists[low] === symbol
}

/** The classes that a set holds, ascending. */
export function classesIn({ members, classes, lists, listStart }: Alphabet, set: number): readonly number[] {
  if (members.length === 0) return [...lists.subarray(listStart[set], listStart[set + 1])]
  const found: number[] = []
  for (let symbol = 0; symbol < classes; symbol++)
    if (members[set * classes + symbol] === 1) found.push(symbol)
  return found
}

function searchClass(alphabet: Alphabet, code: number): number {
  const { starts, startClass } = alphabet
  let low = 0
  let high = starts.length
  // Boundaries may share a code (the leading 0): the last one counts.
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (starts[middle]! <= code) low = middle
    else high = middle
  }
  return startClass[low]!
}

/** Class of a code point; of a broken byte, 0. */
export function classOf(alphabet: Alphabet, code: number): number {
  if (code < 128) return code < 0 ? 0 : alphabet.low[code]!
  return searchClass(alphabet, code)
}

/** The unit that begins at `at`: its class, shifted by UNIT_SHIFT, and below that its bytes. */
export function unitAt(alphabet: Alphabet, text: Uint8Array, at: number, to = text.length): number {
  const byte = text[at]!
  if (byte < (alphabet.bytes ? 256 : 128)) return (alphabet.low[byte]! << UNIT_SHIFT) | 1
  const code = decodeAt(text, at, to)
  return (classOf(alphabet, code) << UNIT_SHIFT) | widthOf(code)
}

/** The same of the unit that ends at `at` and begins at or behind `from`. */
export function unitBefore(alphabet: Alphabet, text: Uint8Array, at: number, from: number): number {
  const byte = text[at - 1]!
  if (byte < (alphabet.bytes ? 256 : 128)) return (alphabet.low[byte]! << UNIT_SHIFT) | 1
  const start = startOf(text, at - 1, from)
  return (classOf(alphabet, decodeAt(text, start, at)) << UNIT_SHIFT) | (at - start)
}
