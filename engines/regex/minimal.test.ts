import { describe, expect, it } from 'vitest'
import { buildCaptures } from './captures/index.ts'
import type { Captures } from './captures/index.ts'
import { Meter } from './dfa/meter.ts'
import { newTally } from './dfa/tally.ts'
import { compile, RegexBudgetError } from './index.ts'
import { MinimalMatches } from './minimal.ts'
import { parse } from './syntax/parse.ts'
import { Random } from './testing/random.ts'

/** All spans, groups included; from the first search on with or without knowing what is still possible. */
function all(captures: Captures, text: Uint8Array, bytes: boolean, hardened: boolean): string[] {
  const matches = new MinimalMatches(captures, text, bytes, new Meter(newTally(), Infinity), false)
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
