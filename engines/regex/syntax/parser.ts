/** The grammar: a recursive descent, one function a rule. What it reads differently from TRE: `parse.ts`. */
import { RegexBudgetError, RegexSyntaxError } from '../types.ts'
import type { Options } from '../types.ts'
import type { Node } from './ast.ts'
import { AtomParser, EMPTY } from './atoms.ts'
import type { Flags } from './atoms.ts'
import { largestBound, parseBound } from './bound.ts'
import { parseBracket } from './bracket.ts'
import type { PatternText } from './reader.ts'

/** How deep groups and repetitions may nest, unless the budget says otherwise. */
export const DEFAULT_DEPTH = 500

/**
 * Trees in which nothing is left to be matched or asserted: groups and repetitions of nothing. An approximate region is
 * more: each time that it is entered it may have its errors, a character inserted among them.
 */
const nothings = new WeakMap<Node, boolean>()

function isNothing(node: Node): boolean {
  let known = nothings.get(node)
  if (known === undefined) {
    if (node.kind === 'cat' || node.kind === 'alt') known = node.parts.every(isNothing)
    else if (node.kind === 'group' || node.kind === 'repeat') known = isNothing(node.node)
    else known = node.kind === 'empty'
    nothings.set(node, known)
  }
  return known
}

export class Parser extends AtomParser {
  private readonly maxDepth: number
  private readonly largestBound: number
  private open = 0
  private quoted = false
  private groups = 0
  hasMinimal = false
  hasApprox = false

  constructor(text: PatternText, options: Options, bytes: boolean) {
    super(text, options.syntax !== 'bre', bytes, options.budget?.compileBytes)
    this.maxDepth = options.budget?.depth ?? DEFAULT_DEPTH
    this.largestBound = largestBound(options)
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
    const bound = parseBound(this.text, this.at + (this.extended ? 1 : 2), this.largestBound)
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
    if (isNothing(node)) {
      // Nothing, however often, is nothing once; expanding it would cost time and count as no state.
      if (min > 0) return node
      if (node.kind === 'repeat' || node.kind === 'empty') return node
    }
    const most = isNothing(node) ? 1 : max
    if (!greedy && min !== most) this.hasMinimal = true
    return { kind: 'repeat', node, min, max: most, greedy }
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
        const start = this.at
        const { ranges, negated, next } = parseBracket(this.text, start, this.bytes)
        this.at = next
        return this.sharedSet(start, ranges, negated, flags)
      }
      case '.':
        this.at++
        return this.sharedSet(this.at - 1, () => [], true, flags)
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
    return this.parseCharacterEscape(flags)
  }
}
