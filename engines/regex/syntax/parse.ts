/**
 * From pattern to tree: POSIX ERE and BRE with TRE's additions, or a literal.
 *
 * A recursive descent, one function a grammar rule, bounded in depth by the budget. Everything that depends on an
 * option or an inline flag (case, newline, greed, associativity) is resolved here. Where POSIX leaves a meaning open
 * the reading is TRE's: `(|a)`, `()` and a leading `*` in an ERE have an empty operand, an unmatched `)` is itself.
 * Three readings of TRE's are not kept: a comment or a flag group does not swallow the postfix operator or the
 * parenthesis behind it, a `*` that begins a BRE is a star (POSIX), and `+`, `?` are ordinary in a BRE everywhere.
 *
 * Tested by parse.test.ts (tables of trees and of errors) and fuzz.test.ts.
 */
import { RegexBudgetError, RegexSyntaxError } from '../types.ts'
import type { Options, SyntaxErrorCode } from '../types.ts'
import type { AssertKind, Node, Parsed, Ranges } from './ast.ts'
import { parseBound } from './bound.ts'
import { parseBracket } from './bracket.ts'
import { posixClass, wordRanges } from './classes.ts'
import { complement, contains, foldCase, HIGHEST_CODE_POINT, normalize } from './ranges.ts'
import { readPattern } from './reader.ts'
import type { PatternText } from './reader.ts'

/** How deep groups and repetitions may nest, unless the budget says otherwise. */
export const DEFAULT_DEPTH = 500

interface Flags {
  readonly ignoreCase: boolean
  readonly newline: boolean
  readonly ungreedy: boolean
  readonly rightAssoc: boolean
}

/** One-character strings, made once: most of a long pattern's parsing time went into making them. */
const ASCII: readonly string[] = Array.from({ length: 128 }, (_, code) => String.fromCodePoint(code))
const EMPTY: Node = { kind: 'empty' }
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

class Parser {
  private readonly text: PatternText
  private readonly codes: Int32Array
  private readonly extended: boolean
  private readonly bytes: boolean
  private readonly highest: number
  private readonly maxDepth: number
  private at = 0
  private open = 0
  private quoted = false
  private groups = 0
  private backref: { readonly number: number; readonly offset: number } | undefined
  hasMinimal = false
  hasAssertions = false
  hasApprox = false

  constructor(text: PatternText, options: Options, bytes: boolean) {
    this.text = text
    this.codes = text.codes
    this.extended = options.syntax !== 'bre'
    this.bytes = bytes
    this.highest = bytes ? 0xff : HIGHEST_CODE_POINT
    this.maxDepth = options.budget?.depth ?? DEFAULT_DEPTH
  }

  parseAll(flags: Flags): Node {
    const root = this.parseAlternatives(flags, 0)
    if (this.open > 0) this.fail('EPAREN', this.codes.length, 'a parenthesis is not closed')
    if (this.backref) {
      const { number, offset } = this.backref
      if (number > this.groups || number === 0) {
        throw new RegexSyntaxError('ESUBREG', offset, `\\${number} names a group that does not exist`)
      }
      throw new RegexSyntaxError(
        'EBACKREF',
        offset,
        'backreferences are refused: no linear-time matcher has them',
      )
    }
    return root
  }

  groupCount(): number {
    return this.groups
  }

  private fail(code: SyntaxErrorCode, at: number, why: string): never {
    throw new RegexSyntaxError(code, this.text.offsets[Math.min(at, this.codes.length)] as number, why)
  }

  private char(ahead = 0): string {
    const code = this.codes[this.at + ahead]
    if (code === undefined) return ''
    return ASCII[code] ?? String.fromCodePoint(code)
  }

  /** At a token that ends the branch: the end of the pattern, `|`, or the `)` of an open group. */
  private atBranchEnd(): boolean {
    if (this.at >= this.codes.length) return true
    if (this.quoted) return false
    const char = this.char()
    if (this.extended) return char === '|' || (char === ')' && this.open > 0)
    if (char !== '\\' || this.char(1) !== ')') return false
    if (this.open === 0) this.fail('EPAREN', this.at, 'a closing parenthesis has no opening one')
    return true
  }

  private parseAlternatives(flags: Flags, depth: number): Node {
    if (depth > this.maxDepth) throw new RegexBudgetError('depth', depth, this.maxDepth)
    const parts = [this.parseBranch(flags, depth)]
    while (this.extended && !this.quoted && this.char() === '|') {
      this.at++
      parts.push(this.parseBranch(flags, depth))
    }
    return parts.length === 1 ? (parts[0] as Node) : { kind: 'alt', parts }
  }

  private parseBranch(flags: Flags, depth: number): Node {
    const parts: Node[] = []
    const start = this.at
    while (!this.atBranchEnd()) {
      const piece = this.parsePiece(flags, depth, start)
      if (piece) parts.push(piece)
    }
    if (parts.length === 0) return EMPTY
    return parts.length === 1 ? (parts[0] as Node) : { kind: 'cat', parts, rightAssoc: flags.rightAssoc }
  }

  /** An atom and its postfix operators; undefined for what stands for nothing, as a comment does. */
  private parsePiece(flags: Flags, depth: number, branchStart: number): Node | undefined {
    if (this.quoted) {
      if (this.closeQuote()) return undefined
      const literal = this.literal(flags)
      // Operators after \E belong to the last quoted character.
      return this.closeQuote() ? this.parsePostfix(literal, flags) : literal
    }
    if (this.extended && this.char() === '(' && this.char(1) === '?') {
      return this.parseExtension(flags, depth)
    }
    if (this.char() === '\\' && this.char(1) === 'Q') {
      this.at += 2
      this.quoted = true
      return undefined
    }
    const atom = this.parseAtom(flags, depth, branchStart)
    // In a BRE nothing repeats an anchor: the star in `^*` is itself.
    if (!this.extended && atom.kind === 'assert' && /^(text|line)Start$/.test(atom.what)) return atom
    return this.parsePostfix(atom, flags)
  }

  private closeQuote(): boolean {
    if (!this.quoted || this.char() !== '\\' || this.char(1) !== 'E') return false
    this.at += 2
    this.quoted = false
    return true
  }

  private parsePostfix(atom: Node, flags: Flags): Node {
    let node = atom
    for (;;) {
      this.skipComments()
      const char = this.char()
      if (char === '*' || (this.extended && (char === '+' || char === '?'))) {
        this.at++
        const greedy = this.greedAfterOperator(flags)
        node = this.repeat(node, char === '+' ? 1 : 0, char === '?' ? 1 : Infinity, greedy)
        continue
      }
      const brace = this.extended ? char === '{' : char === '\\' && this.char(1) === '{'
      if (!brace) return node
      node = this.parseBraces(node, flags)
    }
  }

  private parseBraces(node: Node, flags: Flags): Node {
    const openedAt = this.at
    const bound = parseBound(this.text, this.at + (this.extended ? 1 : 2))
    this.at = bound.next
    if (!this.extended && this.char() === '\\' && this.at + 1 >= this.codes.length) {
      this.fail('EBRACE', openedAt, 'a brace is not closed')
    }
    const closed = this.extended ? this.char() === '}' : this.char() === '\\' && this.char(1) === '}'
    if (!closed) this.fail('BADBR', this.at, 'this does not belong in a bound')
    this.at += this.extended ? 1 : 2
    const greedy = this.greedAfterOperator(flags)
    if (bound.max === 0) return EMPTY
    const once = bound.min === 1 && bound.max === 1
    const repeated = once ? node : this.repeat(node, bound.min, bound.max, greedy)
    if (!bound.approx) return repeated
    this.hasApprox = true
    return { kind: 'approx', node: repeated, limits: bound.approx }
  }

  /** Reads the `?` that turns greed over; a second `*` or `+` is reserved, as in TRE. */
  private greedAfterOperator(flags: Flags): boolean {
    const char = this.char()
    if (char === '*' || (this.extended && char === '+')) {
      this.fail('BADRPT', this.at, 'a repeat operator follows another')
    }
    if (!this.extended || char !== '?') return !flags.ungreedy
    this.at++
    return flags.ungreedy
  }

  private repeat(node: Node, min: number, max: number, greedy: boolean): Node {
    if (!greedy && min !== max) this.hasMinimal = true
    return { kind: 'repeat', node, min, max, greedy }
  }

  private skipComments(): void {
    while (this.extended && this.char() === '(' && this.char(1) === '?' && this.char(2) === '#') {
      const start = this.at
      while (this.at < this.codes.length && this.char() !== ')') this.at++
      if (this.at >= this.codes.length) this.fail('BADPAT', start, 'a comment is not closed')
      this.at++
    }
  }

  /** `(?flags)`, `(?flags:...)` and `(?#...)`, at the parenthesis. */
  private parseExtension(flags: Flags, depth: number): Node | undefined {
    const start = this.at
    if (this.char(2) === '#') {
      this.skipComments()
      return undefined
    }
    this.at += 2
    const inner: { -readonly [K in keyof Flags]: Flags[K] } = { ...flags }
    let on = true
    for (;;) {
      const char = this.char()
      this.at++
      if (char === 'i') inner.ignoreCase = on
      else if (char === 'n') inner.newline = on
      else if (char === 'r') inner.rightAssoc = on
      else if (char === 'U') inner.ungreedy = on
      else if (char === '-') on = false
      else if (char === ')') {
        // The flags hold for the rest of the enclosing group, alternatives included.
        return this.parseAlternatives(inner, depth + 1)
      } else if (char === ':') {
        this.open++
        const node = this.parseAlternatives(inner, depth + 1)
        this.closeGroup(start)
        return this.parsePostfix(node, flags)
      } else this.fail('BADPAT', this.at - 1, 'unknown group flag')
    }
  }

  private closeGroup(start: number): void {
    if (this.at >= this.codes.length) this.fail('EPAREN', start, 'a parenthesis is not closed')
    this.at += this.extended ? 1 : 2
    this.open--
  }

  private parseGroup(flags: Flags, depth: number): Node {
    const start = this.at
    this.at += this.extended ? 1 : 2
    this.open++
    const index = ++this.groups
    const node = this.parseAlternatives(flags, depth + 1)
    this.closeGroup(start)
    return { kind: 'group', index, node }
  }

  private parseAtom(flags: Flags, depth: number, branchStart: number): Node {
    const char = this.char()
    switch (char) {
      case '[': {
        const { ranges, negated, next } = parseBracket(this.text, this.at, this.bytes)
        this.at = next
        return this.set(ranges, negated, flags)
      }
      case '.':
        this.at++
        return this.set([], true, flags)
      case '^':
        if (!this.extended && this.at !== branchStart) return this.literal(flags)
        this.at++
        return this.assertion(flags.newline ? 'lineStart' : 'textStart')
      case '$':
        if (!this.extended && !this.dollarEndsBranch()) return this.literal(flags)
        this.at++
        return this.assertion(flags.newline ? 'lineEnd' : 'textEnd')
      case '\\':
        return this.parseEscape(flags, depth)
      case '(':
        return this.extended ? this.parseGroup(flags, depth) : this.literal(flags)
      case '*':
        return this.extended || !this.starIsOrdinary(branchStart) ? EMPTY : this.literal(flags)
      case '+':
      case '?':
      case '{':
        return this.extended ? EMPTY : this.literal(flags)
      default:
        return this.literal(flags)
    }
  }

  /** In a BRE a star is itself at the start, after `\(` and after the anchoring `^`. */
  private starIsOrdinary(branchStart: number): boolean {
    return this.at === branchStart || (this.at === branchStart + 1 && this.codes[branchStart] === 0x5e)
  }

  private dollarEndsBranch(): boolean {
    return (
      this.at + 1 === this.codes.length || (this.open > 0 && this.char(1) === '\\' && this.char(2) === ')')
    )
  }

  private parseEscape(flags: Flags, depth: number): Node {
    const start = this.at
    const char = this.char(1)
    if (char === '') this.fail('EESCAPE', start, 'the pattern ends in a backslash')
    if (!this.extended) {
      if (char === '(') return this.parseGroup(flags, depth)
      if (char === '{') return EMPTY
    }
    this.at += 2
    const assertion = ASSERT_ESCAPES[char]
    if (assertion) return this.assertion(assertion)
    const control = CONTROL_ESCAPES[char]
    if (control !== undefined) return this.set([control, control], false, flags)
    switch (char) {
      case 'w':
      case 'W':
        return this.set(wordRanges(this.bytes), char === 'W', flags)
      case 's':
      case 'S':
        return this.set(posixClass('space', this.bytes) as Ranges, char === 'S', flags)
      case 'd':
      case 'D':
        return this.set(posixClass('digit', this.bytes) as Ranges, char === 'D', flags)
      case 'x':
        return this.parseHex(flags, start)
      default:
        break
    }
    if (char >= '0' && char <= '9') {
      this.backref ??= { number: Number(char), offset: this.text.offsets[start] as number }
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
    if (code > this.highest) this.fail('ERANGE', start, `there is no character ${digits}`)
    return this.set([code, code], false, flags)
  }

  private literal(flags: Flags): Node {
    const code = this.codes[this.at++] as number
    return this.set([code, code], false, flags)
  }

  private assertion(what: AssertKind): Node {
    this.hasAssertions = true
    return { kind: 'assert', what }
  }

  private set(ranges: Ranges, negated: boolean, flags: Flags): Node {
    const folded = flags.ignoreCase ? foldCase(ranges, this.bytes) : ranges
    if (!negated) return { kind: 'set', ranges: folded }
    const excluded = flags.newline && !contains(folded, 0x0a) ? normalize([...folded, ...NEWLINE]) : folded
    return { kind: 'set', ranges: complement(excluded, this.highest) }
  }
}

/** Depth of the tree, without recursion: bounds what every recursive reader of it will need. */
function depthOf(root: Node): number {
  let deepest = 0
  const stack: [Node, number][] = [[root, 1]]
  for (let top = stack.pop(); top; top = stack.pop()) {
    const [node, depth] = top
    if (depth > deepest) deepest = depth
    if (node.kind === 'cat' || node.kind === 'alt') {
      for (const part of node.parts) stack.push([part, depth + 1])
    } else if (node.kind === 'repeat' || node.kind === 'group' || node.kind === 'approx') {
      stack.push([node.node, depth + 1])
    }
  }
  return deepest
}

function parseLiteral(text: PatternText, ignoreCase: boolean, bytes: boolean): Node {
  const parts = Array.from(text.codes, (code): Node => {
    const ranges = [code, code]
    return { kind: 'set', ranges: ignoreCase ? foldCase(ranges, bytes) : ranges }
  })
  if (parts.length === 0) return EMPTY
  return parts.length === 1 ? (parts[0] as Node) : { kind: 'cat', parts, rightAssoc: true }
}

/**
 * Parses a pattern.
 * @throws RegexSyntaxError with POSIX's code and the offset in the pattern
 * @throws RegexBudgetError when it nests deeper than `budget.depth`
 */
export function parse(pattern: string | Uint8Array, options: Options = {}): Parsed {
  const bytes = options.encoding === 'bytes'
  const text = readPattern(pattern, bytes)
  if (options.syntax === 'literal') {
    const root = parseLiteral(text, options.ignoreCase ?? false, bytes)
    return { root, groups: 0, hasMinimal: false, hasAssertions: false, hasApprox: false, bytes }
  }
  const parser = new Parser(text, options, bytes)
  const root = parser.parseAll({
    ignoreCase: options.ignoreCase ?? false,
    newline: options.newline ?? false,
    ungreedy: options.ungreedy ?? false,
    rightAssoc: options.rightAssoc ?? options.rules !== 'tre',
  })
  // Between two groups of the nesting limit stand at most an alternation and a concatenation.
  const allowed = 4 * (options.budget?.depth ?? DEFAULT_DEPTH)
  const depth = depthOf(root)
  if (depth > allowed) throw new RegexBudgetError('depth', Math.ceil(depth / 4), allowed / 4)
  const { hasMinimal, hasAssertions, hasApprox } = parser
  return { root, groups: parser.groupCount(), hasMinimal, hasAssertions, hasApprox, bytes }
}
