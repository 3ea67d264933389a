/**
 * Where the groups of an approximate match are: those of the corrected text.
 *
 * Undoing the errors of an alignment gives a word that the pattern matches exactly, and the groups of an exact match
 * are known ground (`captures/`): the same rules hold, `posix` or `tre`. What a word cannot say is added to it as
 * characters of its own: where the path went through an assertion, and where it entered and left a region. The pattern
 * gets the same characters, so the word is parsed with its errors in the regions that they were made in.
 *
 * On the way back to the text, an inserted character belongs to what stands before it, at the beginning of the match or
 * of a region to what comes after it.
 */
import { UNIT_SHIFT, UNIT_WIDTH, unitAt, classesIn } from '../captures/alphabet.ts'
import { buildCaptures } from '../captures/index.ts'
import type { Captures } from '../captures/index.ts'
import type { AssertKind, Node, Ranges } from '../syntax/ast.ts'
import type { Options } from '../types.ts'
import { PASSAGE } from './align.ts'
import type { Event, Span } from './align.ts'
import { ASSERT, ENTER } from './automaton.ts'
import type { Pattern } from './automaton.ts'
import { ASSERT_KINDS } from '../captures/context.ts'
import { INSERT } from './settings.ts'
import { widthOf } from '../foundation/utf8.ts'

const EDGES = { notBol: false, notEol: false }

/** The symbols of corrected words: classes of characters, then assertions, then borders of regions. */
class Symbols {
  private readonly pattern: Pattern
  /** Symbol by set: some member of it. */
  private readonly members = new Map<number, number>()
  readonly count: number

  constructor(pattern: Pattern) {
    this.pattern = pattern
    this.count = this.enter(pattern.regions.length)
  }

  /** In no class, and in every set that would be empty without it: an error can stand for such a set. */
  get nothing(): number {
    return this.pattern.alphabet.classes
  }

  assertion(what: AssertKind): number {
    return this.nothing + 1 + ASSERT_KINDS.indexOf(what)
  }

  enter(region: number): number {
    return this.nothing + 1 + ASSERT_KINDS.length + 2 * region
  }

  exit(region: number): number {
    return this.enter(region) + 1
  }

  isEnter(symbol: number): boolean {
    return symbol >= this.enter(0) && (symbol - this.enter(0)) % 2 === 0
  }

  /** The classes that a set of characters holds. */
  ranges(set: number): Ranges {
    const ranges: number[] = []
    for (const symbol of classesIn(this.pattern.alphabet, set)) {
      if (ranges.length > 0 && ranges.at(-1) === symbol - 1) ranges[ranges.length - 1] = symbol
      else ranges.push(symbol, symbol)
    }
    return ranges.length > 0 ? ranges : [this.nothing, this.nothing]
  }

  codes(set: number): Ranges {
    return this.ranges(set).map(codePoint)
  }

  member(set: number): number {
    let symbol = this.members.get(set)
    if (symbol === undefined) this.members.set(set, (symbol = this.ranges(set)[0]!))
    return symbol
  }
}

/** The pattern over those symbols: no assertion, no region, and nothing minimal. */
function overSymbols(node: Node, pattern: Pattern, symbols: Symbols): Node {
  const visit = (inner: Node): Node => overSymbols(inner, pattern, symbols)
  const one = (symbol: number): Node => ({ kind: 'set', ranges: [codePoint(symbol), codePoint(symbol)] })
  switch (node.kind) {
    case 'empty':
      return node
    case 'set':
      return { kind: 'set', ranges: symbols.codes(pattern.sets.add(node.ranges)) }
    case 'assert':
      return one(symbols.assertion(node.what))
    case 'cat':
    case 'alt':
      return { ...node, parts: node.parts.map(visit) }
    case 'repeat':
      return { ...node, node: visit(node.node), greedy: true }
    case 'group':
      return { ...node, node: visit(node.node) }
    default: {
      const region = pattern.regionOf.get(node)!
      if (region === 0) return visit(node.node)
      const parts = [one(symbols.enter(region)), visit(node.node), one(symbols.exit(region))]
      return { kind: 'cat', parts, rightAssoc: true }
    }
  }
}

export class ApproxCaptures {
  private readonly pattern: Pattern
  private readonly symbols: Symbols
  /** Symbols are bytes; false: they are too many, and are code points. */
  private readonly bytes: boolean
  private readonly captures: Captures

  constructor(pattern: Pattern, options: Options) {
    const { parsed } = pattern
    this.pattern = pattern
    this.symbols = new Symbols(pattern)
    this.bytes = this.symbols.count <= 256
    const exact = {
      root: overSymbols(parsed.root, pattern, this.symbols),
      groups: parsed.groups,
      hasMinimal: false,
      hasAssertions: false,
      hasApprox: false,
      bytes: this.bytes,
    }
    this.captures = buildCaptures(exact, options)
  }

  /** Start and end of each group, in bytes of the text. */
  run(text: Uint8Array, span: Span, events: Event | null): Int32Array {
    const { word, places } = this.corrected(text, span, events)
    const encoded = this.bytes ? Uint8Array.from(word) : encode(word)
    const offsets = this.bytes ? undefined : offsetsOf(word)
    const spans = this.captures.run(encoded, 0, encoded.length, EDGES)
    if (!spans) throw new Error('the corrected text does not match')
    const groups = spans.map((offset) => {
      if (offset < 0) return offset
      const at = offsets ? offsets.get(offset)! : offset
      if (at === 0) return span.start
      if (at === word.length) return span.end
      return places[this.symbols.isEnter(word[at - 1]!) ? at - 1 : at]!
    })
    // Where all of the text was inserted the word is empty, but the match is not.
    groups[1] = span.end
    return groups
  }

  /** The text of a match without its errors, as symbols, and where in the text each one begins. */
  private corrected(text: Uint8Array, span: Span, last: Event | null): { word: number[]; places: number[] } {
    const { alphabet, forward: nfa } = this.pattern
    const { symbols } = this
    const events: Event[] = []
    for (let event = last; event; event = event.before) events.push(event)
    const word: number[] = []
    const places: number[] = []
    let at = span.start
    const emit = (symbol: number): void => {
      word.push(symbol)
      places.push(at)
    }
    const copy = (to: number): void => {
      while (at < to) {
        const unit = unitAt(alphabet, text, at)
        emit(unit >> UNIT_SHIFT)
        at += unit & UNIT_WIDTH
      }
    }
    for (const event of events.reverse()) {
      copy(event.at)
      const value = nfa.value[event.state]!
      if (event.kind === PASSAGE) {
        const kind = nfa.kind[event.state]
        if (kind === ASSERT) emit(symbols.assertion(nfa.asserts[value] as AssertKind))
        else emit(kind === ENTER ? symbols.enter(value) : symbols.exit(value))
      } else if (event.kind !== INSERT) emit(symbols.member(value))
      at += event.width
    }
    copy(span.end)
    return { word, places }
  }
}

/** Symbols as code points, past those that are no characters. */
const codePoint = (symbol: number): number => (symbol < 0xd800 ? symbol : symbol + 0x800)

const encoder = new TextEncoder()

function encode(word: readonly number[]): Uint8Array {
  return encoder.encode(word.map((symbol) => String.fromCodePoint(codePoint(symbol))).join(''))
}

/** Which symbol of the word begins at a byte of its encoding; the end included. */
function offsetsOf(word: readonly number[]): Map<number, number> {
  const offsets = new Map([[0, 0]])
  let at = 0
  word.forEach((symbol, i) => {
    at += widthOf(codePoint(symbol))
    offsets.set(at, i + 1)
  })
  return offsets
}
