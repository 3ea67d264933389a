/**
 * What stands on either side of a place in the text, as far as an assertion can tell.
 *
 * Every assertion is a question about the pair (what is before, what is after), and each side is one of five kinds.
 * So an assertion is a table of 25 bits, assertions in a row are the bitwise AND of their tables, and an automaton
 * that knows one side keeps five bits about the other. The edges of the text are not words; `notBol` and `notEol`
 * make them no line starts and ends either.
 */
import type { AssertKind, Node, Ranges } from '../syntax/ast.ts'
import { wordRanges } from '../syntax/classes.ts'
import { contains } from '../syntax/ranges.ts'
import { decodeAt, startOf } from '../foundation/utf8.ts'

export const OTHER = 0
export const WORD = 1
export const NEWLINE = 2
/** The start or the end of the text. */
export const EDGE = 3
/** The same under notBol or notEol. */
export const SILENT_EDGE = 4
export const KINDS = 5

/** Whether the text's own edges count as edges of a line. */
export interface Edges {
  readonly notBol: boolean
  readonly notEol: boolean
}
export const PLAIN: Edges = { notBol: false, notEol: false }
export const EDGES_OF = ({ notBol = false, notEol = false }: Partial<Edges>): Edges => ({ notBol, notEol })
export const bolOf = ({ notBol }: Edges): number => (notBol ? SILENT_EDGE : EDGE)
export const eolOf = ({ notEol }: Edges): number => (notEol ? SILENT_EDGE : EDGE)

/** All five bits. */
export const ANY = 31

const HOLDS: Record<AssertKind, (before: number, after: number) => boolean> = {
  textStart: (before) => before === EDGE,
  textEnd: (_, after) => after === EDGE,
  lineStart: (before) => before === EDGE || before === NEWLINE,
  lineEnd: (_, after) => after === EDGE || after === NEWLINE,
  wordStart: (before, after) => before !== WORD && after === WORD,
  wordEnd: (before, after) => before === WORD && after !== WORD,
  wordBoundary: (before, after) => (before === WORD) !== (after === WORD),
  notWordBoundary: (before, after) => (before === WORD) === (after === WORD),
}

/** Five masks: the kinds allowed on the far side, for each kind on the side that an automaton has just read. */
export function farSide(what: AssertKind, reverse: boolean): Uint8Array {
  const masks = new Uint8Array(KINDS)
  for (let near = 0; near < KINDS; near++) {
    for (let far = 0; far < KINDS; far++) {
      if (reverse ? HOLDS[what](far, near) : HOLDS[what](near, far)) masks[near]! |= 1 << far
    }
  }
  return masks
}

/** Which distinctions a pattern's assertions make between characters. */
export interface ContextUse {
  readonly words: boolean
  readonly lines: boolean
}

export function contextUse(root: Node): ContextUse {
  let words = false
  let lines = false
  const stack: Node[] = [root]
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node.kind === 'cat' || node.kind === 'alt') for (const part of node.parts) stack.push(part)
    else if (node.kind === 'repeat' || node.kind === 'group' || node.kind === 'approx') stack.push(node.node)
    else if (node.kind === 'assert') {
      if (node.what.startsWith('line')) lines = true
      if (/word/i.test(node.what)) words = true
    }
  }
  return { words, lines }
}

/**
 * The kind of the character before or after a place in a text. A broken UTF-8 sequence is of no kind (OTHER).
 * Bytes above 127 are looked at only for word assertions.
 */
export class Surroundings {
  private readonly ascii = new Uint8Array(256)
  private readonly wide: Ranges | null

  constructor(use: ContextUse, bytes: boolean) {
    if (use.words) for (let c = 0; c < 128; c++) if (contains(wordRanges(true), c)) this.ascii[c] = WORD
    if (use.lines) this.ascii[10] = NEWLINE
    this.wide = use.words && !bytes ? wordRanges(false) : null
  }

  /** The kind of a byte that is a character by itself. */
  ofByte(byte: number): number {
    return this.ascii[byte]!
  }

  after(text: Uint8Array, at: number, to: number, edge: number): number {
    if (at >= to) return edge
    const byte = text[at]!
    if (byte < 0x80 || !this.wide) return this.ascii[byte]!
    const code = decodeAt(text, at, to)
    return code >= 0 && contains(this.wide, code) ? WORD : OTHER
  }

  before(text: Uint8Array, at: number, edge: number): number {
    if (at <= 0) return edge
    const byte = text[at - 1]!
    if (byte < 0x80 || !this.wide) return this.ascii[byte]!
    const code = decodeAt(text, startOf(text, at - 1), at)
    return code >= 0 && contains(this.wide, code) ? WORD : OTHER
  }
}
