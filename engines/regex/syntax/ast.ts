/**
 * The tree that every matcher of this engine is built from.
 *
 * It is small on purpose: the parser has already resolved case folding, complements, escapes, inline flags and the
 * newline option, so a matcher sees only sets of characters, assertions, concatenation, alternation, repetition,
 * groups and approximate regions. Bounds are kept as bounds: whoever expands them asks the budget first.
 */

/** Characters as sorted, disjoint, inclusive pairs [low, high, low, high, ...] of code points (or bytes). */
export type Ranges = readonly number[]

export type AssertKind =
  /** `^` without the newline option: start of text, unless notBol. */
  | 'textStart'
  /** `$` without the newline option: end of text, unless notEol. */
  | 'textEnd'
  /** `^` with the newline option: start of text unless notBol, or after a newline. */
  | 'lineStart'
  /** `$` with the newline option. */
  | 'lineEnd'
  /** `\<` */
  | 'wordStart'
  /** `\>` */
  | 'wordEnd'
  /** `\b` */
  | 'wordBoundary'
  /** `\B` */
  | 'notWordBoundary'

/** Approximate settings in force inside a region, as TRE writes them: `{+1-2#3~4, 2i + 3d < 5}`. */
export interface ApproxRegion {
  /** Absent: not set here, so the enclosing region's value (or the option's) holds. Infinity: unlimited. */
  readonly maxInsert?: number
  readonly maxDelete?: number
  readonly maxSubstitute?: number
  readonly maxErrors?: number
  readonly costInsert?: number
  readonly costDelete?: number
  readonly costSubstitute?: number
  readonly maxCost?: number
}

export type Node =
  | { readonly kind: 'empty' }
  | { readonly kind: 'set'; readonly ranges: Ranges }
  | { readonly kind: 'assert'; readonly what: AssertKind }
  /** Two or more parts. `rightAssoc` says how submatch priority reads it, from rules, option or inline flag. */
  | { readonly kind: 'cat'; readonly parts: readonly Node[]; readonly rightAssoc: boolean }
  | { readonly kind: 'alt'; readonly parts: readonly Node[] }
  /** `max` is Infinity for `*`, `+` and `{m,}`. */
  | {
      readonly kind: 'repeat'
      readonly node: Node
      readonly min: number
      readonly max: number
      readonly greedy: boolean
    }
  /** A capturing group, numbered from 1 by its opening parenthesis. */
  | { readonly kind: 'group'; readonly index: number; readonly node: Node }
  | { readonly kind: 'approx'; readonly node: Node; readonly limits: ApproxRegion }

export interface Parsed {
  readonly root: Node
  /** Number of capturing groups. */
  readonly groups: number
  /** True when some repeat is minimal: then the overall span need not be the longest. */
  readonly hasMinimal: boolean
  readonly hasAssertions: boolean
  readonly hasApprox: boolean
  /** True: sets hold bytes 0..255 and text is matched byte by byte; false: code points. */
  readonly bytes: boolean
}
