/** A cache whose states serve few bytes each is not filled again and again, be it by one long text or by many short ones. */
import { describe, expect, it } from 'vitest'
import { compile } from '../index.ts'
import type { Regex } from '../index.ts'
import { Random } from '../testing/random.ts'

const CACHE = 1 << 20
/** Sixty characters on it still counts where each vowel was; what follows matches now and then. */
const HOSTILE = '[aeiou][a-z ]{60}[xq]'

const random = new Random(11)
const LETTERS = 'abcdefghijklmnopqrstuvwxyz     '
const texts = Array.from({ length: 2_000 }, () =>
  Array.from({ length: 60 + random.below(100) }, () => LETTERS[random.below(LETTERS.length)]!).join(''),
)
const long = texts.join('\n')
const arena = Buffer.from(long)
const starts = new Uint32Array(texts.length)
const ends = new Uint32Array(texts.length)
texts.reduce((at, text, i) => {
  starts[i] = at
  ends[i] = at + text.length
  return at + text.length + 1
}, 0)

const WAYS: Readonly<Record<string, (regex: Regex) => unknown>> = {
  'test, text by text': (regex) => texts.map((text) => regex.test(text)),
  'exec, text by text': (regex) => texts.map((text) => regex.exec(text)?.spans),
  'a scan of all texts': (regex) => regex.scan(arena, starts, ends, 0).hits,
  'all matches of one text': (regex) => regex.spans(long),
  'one text without a match': (regex) => regex.test(long.replaceAll(/[xq]/g, 'y')),
}

describe.each(Object.entries(WAYS))('%s', (_, way) => {
  it('makes a state for eight bytes at most, and finds what a cache without end finds', () => {
    const regex = compile(HOSTILE, { budget: { cacheBytes: CACHE } })
    const found = way(regex)
    const { counters } = regex
    expect(counters.resets).toBeGreaterThan(3)
    // A share of the cache holds some hundred states, and is filled a few times before it counts.
    expect(counters.states).toBeLessThan(long.length / 4 + 5_000)
    expect(found).toEqual(way(compile(HOSTILE, { budget: { cacheBytes: 1 << 30 } })))
  })
})

it('what comes later is walked with the cache again, where that is worth it', () => {
  const regex = compile(HOSTILE, { budget: { cacheBytes: CACHE } })
  for (const text of texts) regex.test(text)
  const plain = 'the brown fox jumps over the lazy dog and '.repeat(5)
  for (let i = 0; i < 200; i++) regex.test(plain)
  const before = { ...regex.counters }
  for (let i = 0; i < 200; i++) regex.test(plain)
  const { steps, built } = regex.counters
  expect(built - before.built).toBe(0)
  expect(steps - before.steps).toBeLessThanOrEqual(200 * plain.length)
})
