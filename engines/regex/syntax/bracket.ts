/** Bracket expressions, `[...]`: POSIX rules, so no escape has a meaning inside. */
import { RegexSyntaxError } from '../types.ts'
import type { Ranges } from './ast.ts'
import { posixClass } from './classes.ts'
import type { PatternText } from './reader.ts'
import { normalize } from './ranges.ts'

const CARET = 0x5e
const CLOSE = 0x5d
const COLON = 0x3a
const DOT = 0x2e
const EQUALS = 0x3d
const HYPHEN = 0x2d
const OPEN = 0x5b

export interface Bracket {
  /** What it names, made when asked for: an equal bracket has it already. */
  readonly ranges: () => Ranges
  readonly negated: boolean
  /** Index just after the closing bracket. */
  readonly next: number
}

/** Parses from `at`, the index of the opening bracket. Case and complement are the caller's. */
export function parseBracket(text: PatternText, at: number, bytes: boolean): Bracket {
  const { codes, offsets } = text
  const fail = (code: 'EBRACK' | 'ERANGE' | 'ECTYPE' | 'ECOLLATE', i: number, why: string): never => {
    throw new RegexSyntaxError(code, offsets[Math.min(i, codes.length)]!, why)
  }
  let i = at + 1
  const negated = codes[i] === CARET
  if (negated) i++
  const first = i
  const pairs: number[] = []
  /** A class is hundreds of numbers, and nine characters can name it again. */
  const classes = new Set<Ranges>()
  const ranges = (): Ranges => {
    const [only] = classes
    if (only !== undefined && classes.size === 1 && pairs.length === 0) return only
    for (const each of classes) for (const bound of each) pairs.push(bound)
    classes.clear()
    return normalize(pairs)
  }
  for (;;) {
    if (i >= codes.length) fail('EBRACK', at, 'a bracket expression is not closed')
    const code = codes[i]!
    if (code === CLOSE && i > first) return { ranges, negated, next: i + 1 }
    const after = codes[i + 1]
    if (code === OPEN && (after === DOT || after === EQUALS)) {
      fail('ECOLLATE', i, 'collating elements are not supported')
    }
    if (code === OPEN && after === COLON) {
      let end = i + 2
      while (end < codes.length && codes[end] !== COLON) end++
      const name = String.fromCodePoint(...codes.subarray(i + 2, Math.min(end, i + 18)))
      const named = codes[end + 1] === CLOSE ? posixClass(name, bytes) : undefined
      if (!named) return fail('ECTYPE', i, `no character class is called "${name}"`)
      classes.add(named)
      i = end + 2
      if (codes[i] === HYPHEN && i + 1 < codes.length && codes[i + 1] !== CLOSE) {
        fail('ERANGE', i, 'a character class cannot begin a range')
      }
      continue
    }
    if (after === HYPHEN && i + 2 < codes.length && codes[i + 2] !== CLOSE) {
      const high = codes[i + 2]!
      if (high === OPEN && (codes[i + 3] === DOT || codes[i + 3] === EQUALS)) {
        fail('ECOLLATE', i + 2, 'collating elements are not supported')
      }
      if (high === OPEN && codes[i + 3] === COLON)
        fail('ERANGE', i + 2, 'a character class cannot end a range')
      if (code > high) fail('ERANGE', i, 'the range ends before it begins')
      pairs.push(code, high)
      i += 3
      continue
    }
    if (code === HYPHEN && i > first && i + 1 < codes.length && after !== CLOSE) {
      fail('ERANGE', i, 'a range cannot begin where another ended')
    }
    pairs.push(code, code)
    i++
  }
}
