/** A span of a text, read character by character in either direction, as classes and as what assertions hold. */
import { bolOf, eolOf, KINDS } from '../automaton/context.ts'
import type { Edges } from '../automaton/context.ts'
import { classOf } from './alphabet.ts'
import type { Automaton } from './automaton.ts'
import { MASKS } from './context.ts'
import { decodeAt, startOf, widthOf } from '../foundation/utf8.ts'

const NOTHING = new Uint8Array(0)

export class Reader {
  text: Uint8Array = NOTHING
  start = 0
  end = 0
  /** Places looked at in this span, counted by those who look. */
  steps = 0
  /** Bytes of the character read last. */
  width = 1
  private kindBefore = 0
  private kindAfter = 0
  private readonly automaton: Automaton
  /** Whether the pattern has assertions; if not, `mask` is 0. */
  readonly asserts: boolean
  /** Class of each byte below `ascii`, which is a character by itself. */
  readonly low: Uint16Array
  readonly ascii: number

  constructor(automaton: Automaton) {
    this.automaton = automaton
    this.asserts = automaton.hasAssertions
    this.low = automaton.alphabet.low
    this.ascii = automaton.alphabet.bytes ? 256 : 128
  }

  begin(text: Uint8Array, start: number, end: number, edges: Edges): void {
    const { surroundings } = this.automaton
    this.steps = 0
    this.text = text
    this.start = start
    this.end = end
    this.kindBefore = surroundings.before(text, start, bolOf(edges))
    this.kindAfter = surroundings.after(text, end, text.length, eolOf(edges))
  }

  /** Class of the character that begins at `at`. */
  after(at: number): number {
    const byte = this.text[at]!
    this.width = 1
    if (byte < this.ascii) return this.low[byte]!
    const code = decodeAt(this.text, at, this.text.length)
    this.width = widthOf(code)
    return classOf(this.automaton.alphabet, code)
  }

  /** Class of the character that ends at `at`. */
  before(at: number): number {
    const byte = this.text[at - 1]!
    this.width = 1
    if (byte < this.ascii) return this.low[byte]!
    const width = at - startOf(this.text, at - 1)
    const symbol = this.after(at - width)
    this.width = width
    return symbol
  }

  /** The assertions that hold at `at`. */
  mask(at: number): number {
    if (!this.asserts) return 0
    const { alphabet } = this.automaton
    const before = at > this.start ? alphabet.kind[this.before(at)]! : this.kindBefore
    const after = at < this.end ? alphabet.kind[this.after(at)]! : this.kindAfter
    return MASKS[before * KINDS + after]!
  }
}
