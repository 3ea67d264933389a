/** What of a pattern stands for one character or one place: literals, escapes, sets and assertions. */
import { RegexBudgetError, RegexSyntaxError } from '../types.ts'
import type { SyntaxErrorCode } from '../types.ts'
import type { AssertKind, Node, Ranges } from './ast.ts'
import { posixClass, wordRanges } from './classes.ts'
import { complement, contains, foldCase, HIGHEST_CODE_POINT, normalize } from './ranges.ts'
import type { PatternText } from './reader.ts'

/** The options that an inline flag may change. */
export interface Flags {
  readonly ignoreCase: boolean
  readonly newline: boolean
  readonly ungreedy: boolean
  readonly rightAssoc: boolean
}

/** One-character strings, made once: most of a long pattern's parsing time went into making them. */
const ASCII: readonly string[] = Array.from({ length: 128 }, (_, code) => String.fromCodePoint(code))
export const EMPTY: Node = { kind: 'empty' }
const NEWLINE: Ranges = [0x0a, 0x0a]
const CONTROL_ESCAPES: Record<string, number> = { a: 7, e: 27, f: 12, n: 10, r: 13, t: 9 }
const ASSERT_ESCAPES: Record<string, AssertKind> = {
  b: 'wordBoundary',
  B: 'notWordBoundary',
  '<': 'wordStart',
  '>': 'wordEnd',
}

function isHexDigit(char: string): boolean {
  return /^[0-9a-fA-F]$/.test(char)
}

/** Longer atoms hold about as much as their text does, and are not looked for among those before. */
const LONGEST_SHARED = 64
/** Of what an automaton may take, sets of characters may take so much before there is one; and this in any case. */
const SHARE_OF_SETS = 8
const LEAST_FOR_SETS = 8 << 20
const BYTES_PER_NUMBER = 8

/** A place in the pattern, and how to read what begins there. */
export class AtomParser {
  protected readonly text: PatternText
  protected readonly codes: Int32Array
  protected readonly extended: boolean
  protected readonly bytes: boolean
  private readonly highest: number
  /** Sets by how they are written and the flags that they are read under: equal ones are one. */
  private readonly shared = new Map<string, Ranges>()
  private readonly compileBytes: number
  /** Bytes of sets beyond what their text accounts for. */
  private heldBytes = 0
  protected at = 0
  /** The first backreference met: it is refused once it is known whether its group exists. */
  protected backref: { readonly number: number; readonly offset: number } | undefined
  hasAssertions = false

  constructor(
    text: PatternText,
    extended: boolean,
    bytes: boolean,
    compileBytes = SHARE_OF_SETS * LEAST_FOR_SETS,
  ) {
    this.text = text
    this.codes = text.codes
    this.extended = extended
    this.bytes = bytes
    this.compileBytes = compileBytes
    this.highest = bytes ? 0xff : HIGHEST_CODE_POINT
  }

  protected fail(code: SyntaxErrorCode, at: number, why: string): never {
    throw new RegexSyntaxError(code, this.text.offsets[Math.min(at, this.codes.length)]!, why)
  }

  protected char(ahead = 0): string {
    const code = this.codes[this.at + ahead]
    if (code === undefined) return ''
    return ASCII[code] ?? String.fromCodePoint(code)
  }

  /** At the backslash of an escape that neither groups nor repeats. */
  protected parseCharacterEscape(flags: Flags): Node {
    const start = this.at
    const char = this.char(1)
    this.at += 2
    const assertion = ASSERT_ESCAPES[char]
    if (assertion) return this.assertion(assertion)
    const control = CONTROL_ESCAPES[char]
    if (control !== undefined) return this.set([control, control], false, flags)
    switch (char) {
      case 'w':
      case 'W':
        return this.sharedSet(start, () => wordRanges(this.bytes), char === 'W', flags)
      case 's':
      case 'S':
        return this.sharedSet(start, () => posixClass('space', this.bytes)!, char === 'S', flags)
      case 'd':
      case 'D':
        return this.sharedSet(start, () => posixClass('digit', this.bytes)!, char === 'D', flags)
      case 'x':
        return this.parseHex(flags, start)
      default:
        break
    }
    if (char >= '0' && char <= '9') {
      this.backref ??= { number: Number(char), offset: this.text.offsets[start]! }
      return EMPTY
    }
    this.at--
    return this.literal(flags)
  }

  /** `\xHH` with up to two digits (none: NUL) or `\x{H...}` with up to eight. */
  private parseHex(flags: Flags, start: number): Node {
    const braced = this.char() === '{'
    if (braced) this.at++
    let digits = ''
    while (digits.length < (braced ? 8 : 2) && isHexDigit(this.char())) {
      digits += this.char()
      this.at++
    }
    if (braced) {
      if (this.char() !== '}') this.fail('EBRACE', start, 'a character code is not closed')
      this.at++
    }
    const code = digits === '' ? 0 : Number.parseInt(digits, 16)
    // Half a surrogate pair is no character, and no text can hold one.
    const isHalf = !this.bytes && code >= 0xd800 && code <= 0xdfff
    if (code > this.highest || isHalf) this.fail('ERANGE', start, `there is no character ${digits}`)
    return this.set([code, code], false, flags)
  }

  protected literal(flags: Flags): Node {
    const code = this.codes[this.at++]!
    return this.set([code, code], false, flags)
  }

  protected assertion(what: AssertKind): Node {
    this.hasAssertions = true
    return { kind: 'assert', what }
  }

  protected set(ranges: Ranges, negated: boolean, flags: Flags): Node {
    return { kind: 'set', ranges: this.resolved(ranges, negated, flags) }
  }

  /** The set that is written from `start` to here, which may be far longer than that: 11 characters name 1,500 numbers. */
  protected sharedSet(start: number, make: () => Ranges, negated: boolean, flags: Flags): Node {
    const { at, codes, shared } = this
    const length = at - start
    const isShared = length <= LONGEST_SHARED
    const text = isShared ? String.fromCodePoint(...codes.subarray(start, at)) : ''
    const key = `${flags.ignoreCase ? 'i' : ''}${flags.newline ? 'n' : ''}${text}`
    let ranges = isShared ? shared.get(key) : undefined
    if (ranges === undefined) {
      ranges = this.resolved(make(), negated, flags)
      if (isShared) shared.set(key, ranges)
      this.hold(ranges.length - 2 * length)
    }
    return { kind: 'set', ranges }
  }

  private hold(numbers: number): void {
    this.heldBytes += Math.max(0, numbers) * BYTES_PER_NUMBER
    if (this.heldBytes <= Math.max(LEAST_FOR_SETS, this.compileBytes / SHARE_OF_SETS)) return
    throw new RegexBudgetError('compileBytes', this.heldBytes * SHARE_OF_SETS, this.compileBytes)
  }

  private resolved(ranges: Ranges, negated: boolean, flags: Flags): Ranges {
    const folded = flags.ignoreCase ? foldCase(ranges, this.bytes) : ranges
    if (!negated) return folded
    const excluded = flags.newline && !contains(folded, 0x0a) ? normalize([...folded, ...NEWLINE]) : folded
    return complement(excluded, this.highest)
  }
}
