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
import { RegexBudgetError } from '../types.ts'
import type { Budget, Options } from '../types.ts'
import type { Node, Parsed } from './ast.ts'
import { EMPTY } from './atoms.ts'
import { DEFAULT_DEPTH, Parser } from './parser.ts'
import { foldCase } from './ranges.ts'
import { readPattern } from './reader.ts'
import type { PatternText } from './reader.ts'

/** Depth of the tree, without recursion: bounds what every recursive reader of it will need. */
export function depthOf(root: Node): number {
  let depth = 1
  for (let level = [root].filter(hasChildren); level.length > 0; depth++) {
    const below: Node[] = []
    for (const node of level) {
      if (node.kind === 'cat' || node.kind === 'alt') {
        for (const part of node.parts) if (hasChildren(part)) below.push(part)
      } else if ('node' in node && hasChildren(node.node)) below.push(node.node)
    }
    level = below
  }
  return depth
}

const hasChildren = (node: Node): boolean => 'parts' in node || 'node' in node

function parseLiteral(text: PatternText, ignoreCase: boolean, bytes: boolean): Node {
  const parts = Array.from(text.codes, (code): Node => {
    const ranges = [code, code]
    return { kind: 'set', ranges: ignoreCase ? foldCase(ranges, bytes) : ranges }
  })
  if (parts.length === 0) return EMPTY
  return parts.length === 1 ? (parts[0] as Node) : { kind: 'cat', parts, rightAssoc: true }
}

/** A limit that is no number would be none: whatever is compared with NaN is not above it. */
function checkBudget(budget: Budget): void {
  for (const [name, value] of Object.entries(budget) as [string, number | undefined][]) {
    if (value === undefined || (typeof value === 'number' && value >= 0)) continue
    throw new RangeError(`budget.${name} must be a number of 0 or more, not ${value}`)
  }
}

/**
 * Parses a pattern.
 * @throws RegexSyntaxError with POSIX's code and the offset in the pattern
 * @throws RegexBudgetError when it nests deeper than `budget.depth`, or its sets take too much of `budget.compileBytes`
 * @throws RangeError for an option that is no such number
 */
export function parse(pattern: string | Uint8Array, options: Options = {}): Parsed {
  checkBudget(options.budget ?? {})
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
