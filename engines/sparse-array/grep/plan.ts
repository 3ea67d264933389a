/**
 * What a search looks for, compiled: predicates become patterns of the regex engine.
 *
 * EXACT, MATCH and GLOB are regular expressions like RE, so any number of alternatives is one set that is searched for
 * at once. Approximate patterns cannot be in a set and stand alone. With AND, each predicate looks only at what the ones
 * before it left over.
 */
import { compile, compileSet, RegexBudgetError, RegexSyntaxError } from '../../regex/index.ts'
import type { Options, Regex, RegexSet, SyntaxErrorCode } from '../../regex/index.ts'
import { bytesOf, latin1 } from '../resp/args.ts'
import { escapeBytes, globToRegex } from './glob.ts'

export interface Predicate {
  readonly kind: 'exact' | 'match' | 'glob' | 're' | 'approx'
  readonly pattern: Uint8Array
  /** Of `approx`: insertions, deletions and substitutions allowed. */
  readonly errors: number
}

export type Matcher = Pick<Regex, 'scan'>

export interface Plan {
  /** An element must satisfy all of them (`all`) or one. None: every element is a hit. */
  readonly matchers: readonly Matcher[]
  readonly all: boolean
  /**
   * None of them finds anything in a stretch of memory in which no text can be a hit; null when there are no such
   * literals. A few literals are looked for one after the other: what the first has read is in the cache for the next,
   * and each skips at a speed that a search for all of them does not reach.
   */
  readonly prefilters: readonly Matcher[] | null
  /** What the matchers have done beside reading bytes, in units of work, since they were compiled. */
  steps(): number
}

/** The query cannot be compiled; the message is the client's error. */
export class PredicateError extends Error {
  override readonly name = 'PredicateError'
}

const MOST_RE = 2_048
/** TRE's words for what is wrong. */
const TEXTS: Readonly<Partial<Record<SyntaxErrorCode, string>>> = {
  EPAREN: "Missing ')'",
  EBRACK: "Missing ']'",
  EBRACE: "Missing '}'",
  BADBR: 'Invalid contents of {}',
  BADRPT: 'Invalid use of repetition operators',
  ECTYPE: 'Unknown character class name',
  BADMAX: 'Maximum repetition in {} larger than 255',
  ECOLLATE: 'Unknown collating element',
  EESCAPE: 'Trailing backslash',
  ERANGE: 'Invalid character range',
  ESUBREG: 'Invalid back reference',
}

/** A value of a few kilobytes can always be judged, however small the budget: a millisecond or a few. */
const LEAST_STEPS = 1 << 20

/** What a node that an automaton looks at to make a state costs: as much as so many bytes that it walks over. */
const NODE = 16

/** What one call of a matcher may take where a search may take so much. */
export const leastSteps = (maxSteps: number): number => Math.max(maxSteps, LEAST_STEPS)

/** Compiles a query for searches that may take so many steps. Throws PredicateError. */
export function compilePlan(
  predicates: readonly Predicate[],
  all: boolean,
  ignoreCase: boolean,
  maxSteps: number,
): Plan {
  const options: Options = {
    rules: 'tre',
    encoding: 'bytes',
    captures: false,
    ignoreCase,
    budget: { stepsPerCall: leastSteps(maxSteps), cacheBytes: CACHE_BYTES, compileBytes: COMPILE_BYTES },
  }
  const alone: (Regex | RegexSet)[] = []
  const joining: { readonly source: Uint8Array; readonly matcher: Regex }[] = []
  let always = false
  let never = false
  for (const predicate of predicates) {
    const { source, settings } = translate(predicate, ignoreCase)
    if (source === '') {
      always = true
      continue
    }
    if (source === null) {
      never = true
      continue
    }
    const matcher = guarded(() => compile(bytesOf(source), { ...options, ...settings }))
    const joins = settings === undefined && !all && canJoin(bytesOf(source), options)
    if (joins) joining.push({ source: bytesOf(source), matcher })
    else alone.push(matcher)
  }
  if (all && never) return NOTHING
  if (!all && always) return { matchers: [], all, prefilters: null, steps: () => 0 }
  const sources = joining.map(({ source }) => source)
  const joined =
    joining.length > 1 ? [guarded(() => compileSet(sources, options))] : joining.map(({ matcher }) => matcher)
  const matchers = [...joined, ...alone]
  if (matchers.length === 0 && !always) return NOTHING
  const steps = (): number =>
    matchers.reduce((sum, { counters }) => sum + counters.steps + NODE * counters.built, 0)
  // The search counts the bytes that they read, and is over its own budget when those are too many.
  const unlimited = { ...options, budget: { cacheBytes: CACHE_BYTES, compileBytes: COMPILE_BYTES } }
  return { matchers, all, prefilters: prefiltersOf(predicates, all, unlimited), steps }
}

/** Of one byte, a literal is nearly everywhere. */
const SHORTEST_LITERAL = 2

/** So many literals are looked for one after the other. */
const FEW = 3

/** With AND one literal that every hit contains is enough; else every predicate must have one. */
function prefiltersOf(
  predicates: readonly Predicate[],
  all: boolean,
  options: Options,
): readonly Matcher[] | null {
  const literals = predicates.map(literalIn)
  const usable = literals.filter((literal) => literal !== null && literal.length >= SHORTEST_LITERAL)
  if (all) {
    const longest = usable.toSorted((a, b) => b!.length - a!.length)[0]
    return longest == null ? null : [compile(bytesOf(escapeBytes(longest)), options)]
  }
  if (usable.length < predicates.length) return null
  const sources = usable.map((literal) => bytesOf(escapeBytes(literal!)))
  if (sources.length <= FEW) return sources.map((source) => compile(source, options))
  return [compileSet(sources, options)]
}

/** Bytes that every text has that satisfies the predicate; null when none are known. */
function literalIn({ kind, pattern, errors }: Predicate): Uint8Array | null {
  if (kind === 'match' || kind === 'exact' || (kind === 'approx' && errors === 0)) return pattern
  if (kind !== 'glob' || /[[\\]/.test(latin1(pattern))) return null
  const pieces = latin1(pattern).split(/[*?]/)
  return bytesOf(pieces.toSorted((a, b) => b.length - a.length)[0]!)
}

/** Enough for what patterns of 2 KiB make of notes; a search must not keep more than it finds. */
const CACHE_BYTES = 4 << 20
const COMPILE_BYTES = 32 << 20

/** No element satisfies it. */
const NOTHING: Plan = {
  matchers: [{ scan: (_, starts) => ({ hits: new Uint32Array(0), next: starts.length }) }],
  all: true,
  prefilters: null,
  steps: () => 0,
}

/** The pattern: '' when every element satisfies it, null when none can. */
function translate(
  { kind, pattern, errors }: Predicate,
  ignoreCase: boolean,
): { source: string | null; settings?: Options } {
  switch (kind) {
    case 'exact':
      return { source: `^${escapeBytes(pattern)}$` }
    case 'match':
      return { source: escapeBytes(pattern) }
    case 'glob':
      return { source: globToRegex(pattern, ignoreCase) }
    case 'approx':
      if (errors >= pattern.length) return { source: '' }
      return errors === 0
        ? { source: escapeBytes(pattern) }
        : { source: latin1(pattern), settings: { syntax: 'literal', approx: { maxErrors: errors } } }
    default:
      if (pattern.length === 0) throw new PredicateError('regular expression is empty')
      if (pattern.length > MOST_RE) {
        throw new PredicateError(`regular expression is too long, maximum is ${MOST_RE} bytes`)
      }
      return { source: latin1(pattern) }
  }
}

function guarded<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof RegexSyntaxError) {
      throw new PredicateError(
        error.code === 'EBACKREF'
          ? 'regular expression backreferences are not supported'
          : `invalid regular expression: ${TEXTS[error.code] ?? 'Invalid regexp'}`,
      )
    }
    if (error instanceof RegexBudgetError)
      throw new PredicateError('invalid regular expression: Out of memory')
    // No pattern may end the server, whatever happens inside.
    if (error instanceof RangeError) throw new PredicateError('invalid regular expression: Invalid regexp')
    throw error
  }
}

/** A pattern with approximate settings of its own cannot be one of a set. */
function canJoin(source: Uint8Array, options: Options): boolean {
  try {
    compileSet([source], options)
    return true
  } catch (error) {
    if (error instanceof RegexSyntaxError) return false
    throw error
  }
}
