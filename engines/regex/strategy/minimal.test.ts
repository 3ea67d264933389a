import { describe, expect, it } from 'vitest'
import { buildCaptures } from '../captures/index.ts'
import type { Captures } from '../captures/index.ts'
import { Meter } from '../dfa/meter.ts'
import { Program } from '../dfa/program.ts'
import { newTally } from '../dfa/tally.ts'
import { compile, RegexBudgetError } from '../index.ts'
import { RankedMatches } from './ranked-matches.ts'
import { parse } from '../syntax/parse.ts'
import { Random } from '../testing/random.ts'

/** All spans, groups included; from the first search on with or without knowing what is still possible. */
function all(captures: Captures, text: Uint8Array, bytes: boolean, hardened: boolean): string[] {
  const matches = new RankedMatches(captures, text, bytes, new Meter(newTally(), Infinity), false)
  if (hardened) matches.harden()
  const found: string[] = []
  while (matches.next()) found.push(matches.spans.join())
  return found
}

const PATTERNS = [
  'a.*?b|a',
  '(a*?b|a)(c|)',
  '((a|b)*?c|(ab)+?é)',
  '\\ba.*?b\\b|\\B.',
  '(?n)^.*?$',
  '(a|é+?😀|[^b]*?bb)+',
  'x*?',
]
const PIECES = ['a', 'a', 'b', 'c', 'é', '😀', '\n', ' ', '_']
const BROKEN = [[0xe9], [0xf0, 0x9f, 0x98], [0x80], [0xff]]

describe('all matches of a pattern with a minimal repetition', () => {
  it.each(PATTERNS)(
    '%s: the same with and without looking ahead, on texts of several stretches',
    (pattern) => {
      const random = new Random(5)
      const encoder = new TextEncoder()
      for (const encoding of ['utf8', 'bytes'] as const) {
        const parsed = parse(pattern, { encoding })
        const captures = buildCaptures(parsed, { encoding })
        for (const starved of [false, true]) {
          const parts = Array.from({ length: 6000 }, () =>
            random.oneIn(40) ? random.pick(BROKEN) : [...encoder.encode(random.pick(PIECES))],
          )
          const text = Uint8Array.from(parts.flat())
          const want = all(captures, text, parsed.bytes, false)
          expect(want.length).toBeGreaterThan(100)
          const searcher = starved ? captures.withCache(3000) : captures
          expect(all(searcher, text, parsed.bytes, true)).toEqual(want)
        }
      }
    },
  )

  it('goes over to looking ahead by itself, and finds the same', () => {
    const regex = compile('x.*?y|x')
    const text = 'x'.repeat(20_000)
    const found = Array.from(regex.findAll(text), ({ spans }) => spans[1]! - spans[0]!)
    expect(regex.counters.hardened).toBe(1)
    expect(found).toHaveLength(20_000)
    expect(new Set(found)).toEqual(new Set([1]))
    expect(compile('x.*?y|x').count(`${text}y${text}`)).toBe(20_001)
  })

  it('takes the preferred match, however late it shows', () => {
    const text = `${'a'.repeat(9000)}b${'a'.repeat(9000)}`
    const [first, second] = compile('(a*?b|a)').findAll(text)
    expect(first!.spans).toEqual(Int32Array.of(0, 9001, 0, 9001))
    expect(second!.spans).toEqual(Int32Array.of(9001, 9002, 9001, 9002))
  })

  it('counts its steps, and stops where the budget ends', () => {
    const text = 'x'.repeat(20_000)
    const regex = compile('x.*?y|x', { budget: { stepsPerCall: 60_000 } })
    expect(() => regex.count(text)).toThrow(RegexBudgetError)
    expect(regex.counters.steps).toBeGreaterThan(59_000)
    expect(regex.counters.steps).toBeLessThan(70_000)
    expect(compile('x.*?y|x', { budget: { stepsPerCall: 110_000 } }).count(text)).toBe(20_000)
  })
})

describe('which minimal repetitions are found by walks in order', () => {
  const inOrder = (pattern: string): boolean => new Program(parse(pattern)).inOrder

  it.each([
    '<.+?>',
    '"[^"]*?"',
    'ERROR.*?timeout',
    '^.{0,200}?([Gg]oogle[Bb]ot)',
    '[[:alnum:]_.-]{0,50}?(api_key|secret|token)',
    'a*x??(b|c)+',
    'a*(ab)*x*?y',
    '(a.*?b)+',
    '[a-z]+?\\d{1,3}',
  ])('%s is', (pattern) => {
    expect(inOrder(pattern)).toBe(true)
  })

  it.each([
    // Can be empty; wants few characters, not few iterations; its first way is not its longest.
    ['x*?'],
    ['(aa|b.?)+?c'],
    ['a*x??(b|ccc|dd)+'],
    ['(a|ab)(c|bcd)*x*?y'],
    ['(a*?)+b'],
    // No minimal repetition at all.
    ['a*'],
  ])('%s is not', (pattern) => {
    expect(inOrder(pattern)).toBe(false)
  })

  it('read to the left, the parts in front of it are one node', () => {
    expect(new Program(parse('a*(ab)*x*?y', { rules: 'tre' })).inOrder).toBe(false)
    expect(new Program(parse('a*b{2}x*?y', { rules: 'tre' })).inOrder).toBe(true)
  })

  it('they read a text once where that is enough, and the rest is hardened where it is not', () => {
    const text = 'a.b c '.repeat(20_000)
    const regex = compile('a.*?b')
    expect(regex.count(text)).toBe(20_000)
    expect(regex.counters.steps).toBeLessThan(1.2 * text.length)
    expect(regex.counters.hardened).toBe(0)
    const vain = compile('a.*?z|a')
    expect(vain.count(text)).toBe(20_000)
    expect(vain.counters.hardened).toBe(1)
    expect(vain.counters.steps).toBeLessThan(40 * text.length)
  })

  it('know where their matches begin: nothing is read a second time', () => {
    const text = '<div class="a"><p>some words in between</p></div>\n'.repeat(4000)
    for (const pattern of ['<.+?>', '"[^"]*?"', '<[a-z]+?[^>]*?>']) {
      const regex = compile(pattern, { newline: true, captures: false })
      expect(regex.strategy).toBe('ordered')
      const matches = regex.spans(text).length / 2
      expect(matches).toBeGreaterThan(3999)
      expect(regex.counters.steps).toBeLessThan(text.length + 2 * matches)
    }
  })

  it('find the same as JavaScript where several have begun and the first one fails', () => {
    const random = new Random(11)
    for (const pattern of [
      'ab.*?c|b.{0,2}?d',
      'a{1,3}?b|aa.??c',
      '(ab|ba).+?(c|dd)',
      'a.{2,4}?b',
      'b+?[ac]{2}?d',
    ]) {
      const regex = compile(pattern, { newline: true, captures: false })
      expect(regex.strategy).toBe('ordered')
      let found = 0
      for (let round = 0; round < 60; round++) {
        const text = Array.from({ length: 200 }, () =>
          random.pick(['a', 'a', 'b', 'b', 'c', 'd', '\n']),
        ).join('')
        const want = Array.from(text.matchAll(new RegExp(pattern, 'gm')), (match) => [
          match.index,
          match.index + match[0].length,
        ]).flat()
        found += want.length
        expect([...regex.spans(text)]).toEqual(want)
        expect(Array.from(regex.findAll(text), ({ spans }) => [...spans]).flat()).toEqual(want)
      }
      expect(found).toBeGreaterThan(100)
    }
  })

  it('a literal far into its match leads to where that begins, past all other lines', () => {
    const line = `${'some words and a number '.repeat(6)}\n`
    const text = `${line.repeat(30)}${line.slice(0, 60)}needle\n`.repeat(60)
    const regex = compile('^.{0,200}?(needle)', { newline: true, captures: false })
    expect(regex.count(text)).toBe(60)
    expect(regex.counters.steps).toBeLessThan(text.length / 10)
  })
})
