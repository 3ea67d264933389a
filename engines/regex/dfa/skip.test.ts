import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { EDGE } from '../automaton/context.ts'
import { parse } from '../syntax/parse.ts'
import { symbolsOf } from '../testing/engines.ts'
import { referenceAll } from '../testing/reference.ts'
import { Program } from './program.ts'
import { Skip } from './skip.ts'
import { SpanSearch } from './spans.ts'

const WORDS = ['foo', 'ab', 'xyz', 'foob', 'Ab', 'жé', 'aéb', ' ', '\n', 'a', 'b'] as const

const literal = fc.constantFrom('foo', 'ab', 'xyz', 'foob', 'жé', 'aéb', 'a')
const filler = fc.constantFrom(
  '.',
  '[ab]',
  'x?',
  '\\w+',
  '\\s+',
  '.*',
  '[a-z]*',
  '\\b',
  '$',
  '^',
  'b*',
  '\\w',
)
const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
  pattern: fc.oneof(
    { maxDepth: 3 },
    literal,
    filler,
    fc.tuple(tie('pattern'), literal, tie('pattern')).map((parts) => parts.join('')),
    fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => `(${a}|${b})`),
    fc.tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '{2}')).map(([a, times]) => `(${a})${times}`),
  ),
}))
const text = fc
  .array(fc.constantFrom(...WORDS), { minLength: 40, maxLength: 70 })
  .map((words) => words.join(''))
/** Of all lengths: walked as they are, begun at the first literal, and jumped through. */
const longText = fc
  .tuple(
    text,
    fc.array(fc.constantFrom('ab', ' ', '\n', 'é'), { minLength: 40 }),
    fc.constantFrom(1, 8, 30, 30),
  )
  .map(([words, others, times]) => words + others.join('').repeat(times) + words)
const options = fc.record({ newline: fc.boolean(), ignoreCase: fc.boolean() })

function spansOf(program: Program, bytes: Uint8Array, first: number): string[] {
  const search = new SpanSearch(program)
  search.begin(bytes, 0, EDGE, EDGE, first)
  const spans: string[] = []
  while (search.next()) spans.push(`${search.start}-${search.end}`)
  return spans
}

describe('jumping from literal to literal', () => {
  it('finds what the reference finds', () => {
    fc.assert(
      fc.property(pattern, options, text, fc.constantFrom(1, 2, 64), (source, given, subject, first) => {
        const parsed = parse(source, given)
        const program = new Program(parsed)
        const bytes = new TextEncoder().encode(subject)
        const { symbols, offsets } = symbolsOf(bytes, false)
        const expected = referenceAll(parsed, symbols).map(
          (spans) => `${offsets[spans[0]!]}-${offsets[spans[1]!]}`,
        )
        expect(spansOf(program, bytes, first)).toEqual(expected)
        expect(program.matches(bytes, 0, EDGE, EDGE)).toBe(expected.length > 0)
      }),
      { numRuns: 400 },
    )
  })

  it('finds what a walk without jumps finds, and jumps at all', () => {
    let begun = 0
    const jumpers = vi.spyOn(Skip.prototype, 'jumper')
    fc.assert(
      fc.property(pattern, options, longText, fc.constantFrom(1, 64), (source, given, subject, first) => {
        const parsed = parse(source, given)
        const program = new Program(parsed)
        const walking = new Program(parsed)
        Object.assign(walking, { literals: null })
        const bytes = new TextEncoder().encode(subject)
        const expected = spansOf(walking, bytes, first)
        expect(spansOf(program, bytes, first)).toEqual(expected)
        expect(program.matches(bytes, 0, EDGE, EDGE)).toBe(expected.length > 0)
        if (program.tally.scanned > 0) begun++
      }),
      { numRuns: 600 },
    )
    const jumped = jumpers.mock.results.filter(({ value }) => value !== null).length
    jumpers.mockRestore()
    expect(begun).toBeGreaterThan(50)
    expect(jumped).toBeGreaterThan(50)
  })

  it('reads no byte more than three times, however often the literal stands there in vain', () => {
    for (const source of ['[A-Z].*bcd', '[A-Z].*bcd[a-z]+9', '\\d+x*bcd', '(\\d[^q]*)?bcde\\d']) {
      const program = new Program(parse(source))
      const bytes = new TextEncoder().encode('abcd'.repeat(5000))
      expect(spansOf(program, bytes, 1)).toEqual([])
      expect(program.tally.steps + program.tally.scanned).toBeLessThan(3 * bytes.length)
    }
  })
})
