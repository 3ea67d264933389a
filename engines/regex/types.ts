/** The public shapes of the regex engine: options in, matches and typed errors out. */

export interface ApproxLimits {
  /** Largest total cost of a match; default unlimited. */
  readonly maxCost?: number
  /** Largest number of errors of all kinds; default unlimited. */
  readonly maxErrors?: number
  readonly maxInsert?: number
  readonly maxDelete?: number
  readonly maxSubstitute?: number
  /** Cost of one inserted, deleted, substituted character; default 1 each. */
  readonly costInsert?: number
  readonly costDelete?: number
  readonly costSubstitute?: number
}

export interface Budget {
  /** NFA states after bounds are expanded; computed before anything is expanded. */
  readonly states?: number
  /** Bytes of cached DFA states and transitions, all automata of one Regex together. */
  readonly cacheBytes?: number
  /**
   * Bytes that an automaton may take: the one for spans, made by `compile`, and the one for groups, made when groups are
   * first asked for (by `exec` or `findAll`; with minimal repetitions by any search), which is some times as large.
   * Sets of characters, as far as they are larger than what names them in the pattern, may take an eighth of it, or 8 MiB.
   */
  readonly compileBytes?: number
  /** Steps (characters times states looked at, at most) that one call may take. */
  readonly stepsPerCall?: number
  /** How deep groups and repetitions may nest; default 500. */
  readonly depth?: number
}

export interface Options {
  /** `ere` (default): POSIX extended with TRE's additions; `bre`: POSIX basic; `literal`: no metacharacters. */
  readonly syntax?: 'ere' | 'bre' | 'literal'
  /** Whose captures: `posix` (default) right-associative, Fowler's reading; `tre` left-associative, as TRE answers. */
  readonly rules?: 'posix' | 'tre'
  readonly ignoreCase?: boolean
  /** `.` and complemented brackets do not match a newline; `^` and `$` match around one. */
  readonly newline?: boolean
  /** Swap the meaning of `*` and `*?`. */
  readonly ungreedy?: boolean
  readonly rightAssoc?: boolean
  /** The largest count that a bound may have; default 1,000, by TRE's rules POSIX's 255. */
  readonly maxBound?: number
  /** False: only whole spans are ever asked for, so no capture machinery is built. Default true. */
  readonly captures?: boolean
  /** How a Uint8Array input is read; default `utf8`. Offsets are bytes either way. */
  readonly encoding?: 'utf8' | 'bytes'
  readonly approx?: ApproxLimits
  readonly budget?: Budget
}

export interface Match {
  /** Start and end of group 0, 1, ...; -1, -1 for a group that took no part. Bytes, or UTF-16 units for strings. */
  readonly spans: Int32Array
  readonly cost: number
  readonly inserts: number
  readonly deletes: number
  readonly substitutes: number
}

export interface ExecOptions {
  /**
   * Offset to search from, a whole number of 0 or more (else RangeError); the text before it is context for `^`, `\<`
   * and `\b`. Beyond the end nothing is found; from inside a character the search begins behind it.
   */
  readonly from?: number
  /** The start of the text is not the start of a line. */
  readonly notBol?: boolean
  /** The end of the text is not the end of a line. */
  readonly notEol?: boolean
}

/** POSIX's error names, as `regcomp` gives them; `EBACKREF` is ours: backreferences are refused. */
export type SyntaxErrorCode =
  | 'BADPAT'
  | 'ECOLLATE'
  | 'ECTYPE'
  | 'EESCAPE'
  | 'ESUBREG'
  | 'EBRACK'
  | 'EPAREN'
  | 'EBRACE'
  | 'BADBR'
  | 'ERANGE'
  | 'BADRPT'
  | 'BADMAX'
  | 'EBACKREF'

export class RegexSyntaxError extends Error {
  readonly code: SyntaxErrorCode
  /** Where in the pattern, in the pattern's own units (bytes or UTF-16). */
  readonly offset: number
  constructor(code: SyntaxErrorCode, offset: number, message: string) {
    super(`${message} (${code} at offset ${offset})`)
    this.name = 'RegexSyntaxError'
    this.code = code
    this.offset = offset
  }
}

/** The bytes that are iterated over went away meanwhile, as views of the arena do when `arena.allocate` grows it. */
export class DetachedTextError extends Error {
  constructor() {
    super('the text was detached while its matches were iterated over: take `bytes` of its region again')
    this.name = 'DetachedTextError'
  }
}

export class RegexBudgetError extends Error {
  /** The name of the limit in `Budget`. */
  readonly limit: keyof Budget
  /** What would have been needed, where that is known; else a lower bound. */
  readonly needed: number
  constructor(limit: keyof Budget, needed: number, allowed: number) {
    super(`budget.${limit} exceeded: needs ${needed}, allowed ${allowed}`)
    this.name = 'RegexBudgetError'
    this.limit = limit
    this.needed = needed
  }
}
