/**
 * What stands between `{` and `}`: repeat counts, and TRE's approximate settings.
 *
 *     {2,5}   {,5}   {2,}   {+1 -2 #3 ~4}   {~1}   { 2i + 3d + 1s < 5}   {1,3 +1#2, 2d + 1s < 4}
 *
 * A number right behind the brace is a repeat count, so an equation that stands alone needs a blank before it. Count
 * limits come first, then a cost equation (either order is read); blanks and a comma may stand between. A limit
 * without a number is unlimited. Once any operation is limited or priced, one that is neither is not allowed. Under a
 * limit on the cost, a substitution without a price is free, and the others cost 1: that is how TRE counts.
 */
import { RegexSyntaxError } from '../types.ts'
import type { Options } from '../types.ts'
import type { ApproxRegion } from './ast.ts'
import type { PatternText } from './reader.ts'

/** POSIX's RE_DUP_MAX, which TRE has; and what rule sets in the wild need. */
const MOST_BY_TRE = 255
const MOST = 1000

/** @throws RangeError for an option that is no count */
export function largestBound({ maxBound, rules }: Options): number {
  const largest = maxBound ?? (rules === 'tre' ? MOST_BY_TRE : MOST)
  if (!Number.isSafeInteger(largest) || largest < 1)
    throw new RangeError(`maxBound must be a whole number of 1 or more, not ${largest}`)
  return largest
}

export interface Bound {
  readonly min: number
  readonly max: number
  readonly approx: ApproxRegion | undefined
  /** Index of the character that should close the bound. */
  readonly next: number
}

const LIMITS: Record<string, 'maxInsert' | 'maxDelete' | 'maxSubstitute' | 'maxErrors'> = {
  '+': 'maxInsert',
  '-': 'maxDelete',
  '#': 'maxSubstitute',
  '~': 'maxErrors',
}
const COSTS: Record<string, 'costInsert' | 'costDelete' | 'costSubstitute'> = {
  i: 'costInsert',
  d: 'costDelete',
  s: 'costSubstitute',
}
/** Larger numbers say the same as this one; keeps arithmetic on costs exact. */
const LARGEST = 0x7fffffff

type Settings = { -readonly [K in keyof ApproxRegion]: ApproxRegion[K] }

/** Parses from `at`, the index after the opening brace. */
export function parseBound(text: PatternText, at: number, largest: number): Bound {
  const { codes, offsets } = text
  let i = at
  const fail = (code: 'BADBR' | 'BADMAX' | 'EBRACE', where: number, why: string): never => {
    throw new RegexSyntaxError(code, offsets[Math.min(where, codes.length)]!, why)
  }
  const char = (): string => (i < codes.length ? String.fromCodePoint(codes[i]!) : '')
  const number = (): number | undefined => {
    const start = i
    let value = 0
    for (; i < codes.length && codes[i]! >= 0x30 && codes[i]! <= 0x39; i++) {
      value = Math.min(LARGEST, value * 10 + codes[i]! - 0x30)
    }
    return i > start ? value : undefined
  }

  let min = number()
  let max = min
  if (char() === ',') {
    i++
    min ??= 0
    max = number() ?? Infinity
  }
  if (min !== undefined && max !== undefined) {
    if (min > max) fail('BADBR', at, 'the largest repeat count is below the smallest')
    if (min > largest || (max !== Infinity && max > largest)) {
      fail('BADMAX', at, `a repeat count is above ${largest}`)
    }
  }

  const settings: Settings = {}
  let countsSet = false
  let costsSet = false
  let approx = false

  const readLimits = (): void => {
    for (;;) {
      const c = char()
      const limit = LIMITS[c]
      if (limit) {
        i++
        settings[limit] = number() ?? Infinity
        if (c === '~') approx = true
        else countsSet = true
      } else if (c === ',' || c === ' ') i++
      else return
    }
  }
  const readEquation = (): void => {
    for (;;) {
      const c = char()
      if (c === '+' || c === ' ') i++
      else if (c === '<') {
        i++
        while (char() === ' ') i++
        const where = i
        const below = number()
        if (below === 0) return fail('BADBR', where, 'no cost is below 0')
        settings.maxCost = below === undefined ? Infinity : below - 1
        approx = true
      } else if (c === ',') {
        i++
        return
      } else if (c >= '0' && c <= '9') {
        const where = i
        const cost = number() as number
        const operation = COSTS[char()]
        if (!operation) return fail('BADBR', where, 'a cost needs i, d or s after it')
        i++
        settings[operation] = cost
        costsSet = true
      } else return
    }
  }
  let before: number
  do {
    before = i
    if (!countsSet) readLimits()
    if (!costsSet) readEquation()
  } while (i > before)

  if (i >= codes.length) fail('EBRACE', at - 1, 'a brace is not closed')
  if (i === at) fail('BADBR', at, 'a bound needs a number')
  if (!approx && !countsSet && !costsSet) {
    if (min === undefined || max === undefined) return fail('BADBR', at, 'a bound needs a number')
    return { min, max, approx: undefined, next: i }
  }
  if (countsSet || costsSet) {
    settings.maxInsert ??= settings.costInsert === undefined ? 0 : Infinity
    settings.maxDelete ??= settings.costDelete === undefined ? 0 : Infinity
    settings.maxSubstitute ??= settings.costSubstitute === undefined ? 0 : Infinity
  }
  if (settings.maxCost !== undefined && settings.maxSubstitute !== 0) settings.costSubstitute ??= 0
  settings.maxCost ??= Infinity
  settings.maxErrors ??= Infinity
  return { min: min ?? 1, max: max ?? 1, approx: settings, next: i }
}
