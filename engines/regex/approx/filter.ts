/**
 * Where in a text an approximate match of a literal can be at all.
 *
 * Cut the literal into one piece more than errors are allowed: an error spoils one piece at most, so one piece at least
 * stands in every match as it is (the pigeonhole principle; Wu and Manber 1992, section 5). Pieces are searched for at
 * the speed of literals, and only their surroundings are looked at closely.
 *
 * Worth (`npm run regex:paths`, filter): 25 times sets for a word with one error in the novel.
 */
import { HIGHEST_CODE_POINT } from '../syntax/ranges.ts'
import type { Node } from '../syntax/ast.ts'
import { compileLiterals } from '../literal/literal.ts'
import type { LiteralSearch } from '../literal/search.ts'
import type { Pattern } from './automaton.ts'
import { COST, DELETE, ERRORS, INSERT, SUBSTITUTE } from './settings.ts'

/** Shorter pieces are everywhere. */
const SHORTEST_PIECE = 2
const LONGEST_LITERAL = 10_000
/** Where a piece stands more often than once in so many bytes, the close look is the quicker way. */
const BYTES_PER_PIECE = 64

/** The lower-case code points of a literal, or null; `folds`: somewhere either case of an ASCII letter will do. */
function literalOf(node: Node, codes: number[]): { folds: boolean } | null {
  switch (node.kind) {
    case 'empty':
      return { folds: false }
    case 'set': {
      const [low, high, second, secondHigh] = node.ranges
      const one = low === high && node.ranges.length === 2
      const both =
        node.ranges.length === 4 && low === high && second === secondHigh && (low as number) + 32 === second
      const letter = both && (low as number) >= 0x41 && (low as number) <= 0x5a
      if ((!one && !letter) || codes.length >= LONGEST_LITERAL) return null
      codes.push((letter ? second : low) as number)
      return { folds: letter }
    }
    case 'cat': {
      let folds = false
      for (const part of node.parts) {
        const literal = literalOf(part, codes)
        if (!literal) return null
        folds ||= literal.folds
      }
      return { folds }
    }
    case 'group':
    case 'approx':
      return literalOf(node.node, codes)
    default:
      return null
  }
}

/** The most errors that a match of the pattern can have. */
function mostErrors(pattern: Pattern): number {
  const { limits, costs, open } = pattern.regions[0] as Pattern['regions'][number]
  if (!open) return 0
  const operations = [INSERT, DELETE, SUBSTITUTE].filter((op) => limits[op]! > 0)
  if (operations.length === 0) return 0
  const cheapest = Math.min(...operations.map((op) => costs[op]!))
  const byCost = cheapest > 0 ? Math.floor(limits[COST]! / cheapest) : Infinity
  const byKind = operations.reduce((sum, op) => sum + limits[op]!, 0)
  return Math.min(limits[ERRORS]!, byCost, byKind)
}

export class Filter {
  /** The pieces: every match has one of them in it. */
  readonly search: LiteralSearch
  /** Bytes that a match can reach from where one of its pieces begins, to either side. */
  private readonly reach: number

  private constructor(search: LiteralSearch, reach: number) {
    this.search = search
    this.reach = reach
  }

  /** Null where the pattern is no literal, or too short for its errors. */
  static build(pattern: Pattern): Filter | null {
    if (pattern.asserts || pattern.regions.length > 1) return null
    const codes: number[] = []
    const literal = literalOf(pattern.parsed.root, codes)
    const errors = mostErrors(pattern)
    if (!literal || codes.length < SHORTEST_PIECE * (errors + 1)) return null
    const { bytes } = pattern.parsed
    const encoder = new TextEncoder()
    const pieces = Array.from({ length: errors + 1 }, (_, i) => {
      const piece = codes.slice(cut(i, codes.length, errors + 1), cut(i + 1, codes.length, errors + 1))
      return bytes ? Uint8Array.from(piece) : encoder.encode(String.fromCodePoint(...piece))
    })
    // A lone surrogate cannot be encoded; nor can it be in a text.
    if (!bytes && codes.some((code) => (code >= 0xd800 && code <= 0xdfff) || code > HIGHEST_CODE_POINT))
      return null
    const search = compileLiterals(pieces, { ignoreCase: literal.folds })
    // One character more, so that the edge of a window may cut one.
    return search && new Filter(search, (codes.length + errors + 1) * (bytes ? 1 : 4))
  }

  /**
   * The parts of text[from..] that hold all matches, as rising pairs [start, end); null: the text as a whole.
   * A part may begin or end inside of a character, but no match comes near such a place.
   */
  windows(text: Uint8Array, from: number): number[] | null {
    const to = text.length
    const windows: number[] = []
    const cursor = this.search.cursor(text, from, to)
    let most = (to - from) / BYTES_PER_PIECE
    for (let at = from; cursor.next(at); at = cursor.start + 1) {
      if (--most < 0) return null
      const start = Math.max(from, cursor.start - this.reach)
      const end = Math.min(to, cursor.start + this.reach)
      const last = windows.length - 1
      if (last > 0 && start <= windows[last]!) windows[last] = end
      else windows.push(start, end)
    }
    return windows
  }
}

const cut = (piece: number, length: number, pieces: number): number => Math.floor((piece * length) / pieces)
