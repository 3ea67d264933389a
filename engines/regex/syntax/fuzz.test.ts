import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compile } from '../regex.ts'
import { RegexBudgetError, RegexSyntaxError } from '../types.ts'
import type { Options } from '../types.ts'

const PIECES = [
  'a',
  'b',
  '.',
  '*',
  '+',
  '?',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  '|',
  '^',
  '$',
  '\\',
  '-',
  ',',
  ':',
  '#',
  '~',
  '<',
  '=',
  '(?',
  '(?i)',
  '(?#',
  '(?n-U:',
  '[^',
  '[:alpha:]',
  '[[:space:]]',
  '[=',
  '[.',
  '{1,3}',
  '{255}',
  '{~1}',
  '{<0}',
  '<0',
  '<1',
  '{+1-2#3, 2i + 3d < 5}',
  '\\x{',
  '\\x41',
  '\\Q',
  '\\E',
  '\\w',
  '\\b',
  '\\1',
  '\\<',
  'é',
  '𝛃',
  '\ud800',
  '\u0000',
  '0',
  '9',
  ' ',
  '\n',
  '\\(',
  '\\)',
  '\\{',
  '\\}',
] as const

const options = fc.record(
  {
    syntax: fc.constantFrom('ere' as const, 'bre' as const, 'literal' as const),
    rules: fc.constantFrom('posix' as const, 'tre' as const),
    ignoreCase: fc.boolean(),
    newline: fc.boolean(),
    ungreedy: fc.boolean(),
    encoding: fc.constantFrom('utf8' as const, 'bytes' as const),
  },
  { requiredKeys: [] },
)

/** Compiles and searches; what went wrong, if it is anything but one of the two typed errors. */
function problemWith(pattern: string | Uint8Array, given: Options): unknown {
  const budget = { states: 3000, stepsPerCall: 100_000, cacheBytes: 1 << 20 }
  try {
    const regex = compile(pattern, { ...given, budget, captures: false })
    regex.test('ab aé\n 0')
    return regex.count('ab aé\n 0') >= 0 ? undefined : 'a negative count'
  } catch (error) {
    if (error instanceof RegexBudgetError) return undefined
    if (!(error instanceof RegexSyntaxError)) return error
    return error.offset >= 0 && error.offset <= pattern.length ? undefined : error
  }
}

describe('any pattern', () => {
  it('made of the syntax’s own pieces compiles or is refused with a typed error', () => {
    const pattern = fc.array(fc.constantFrom(...PIECES), { maxLength: 14 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(pattern, options, (given, chosen) => {
        expect(problemWith(given, chosen)).toBeUndefined()
      }),
      { numRuns: 2500 },
    )
  })

  it('of any bytes, too', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), options, (given, chosen) => {
        expect(problemWith(given, chosen)).toBeUndefined()
      }),
      { numRuns: 1500 },
    )
  })

  it('mutated from a good one, too', () => {
    const good = fc.constantFrom<string>(
      '^([a-z0-9_.-]+)@([0-9a-z.-]+)\\.([a-z.]{2,5})$',
      '(foo(bar){~1}|[[:alpha:]]+?){2,3}(?i:x|\\x{e9})\\b',
      '\\Qa.b\\E|(?#c)[^]a-z-]{,4}(?U:a*)',
    )
    const mutated = fc
      .tuple(good, fc.array(fc.tuple(fc.nat(60), fc.constantFrom(...PIECES), fc.boolean()), { maxLength: 4 }))
      .map(([text, edits]) =>
        edits.reduce<string>(
          (now, [at, piece, remove]) => now.slice(0, at) + piece + now.slice(remove ? at + 1 : at),
          text,
        ),
      )
    fc.assert(
      fc.property(mutated, options, (given, chosen) => {
        expect(problemWith(given, chosen)).toBeUndefined()
      }),
      { numRuns: 1500 },
    )
  })
})
