/**
 * Where a search says that it has looked into all of a pattern and has found no attack, there is none: the plain matcher's
 * steps grow no faster than the text.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Backtracker, parsePattern, proposeAttacks } from './index.ts'

/** Beyond this a text of some hundred characters costs more than any pattern of these tests may. */
const BUDGET = 4_000_000
/** Characters of the shortest of three texts, each twice as long as the one before: more than any count of the patterns. */
const SHORTEST = 250
/** A power of 2 doubles it with every doubling, by less than 2 for what is added to it. */
const LINEAR_SLOPE = 1.5
const FEW_STEPS = 20_000
/** Of the search for attacks. */
const STEPS = 2_000_000

interface Text {
  readonly prefix: string
  readonly pump: string
  readonly suffix: string
}

/** Whether the matcher's steps grow faster than the text, or there are more than it has time for. */
function growsOn(matcher: Backtracker, { prefix, pump, suffix }: Text): boolean {
  const pumps = Math.ceil(SHORTEST / pump.length)
  const steps = [1, 2, 4].map((times) => {
    const text = matcher.characters(prefix + pump.repeat(times * pumps) + suffix)
    return matcher.search(text, BUDGET).steps
  })
  const [short, middle, long] = steps as [number, number, number]
  const slopes = [Math.log2(middle / short), Math.log2(long / middle)]
  return long > BUDGET || (long > FEW_STEPS && slopes.every((slope) => slope > LINEAR_SLOPE))
}

const isCalledLinear = (source: string): boolean => {
  const { search, complete } = proposeAttacks(parsePattern(source), { steps: STEPS })
  return complete && search.length === 0
}

// Texts are made of these, which stand for all that the patterns tell apart.
const letters = fc.constantFrom('a', 'b', '1', ',', '!', '\n')
const texts = fc.array(
  fc.record({
    prefix: fc.string({ unit: letters, maxLength: 3 }),
    pump: fc.string({ unit: letters, minLength: 1, maxLength: 4 }),
    suffix: fc.oneof(
      fc.string({ unit: letters, maxLength: 2 }),
      letters.map((one) => one.repeat(60)),
    ),
  }),
  { minLength: 12, maxLength: 12 },
)

const single = fc.constantFrom('a', 'b', '1', ',', '[ab]', '[^a]', '\\w', '\\d', '.', '[^]', '\\b', '\\B')
const times = fc.constantFrom('*', '+', '?', '??', '*?', '{2}', '{3}', '{1,2}', '{0,3}', '{2,}')
const piece = fc.oneof(
  { weight: 3, arbitrary: single },
  {
    weight: 2,
    arbitrary: fc.tuple(single, times).map(([one, count]) => (/^\\[bB]/.test(one) ? one : one + count)),
  },
)
const flat = fc.array(piece, { minLength: 1, maxLength: 3 }).map((pieces) => pieces.join(''))
const grouped = (inner: fc.Arbitrary<string>, count: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(inner, inner, fc.boolean(), count).map(([one, other, both, often]) => {
    return `(?:${both ? `${one}|${other}` : one})${often}`
  })
const once = grouped(flat, times)
const counted = grouped(flat, fc.constantFrom('{28}', '{1,28}', '{0,40}', '{30,}'))
const nested = grouped(fc.oneof(flat, once), times)
const patterns = fc
  .tuple(
    fc.constantFrom('', '^', '^', '\\B'),
    fc.array(fc.oneof(flat, once, nested), { maxLength: 2 }),
    fc.oneof({ weight: 2, arbitrary: fc.constant('') }, { weight: 1, arbitrary: counted }),
    fc.array(fc.oneof(flat, once), { maxLength: 1 }),
    fc.constantFrom('', '$', '$', '!', '[^]{0,60}$'),
  )
  .map(([begin, before, middle, after, end]) => [begin, ...before, middle, ...after, end].join(''))

describe('where nothing is left out and no attack is found', () => {
  test('steps grow no faster than the text, whatever the pattern', () => {
    let called = 0
    let searched = 0
    fc.assert(
      fc.property(patterns, texts, (source, some) => {
        searched++
        if (!isCalledLinear(source)) return
        called++
        const matcher = new Backtracker(parsePattern(source))
        expect(some.filter((text) => growsOn(matcher, text))).toEqual([])
      }),
      { numRuns: 60, seed: 11 },
    )
    // Else it would be no test.
    expect(called / searched).toBeGreaterThan(0.25)
  })

  // Each with a text that it is slow on: counts, the begin, what follows and where one loop meets the other hide it.
  test.each<[string, string, string, string, boolean]>([
    ['^(\\d{1,2},?){28}$', '', '1', '!', true],
    ['^(?:a|aa){28}$', '', 'a', '!', true],
    ['^(?:a?){28}a{28}$', '', 'a', '!', true],
    ['^b{50}(\\d{1,2},?){28}$', 'b'.repeat(50), '1', '!', true],
    [`^${'(?:a|aa)'.repeat(28)}$`, '', 'a', '!', true],
    [`^${'(?:ab|abab)'.repeat(28)}$`, '', 'ab', '!', false],
    ['^(a+)+[^]{0,120}$', '', 'a', 'b'.repeat(121), true],
    ['^(a+)+[^]{0,5000}$', '', 'a', 'b'.repeat(5_001), false],
    ['^(?:x[ab]*)*(?:ab)*$', 'x', 'ab', '!', true],
    ['^(?:x[abc]*)*(?:y(?:cab)*)?$|^(?:x[abc]*)*(?:abc)*$', 'x', 'abc', '!', true],
    ['\\B(a+)+$', '', 'a', '!', true],
    ['^(a+)+[^]{0,120}(?:b|$)', '', 'a', 'c'.repeat(121), false],
  ])('%s is not called linear', (source, prefix, pump, suffix, isFound) => {
    const matcher = new Backtracker(parsePattern(source))
    const short = Math.ceil(40 / pump.length)
    const slow = [1, 2, 4].some((often) => {
      const text = matcher.characters(prefix + pump.repeat(often * short) + suffix)
      return matcher.search(text, BUDGET).outOfBudget
    })
    expect(slow || growsOn(matcher, { prefix, pump, suffix })).toBe(true)
    expect(isCalledLinear(source)).toBe(false)
    const { search } = proposeAttacks(parsePattern(source))
    expect(search.length > 0 || !isFound).toBe(true)
  })

  // Ambiguous, bounded or both, and none of it may fail, or it is soon over.
  test.each([
    '(a+)+',
    '^(?:\\w+\\s?)*',
    '^(a+)*[^]*$',
    '\\w+\\b',
    '\\b\\w+\\b',
    '\\d+(?:,\\d+)*',
    '^\\d{1,3}\\d{1,3}$',
    '^\\w{1,20}\\d{1,4}$',
    '^(?:\\d{1,3}\\.){3}\\d{1,3}$',
    '^[a-z]{2,5}\\w{0,3}$',
    '^(?:\\d{1,2}[./-]?){3}$',
    `^${'(?:foo|bar)'.repeat(20)}$`,
    '^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$',
    '^a{700}b$',
  ])('%s is', (source) => expect(isCalledLinear(source)).toBe(true))
})
