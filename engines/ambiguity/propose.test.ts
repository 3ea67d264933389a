import { describe, expect, test, vi } from 'vitest'
import { Backtracker } from './backtrack.ts'
import { Endings } from './endings.ts'
import { parsePattern, proposeAttacks, UnreadablePattern } from './index.ts'

/** Different characters, and words of four letters in which none is frequent. */
const CJK = Array.from({ length: 20_000 }, (_, at) => String.fromCharCode(0x4e00 + at)).join('')
const WORDS = Array.from({ length: 1_000 }, (_, at) =>
  Array.from({ length: 4 }, (_, k) => String.fromCharCode(97 + ((((at + 1) * 7_919) >> (3 * k)) % 26))).join(
    '',
  ),
)

const propose = (source: string, flags = '') => proposeAttacks(parsePattern(source, flags)).search[0]

/** Each fails only by its own loop: a doubled way, ways through an empty part, a loop in a loop, a look-around's, ... */
const EXPONENTIAL = [
  '^(a+)+$',
  '^(a|a)*$',
  '^(a*)*$',
  '^(a|b|ab)*$',
  '^(\\w+\\s?)*$',
  '^(a?b?)*$',
  '^(.*?,\\b)*x$',
  '^(?=(a+)+$)',
  '^([a-c]|[b-d])+$',
  '^(a|A)+$',
  '^(?i:(a|A)+)$',
  '^(?:(?<x>a)|(?<x>b))(?:\\k<x>+)+$',
]
const POLYNOMIAL: [string, number][] = [
  ['^a*a*$', 2],
  ['\\s+$', 2],
  ['^\\s+|\\s+$', 2],
  ['^.*a.*b.*$', 3],
  ['x*x*x*$', 4],
  ['/begin[^>]*end', 2],
]
const LINEAR = ['^a+$', '^(a|b)*$', '^(ab?c)*$', 'abc', '^a*b*$', '^[^"]*"', '^(?:a{2}b)*$', '\\bfoo\\b']

describe('attacks on a backtracking matcher', () => {
  test.each(EXPONENTIAL)('%s is seen to be exponential', (source) => {
    const worst = propose(source, source.includes('A') ? 'i' : '')
    expect(worst).toBeDefined()
    expect(worst!.exponent).toBeGreaterThan(4.5)
    expect(worst!.length).toBeLessThan(130)
  })

  test.each(POLYNOMIAL)('%s has degree %i', (source, degree) => {
    const worst = propose(source)
    expect(worst).toBeDefined()
    expect(Math.abs(worst!.exponent - degree)).toBeLessThan(0.8)
  })

  test.each(LINEAR)('%s has none', (source) => expect(propose(source)).toBeUndefined())

  test('the steepest leads, where a power is felt on a shorter text too, and both are kept', () => {
    const { search } = proposeAttacks(parsePattern('^0*0*0*0*$|^(?:(?:abcdefghijklmn)+)+$'))
    expect(search[0]!.exponent).toBeGreaterThan(4.5)
    const power = search.find(({ exponent }) => exponent < 4.5)
    expect(power!.pump).toBe('0')
    expect(power!.length).toBeLessThan(search[0]!.length)
  })

  test.each(['^(a+)+$', '^(\\w+\\s?)*$', '^(?:(?:abcdefghij)+)+$'])(
    'the length of an exponential is where it comes to 200 million steps: %s',
    (source) => {
      const pattern = parsePattern(source)
      const matcher = new Backtracker(pattern)
      const { prefix, pump, suffix, length } = proposeAttacks(pattern).search[0]!
      const steps = (pumps: number): number =>
        matcher.search(matcher.characters(prefix + pump.repeat(pumps) + suffix), 1e9).steps
      let pumps = 1
      while (steps(pumps) < 300_000) pumps++
      const each = steps(pumps) / steps(pumps - 1)
      const all = pumps + Math.log(2e8 / steps(pumps)) / Math.log(each)
      const expected = prefix.length + all * pump.length + suffix.length
      expect(Math.abs(length - expected)).toBeLessThan(0.1 * expected)
    },
  )

  // One character more is read by the loop, or is a match.
  test.each([
    ['^/flights/([^/]+?)-([^/]+?)/?$', 1.5],
    ['^([^]*[^]*)(?:-a)?b$|^([^-]+)-([^-]+)-?$', 1.5],
    ['^([^;]+,?)+;?$', 4.5],
  ])('what makes it fail may be a word: %s', (source, exponent) =>
    expect(propose(source)!.exponent).toBeGreaterThan(exponent),
  )

  test.each([
    ['^(a+)+b$', 'b'],
    ['\\{((?:.*?),?)*\\}', '}'],
    ['^(?=(?:a+)+b)', 'b'],
    ['(?<=^(?:a+)+b)x', 'bx'],
    ['<(\\w+\\s?)*>', '>'],
  ])('an attack on %s ends with what a match must hold: %s', (source, last) => {
    const whole = proposeAttacks(parsePattern(source)).search.filter(({ suffix }) => suffix.endsWith(last))
    expect(whole.length).toBeGreaterThan(0)
    expect(whole[0]!.exponent).toBeGreaterThan(4.5)
  })

  test('what a match must hold is looked for of the worst attacks alone', () => {
    const completed = vi.spyOn(Endings.prototype, 'completed')
    const loops = Array.from({ length: 12 }, (_, at) => String.fromCharCode(97 + at))
    const { search } = proposeAttacks(parsePattern(`^${loops.map((char) => `(?:${char}+)+`).join('')}-$`))
    expect(search.length).toBeGreaterThan(0)
    expect(completed.mock.calls.length).toBeLessThanOrEqual(4)
    completed.mockRestore()
  })

  // A text that fails at its first character says nothing of a pattern, however long it is.
  test.each([
    '^(0|[1-9]\\d*)\\.(0|[1-9]\\d*)\\.(0|[1-9]\\d*)(?:-([0-9a-z]+(?:\\.[0-9a-z]+)*))?$',
    '^(\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z?) +(\\w+) +\\[([^\\]]*)\\] (.*)$',
    '^"[^"]*"$',
  ])('of what does not grow there is a text that is read to its end: %s', (source) => {
    const pattern = parsePattern(source)
    const matcher = new Backtracker(pattern)
    const { search, busiest } = proposeAttacks(pattern)
    expect(search).toEqual([])
    const { prefix, pump, suffix } = busiest!
    const text = prefix + pump.repeat(1_000) + suffix
    expect(matcher.search(matcher.characters(text), 1e7).steps).toBeGreaterThan(2 * text.length)
    expect(new RegExp(source).test(text)).toBe(false)
  })

  test('find-all: each search is quick, all together are not', () => {
    const { search, findAll } = proposeAttacks(parsePattern('^$|[^]*?(?=[^])[^]*a|b'))
    expect(findAll.length + search.length).toBeGreaterThan(0)
    const plain = proposeAttacks(parsePattern('(?:.*a|b)'))
    expect(plain.findAll[0]!.exponent).toBeGreaterThan(1.7)
  })

  test('bounds, references and classes beyond what is expanded end in time', () => {
    for (const source of [
      '(a{1,1000}){1,1000}b',
      '(\\w+)\\1+$',
      '([^x]{1025}|y)*z',
      `(${'a|'.repeat(500)}b)*c`,
    ]) {
      expect(() => proposeAttacks(parsePattern(source))).not.toThrow()
    }
  })

  // What is far larger than an automaton that is quickly searched, but for the most part plain text.
  test.each([
    ['in another branch', `^(a+)+$|${'x'.repeat(600)}`],
    ['in a branch before', `${'xyz'.repeat(1_000)}|^(a+)+$`],
    ['before', `^${'xy'.repeat(300)}(a+)+$`],
    ['of many characters', `^(a+)+$|${CJK.slice(0, 1_000)}`],
    ['of many branches', `^(a+)+$|${WORDS.join('|')}`],
    ['in the loop', `^(${'x'.repeat(500)}+)+$`],
  ])('a long text %s hides no loop', (_, source) => expect(propose(source)!.exponent).toBeGreaterThan(4.5))

  // The last beside a count that is too large to be expanded.
  test.each(['^a{50}(b+)+$', '^[0-9a-f]{32}(\\s*\\w+)*$', '^a{300,}(b+)+$', 'x{700}|^a{90,99}(b+)+$'])(
    'a count before it hides no loop: %s',
    (source) => expect(propose(source)!.exponent).toBeGreaterThan(4.5),
  )

  test('many branches hide no power', () => {
    expect(propose(`\\s+$|${WORDS.slice(0, 400).join('|')}`)!.exponent).toBeGreaterThan(1.5)
    // Too many: it cannot be told.
    expect(proposeAttacks(parsePattern(`\\s+$|${WORDS.join('|')}`))).toMatchObject({
      search: [],
      complete: false,
    })
  })

  test('says whether it looked into all of the pattern', () => {
    const complete = (source: string): boolean => proposeAttacks(parsePattern(source)).complete
    // Among them counts that are expanded, and a group that refers to itself, which is to nothing.
    const counted = [
      '^a{50}b$',
      '^\\d{3,100},$',
      `^${'x'.repeat(700)}\\d{4}$`,
      '^(a\\1b)$',
      '^(?=b)\\w+$',
      '^(?=a)(a+)+$',
    ]
    const whole = ['^a+$', 'abc'.repeat(300), ...counted, ...LINEAR]
    expect(whole.filter((source) => !complete(source))).toEqual([])
    // More instructions, steps, sets of characters, ways through, ways round than are looked into.
    const part = [
      'x'.repeat(300_000),
      'x'.repeat(20_000),
      Array.from(CJK).join('|'),
      `^${'(a?|b?)'.repeat(30)}$`,
      `^(${WORDS.join('|')})*$`,
      // More copies, and references in references; what is behind them is not reached.
      '^a{700}(b+)+$',
      '^a{700,}(b+)+$',
      // A loop that the matcher does not come to: what is looked for is not what was tried.
      '^(?=b)\\w(c+)+$',
      '^(?=b)\\w(c*c*)$',
      '^(?=x{3})x(y|\\w)(a+)+$',
      '^(a)(\\1\\1)(\\2\\2)(\\3\\3)\\4(b+)+$',
    ]
    expect(part.filter(complete)).toEqual([])
  })

  test.each([
    '((((((\\b){30}){30}){30}){30}){30}){30}',
    '((((((){30}){30}){30}){30}){30}){30}',
    '((((((?:|){30}){30}){30}){30}){30}){30}',
    '((((((?=a){30}){30}){30}){30}){30}){30}',
    '((((((^|$){0,30}){30}){30}){30}){30}){30}',
  ])('counts of what takes no character, one in the other, end in time: %s', (source) => {
    expect(propose(source)).toBeUndefined()
    expect(propose(`${source}(a+)+$`)!.exponent).toBeGreaterThan(4.5)
  })

  test('nesting beyond the stack is no pattern that is read', () => {
    const deep = (depth: number) => parsePattern('('.repeat(depth) + 'a' + ')'.repeat(depth))
    expect(() => deep(30_000)).toThrow(UnreadablePattern)
    const refusals: unknown[] = []
    for (let depth = 500; depth < 4_000; depth += 250) {
      try {
        deep(depth)
      } catch (error) {
        refusals.push(error)
      }
    }
    expect(refusals.length).toBeGreaterThan(0)
    expect(refusals.filter((error) => !(error instanceof UnreadablePattern))).toEqual([])
  })

  test.each(['(', 'a**', '[b-a]', '(?<x>a)(?<x>b)\\k<y>'])('%s is no pattern', (source) =>
    expect(() => parsePattern(source)).toThrow(UnreadablePattern),
  )
})
