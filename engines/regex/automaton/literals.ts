/**
 * Literals that every match must contain.
 *
 * Searching for a literal is ten times quicker than walking an automaton, so a pattern is asked for a set of strings
 * of which each match holds at least one: the whole pattern where it is nothing but strings, else the run of
 * characters, the branch or the inner part that promises the fewest false alarms. The distance from the start of the
 * match to the string is kept as well; where it has no bound, a backward walk finds the earliest start instead.
 *
 * A letter in both cases counts as one, for a search that ignores case; a search that ignores more case than the
 * pattern does only finds more candidates.
 */
import { FREQUENCY } from '../literal/frequency.ts'
import { bytesOf } from '../foundation/utf8.ts'
import type { Node, Ranges } from '../syntax/ast.ts'
import { lengthsOf } from './shape.ts'
import type { Lengths } from './shape.ts'

interface Text {
  readonly bytes: number[]
  /** Has an ASCII letter that stands for both cases. */
  folded: boolean
  /** Has an ASCII letter that stands for itself only. */
  cased: boolean
}

export interface Literals {
  readonly literals: readonly Uint8Array[]
  readonly ignoreCase: boolean
  /** Bytes of the match in front of the literal. */
  readonly before: Lengths
  /** The pattern matches these strings, each of them, and nothing else. */
  readonly whole: boolean
}

interface Candidate {
  readonly texts: readonly Text[]
  readonly before: Lengths
}

interface Info {
  readonly lengths: Lengths
  /** All the strings it matches, where they are few. */
  readonly all: readonly Text[] | null
  readonly best: Candidate | null
}

/** How many strings a concatenation may multiply to, and an alternation add up to. */
const MOST_PRODUCTS = 16
const MOST_BRANCHES = 10_000
const MOST_MEMBERS = 8
/** Bytes of strings that a repetition may multiply to: repetitions of repetitions grow without bound. */
const LONGEST_REPEATED = 4096
/** Bytes that all copies together may take, beyond the one of each string that is written in the pattern. */
const MOST_COPIED = 1 << 20
/** A string with nothing in it takes memory as well. */
const BYTES_PER_TEXT = 8
/** In the order of `literal/frequency.ts`: a blank and most letters are above. */
const COMMON = 180
const NOTHING: Text = { bytes: [], folded: false, cased: false }
const NO_LENGTH: Lengths = { min: 0, max: 0 }

/** How the pattern is read, and what is left for copies: strings that multiply each other grow as no budget foresees. */
class Ground {
  readonly bytes: boolean
  private left = MOST_COPIED

  constructor(bytes: boolean) {
    this.bytes = bytes
  }

  /** False, and nothing taken, where copies would take too much. */
  take(bytes: number): boolean {
    if (bytes > this.left) return false
    this.left -= bytes
    return true
  }
}

function sizeOf(texts: readonly Text[]): number {
  return texts.reduce((sum, { bytes }) => sum + bytes.length + BYTES_PER_TEXT, 0)
}

function isCapital(code: number): boolean {
  return code >= 0x41 && code <= 0x5a
}

function isLetter(code: number): boolean {
  return isCapital(code) || isCapital(code - 32)
}

function textsOfSet(ranges: Ranges, bytes: boolean): Text[] | null {
  const members: number[] = []
  for (let i = 0; i < ranges.length; i += 2) {
    for (let c = ranges[i]!; c <= ranges[i + 1]!; c++) {
      if (members.push(c) > MOST_MEMBERS) return null
    }
  }
  const [first, second] = members as [number, number]
  if (members.length === 2 && second === first + 32 && isCapital(first)) {
    return [{ bytes: [second], folded: true, cased: false }]
  }
  return members.map((code) => {
    return { bytes: bytes ? [code] : bytesOf(code), folded: false, cased: isLetter(code) }
  })
}

/**
 * The strings of consecutive parts, multiplied out. They are appended to in place: a literal of a million characters is
 * a million parts.
 */
class Run {
  texts: Text[] = [{ bytes: [], folded: false, cased: false }]
  /** What stands before the run. */
  readonly before: Lengths

  constructor(before: Lengths) {
    this.before = before
  }

  /** Appends one of `all`; false, and nothing done, where that would be too many strings, or too long ones. */
  append(all: readonly Text[], ground: Ground): boolean {
    const { texts } = this
    if (all.length === 1) {
      const [tail] = all as [Text]
      if (texts.length > 1 && !ground.take(texts.length * tail.bytes.length)) return false
      for (const text of texts) extend(text, tail)
      return true
    }
    if (texts.length * all.length > MOST_PRODUCTS) return false
    if (!ground.take(all.length * sizeOf(texts) + texts.length * sizeOf(all))) return false
    this.texts = texts.flatMap((text) =>
      all.map((tail) => {
        const longer = { ...text, bytes: text.bytes.slice() }
        extend(longer, tail)
        return longer
      }),
    )
    return true
  }

  /** Begins with one of `all`, however many; false where that would be too much. */
  begin(all: readonly Text[], ground: Ground): boolean {
    if (!ground.take(sizeOf(all))) return false
    this.texts = all.map((text) => ({ ...text, bytes: text.bytes.slice() }))
    return true
  }
}

function extend(text: Text, tail: Text): void {
  // One by one: a call takes only so many arguments.
  for (const byte of tail.bytes) text.bytes.push(byte)
  text.folded ||= tail.folded
  text.cased ||= tail.cased
}

/** How rarely a candidate should be met by chance: about the bits that the shortest string fixes, less its company. */
function score(candidate: Candidate): number {
  // An empty set stands in it: no string is all of it, so there is none to search for.
  if (candidate.texts.length === 0) return -Infinity
  const shortest = candidate.texts.reduce((least, { bytes }) => Math.min(least, bytes.length), Infinity)
  if (shortest === 0) return -Infinity
  // Walking passes over a byte as quickly as a search for one of several, or for one that is everywhere.
  if (shortest === 1) {
    const [first] = candidate.texts
    if (candidate.texts.length > 1 || FREQUENCY[first!.bytes[0]!]! > COMMON) {
      return -Infinity
    }
  }
  const known = Math.min(shortest, 8) * 4
  return known - Math.log2(candidate.texts.length) * 2 - (candidate.before.max === Infinity ? 1 : 0)
}

function better(a: Candidate | null, b: Candidate | null): Candidate | null {
  if (!a || !b) return a ?? b
  return score(b) > score(a) ? b : a
}

function add(a: Lengths, b: Lengths): Lengths {
  return { min: a.min + b.min, max: a.max + b.max }
}

/** What is known of each part is forgotten at once: a long literal has a million of them. */
function inspectCat(parts: Iterable<Info>, ground: Ground): Info {
  let best: Candidate | null = null
  let before = NO_LENGTH
  let run = new Run(before)
  let whole = true
  for (const info of parts) {
    if (!info.all || !run.append(info.all, ground)) {
      best = better(best, run)
      whole = false
      if (info.best) best = better(best, { ...info.best, before: add(before, info.best.before) })
      run = new Run(before)
      if (!info.all || !run.begin(info.all, ground)) {
        if (info.all) best = better(best, { texts: info.all, before })
        run = new Run(add(before, info.lengths))
      }
    }
    before = add(before, info.lengths)
  }
  best = better(best, run)
  return { lengths: before, all: whole ? run.texts : null, best: best && score(best) > 0 ? best : null }
}

function inspectAlt(infos: readonly Info[]): Omit<Info, 'lengths'> {
  let all: Text[] | null = []
  let texts: Text[] | null = []
  let before: Lengths = { min: Infinity, max: 0 }
  for (const info of infos) {
    if (!info.all) all = null
    else if (all) for (const text of info.all) all.push(text)
    const { best } = info
    if (!best) texts = null
    else if (texts) {
      for (const text of best.texts) texts.push(text)
      before = { min: Math.min(before.min, best.before.min), max: Math.max(before.max, best.before.max) }
    }
  }
  if (all && all.length > MOST_BRANCHES) all = null
  if (texts && texts.length > MOST_BRANCHES) texts = null
  return { all, best: texts ? { texts, before } : null }
}

function inspect(node: Node, ground: Ground): Info {
  const { bytes } = ground
  switch (node.kind) {
    case 'empty':
    case 'assert':
      return { lengths: NO_LENGTH, all: [NOTHING], best: null }
    case 'set': {
      const all = textsOfSet(node.ranges, bytes)
      const best = all && all.length > 0 ? { texts: all, before: NO_LENGTH } : null
      return { lengths: lengthsOf(node, bytes), all, best }
    }
    case 'cat':
      return inspectCat(
        node.parts.values().map((part) => inspect(part, ground)),
        ground,
      )
    case 'alt': {
      const parts = node.parts.map((part) => inspect(part, ground))
      const min = parts.reduce((least, { lengths }) => Math.min(least, lengths.min), Infinity)
      const max = parts.reduce((most, { lengths }) => Math.max(most, lengths.max), 0)
      return { lengths: { min, max }, ...inspectAlt(parts) }
    }
    case 'group':
      return inspect(node.node, ground)
    case 'repeat': {
      const body = inspect(node.node, ground)
      const { min, max } = body.lengths
      const lengths = { min: min * node.min, max: max === 0 ? 0 : max * node.max }
      if (node.min === 0) return { lengths, all: null, best: null }
      const size = body.all?.reduce((sum, { bytes }) => sum + bytes.length, 0) ?? 0
      const wanted = Math.max(1, Math.min(node.min, MOST_MEMBERS, Math.floor(LONGEST_REPEATED / size)))
      const copies = ground.take((wanted - 1) * size) ? wanted : 1
      const { all, best } = inspectCat(
        Array.from({ length: copies }, () => body),
        ground,
      )
      return { lengths, all: node.min === node.max && copies === node.min ? all : null, best }
    }
    default:
      return { lengths: inspect(node.node, ground).lengths, all: null, best: null }
  }
}

/** The best set of literals for a pattern, or null where none is worth searching for. */
export function requiredLiterals(root: Node, bytes: boolean, assertions: boolean): Literals | null {
  const { all, best } = inspect(root, new Ground(bytes))
  const everything = all !== null && all.length > 0 && all.every((text) => text.bytes.length > 0)
  const chosen: Candidate | null = everything ? { texts: all, before: NO_LENGTH } : best
  if (!chosen) return null
  const ignoreCase = chosen.texts.some((text) => text.folded)
  const exact = !ignoreCase || chosen.texts.every((text) => !text.cased)
  return {
    literals: chosen.texts.map((text) => Uint8Array.from(text.bytes)),
    ignoreCase,
    before: chosen.before,
    whole: everything && exact && !assertions,
  }
}
