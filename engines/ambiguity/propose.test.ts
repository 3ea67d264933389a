import { describe, expect, test } from 'vitest'
import { parsePattern, proposeAttacks, UnreadablePattern } from './index.ts'

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

  test.each(['(', 'a**', '[b-a]', '(?<x>a)(?<x>b)\\k<y>'])('%s is no pattern', (source) =>
    expect(() => parsePattern(source)).toThrow(UnreadablePattern),
  )
})
