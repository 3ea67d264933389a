/**
 * Searches remember how far apart occurrences have been, and take short cuts where they were close. Whatever came before,
 * a search answers for its own range: literals of very different lengths, searches from anywhere, one after another.
 */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compile } from '../index.ts'
import { compileLiteral, compileLiterals } from './literal.ts'
import type { LiteralSearch } from './search.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** At the leftmost place in text[from, to) where one of the literals stands, the longest. */
function obvious(literals: readonly string[], text: string, from: number, to: number): number[] | null {
  for (let start = from; start < to; start++) {
    const fits = literals.filter((one) => start + one.length <= to && text.startsWith(one, start))
    if (fits.length > 0) return [start, start + Math.max(...fits.map((one) => one.length))]
  }
  return null
}

/** Sets in which a short literal stands inside a long one, at its edge, or nowhere. */
const sets = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('a', 'ab', 'b', 'ca'),
      fc.integer({ min: 1, max: 120 }),
      fc.constantFrom('c', 'ab', 'bc'),
    )
    .map(([short, times, unit]) => [
      short,
      `b${unit.repeat(times)}a`,
      `${'b'.repeat(20)}a${unit.repeat(times)}`,
    ]),
  fc.constantFrom(
    ['a'],
    ['ab'],
    ['abc', 'x'.repeat(50)],
    ['ab', 'x'.repeat(50)],
    ['a', 'bbbbb', 'c'.repeat(300)],
  ),
)
/** Dense at the beginning, so that searches take the short cut; then long literals, whole and cut off. */
const texts = sets.chain((literals) =>
  fc
    .array(
      fc.constantFrom(...literals, ...literals.map((one) => one.slice(0, -1)), '-', '--', 'z'.repeat(40)),
      {
        minLength: 8,
        maxLength: 60,
      },
    )
    .map((parts) => ({ literals, text: `${literals[0]}-`.repeat(4) + parts.join('') })),
)

describe('a literal search that has found occurrences close to each other', () => {
  test('answers for the range it is given, in any order of ranges', () => {
    fc.assert(
      fc.property(
        texts,
        fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 20 }),
        ({ literals, text }, ranges) => {
          const search: LiteralSearch =
            literals.length === 1 ? compileLiteral(bytes(literals[0])) : compileLiterals(literals.map(bytes))!
          const coded = bytes(text)
          const ask = (from: number, to: number): number[] | null => {
            const start = search.find(coded, from, to)
            return start < 0 ? null : [start, search.end]
          }
          // One after another, as a caller does that resumes behind each.
          for (let at = 0, want = obvious(literals, text, 0, text.length); want !== null;) {
            expect(ask(at, text.length)).toEqual(want)
            at = want[1]!
            want = obvious(literals, text, at, text.length)
          }
          for (const [a, b] of ranges) {
            const [from, to] = [a % text.length, b % text.length].sort((x, y) => x - y) as [number, number]
            expect(ask(from, to)).toEqual(obvious(literals, text, from, to))
          }
        },
      ),
      { numRuns: 400 },
    )
  })

  test('the reported cases', () => {
    const regex = compile(`ab|${'x'.repeat(50)}`)
    const text = `ab-ab-${'z'.repeat(40)}`
    expect(regex.exec(text)?.spans.join()).toBe('0,2')
    expect(regex.exec(text, { from: 5 })).toBeNull()
    expect(Array.from(regex.findAll(text), ({ spans }) => spans.join())).toEqual(['0,2', '3,5'])
    const long = `${'b'.repeat(20)}a${'c'.repeat(60)}`
    const found = compile(`a|${long}`).findAll(`--a${'-'.repeat(57)}${long}${'z'.repeat(400)}`)
    expect(Array.from(found, ({ spans }) => spans.join())).toEqual(['2,3', '60,141'])
  })
})
