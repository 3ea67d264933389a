import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { EDGE } from '../automaton/context.ts'
import { compile } from '../regex.ts'
import { parse } from '../syntax/parse.ts'
import { symbolsOf } from '../testing/engines.ts'
import { withGuardedArrays } from '../testing/guard.ts'
import { Random } from '../testing/random.ts'
import { referenceAll } from '../testing/reference.ts'
import { DenseWalk } from './dense.ts'
import { Program } from './program.ts'
import { SpanSearch } from './spans.ts'

const patterns = fc.oneof(
  fc.constantFrom(
    '\\w+',
    '[a-z]+',
    '[A-Z]\\w*',
    '\\b\\w+\\b',
    '^\\w+',
    '\\w+$',
    '[aeiou]',
    'a{2}',
    ' +',
    'é+',
  ),
  fc.constantFrom('a|ab+c', '[a-z]*', '(ab|b)*', '[a-z]+é', 'x[a-z]*9|[a-z]', '.', '\\w{3}', '\\B', 'a.*b|c'),
  // Behind a match stands what would complete one begun inside of it.
  fc
    .tuple(
      fc.constantFrom('[ab]9', 'b[9c]', '[a9] '),
      fc.constantFrom('9xB', 'c B', '9é', ' xx'),
      fc.constantFrom('xB', ' B', 'é', 'B'),
    )
    .map((parts) => `${parts.join('|')}|xé|x9`),
  fc
    .tuple(fc.constantFrom('[ab]', 'a', '\\w', '[^ ]', '(a|bc)'), fc.constantFrom('+', '*', '?', '{1,3}'))
    .map((parts) => parts.join('')),
)
/** Long enough for several blocks, and full of short words. */
const texts = fc
  .array(fc.constantFrom('ab', 'abbc', 'a', 'x', ' ', ' ', '  ', 'B', '9', 'é', '\n', 'bcé', 'a9', 'a9xB'), {
    minLength: 120,
    maxLength: 500,
  })
  .map((words) => words.join(''))

describe('texts full of matches', () => {
  it('have the matches that the reference finds, and are walked densely', () => {
    const run = vi.spyOn(DenseWalk.prototype, 'run')
    fc.assert(
      fc.property(patterns, fc.boolean(), fc.boolean(), texts, (source, newline, bytesOnly, subject) => {
        const parsed = parse(source, { newline, encoding: bytesOnly ? 'bytes' : 'utf8' })
        const bytes = new TextEncoder().encode(subject)
        const { symbols, offsets } = symbolsOf(bytes, bytesOnly)
        const expected = referenceAll(parsed, symbols).flatMap((spans) => [
          offsets[spans[0]!]!,
          offsets[spans[1]!]!,
        ])
        const program = new Program(parsed)
        const search = new SpanSearch(program)
        // The second time the walk is dense from the start.
        for (let time = 0; time < 2; time++) {
          search.begin(bytes, 0, EDGE, EDGE, 1024)
          expect([...search.all()]).toEqual(expected)
          search.begin(bytes, 0, EDGE, EDGE, 64)
          expect(search.count()).toBe(expected.length / 2)
        }
      }),
      { numRuns: 400 },
    )
    const walked = run.mock.calls.map(([, from], i) => (run.mock.results[i]!.value as number) - from)
    expect(walked.reduce((sum, bytes) => sum + bytes, 0)).toBeGreaterThan(20_000)
    run.mockRestore()
  })

  it('take the same steps whether they are walked densely or not', () => {
    const text = new TextEncoder().encode('some words of 4 or 5 letters, '.repeat(1000))
    for (const pattern of ['\\w+', '[a-z]+', '\\b[a-z]+\\b', '[aeiou]', '[a-z]{4,}']) {
      const walked = compile(pattern, { budget: { stepsPerCall: 1e9 } })
      const free = compile(pattern)
      expect(free.count(text)).toBe(walked.count(text))
      expect(free.counters.steps).toBe(walked.counters.steps)
      free.count(text)
      walked.count(text)
      expect(free.counters.steps).toBe(walked.counters.steps)
      expect(free.counters.hardened).toBe(0)
    }
  })

  it('may overflow the cache meanwhile', () => {
    let resets = 0
    const text = 'The quick brown fox, été жарко, 4 or 5 letters. '.repeat(100)
    for (const pattern of ['\\w+', '\\b\\w+\\b', '[[:upper:]]?[[:lower:]]+', '(.o|[a-f])*.']) {
      const free = compile(pattern)
      for (let cacheBytes = 12_000; cacheBytes < 40_000; cacheBytes += 3000) {
        const starved = compile(pattern, { budget: { cacheBytes } })
        expect(starved.count(text)).toBe(free.count(text))
        expect(starved.spans(text)).toEqual(free.spans(text))
        resets += starved.counters.resets
      }
    }
    expect(resets).toBeGreaterThan(0)
  })

  it('are walked densely again whatever was asked of the pattern before', () => {
    const encoder = new TextEncoder()
    const dense = encoder.encode('some words of 4 or 5 letters, '.repeat(4000))
    const random = new Random(1)
    const foul = [
      encoder.encode('a b c d e f é '.repeat(400)),
      Uint8Array.from({ length: 3000 }, () => random.pick([0x61, 0x62, 0x23])),
    ]
    let resets = 0
    // Dense walks that are over at once, and a cache that is full again and again.
    for (const pattern of ['[a-z]+|[ab].{9}x', '[a-z]+|[ab][ab#]{9}!']) {
      const program = new Program(parse(pattern), { cacheBytes: 1 << 15 })
      const search = new SpanSearch(program)
      for (let time = 0; time < 8; time++) {
        for (const text of foul) {
          search.begin(text, 0, EDGE, EDGE, 1024)
          search.all()
        }
      }
      resets += program.tally.resets
      const run = vi.spyOn(DenseWalk.prototype, 'run')
      search.begin(dense, 0, EDGE, EDGE, 1024)
      search.all()
      const walked = run.mock.calls.map(([, from], i) => (run.mock.results[i]!.value as number) - from)
      run.mockRestore()
      expect(walked.reduce((sum, bytes) => sum + bytes, 0)).toBeGreaterThan(dense.length / 2)
    }
    expect(resets).toBeGreaterThan(10)
  })

  it.each(['', 'a*', '\\d', '[ab]', '\\w+', 'ab|b', '(a|b)*?', '.', 'é*', '\\b'])(
    '%s writes to no place but those it has, at the edges of batches and whatever the number of matches',
    (pattern) => {
      for (const size of [1, 63, 64, 65, 127, 129, 700, 1023, 1024, 1025, 1100]) {
        const text = 'ab1 é'.repeat(Math.ceil(size / 3)).slice(0, size * 2) + '\n'.repeat(size % 40)
        const plain = compile(pattern)
        withGuardedArrays(() => {
          const guarded = compile(pattern)
          expect(guarded.spans(text)).toEqual(plain.spans(text))
          expect(guarded.count(text)).toBe(plain.count(text))
          const listed = Array.from(guarded.findAll(text), ({ spans }) => [spans[0]!, spans[1]!])
          expect(listed.flat()).toEqual([...plain.spans(text)])
        })
      }
    },
  )

  it('the reported cases: matches of every byte, and of none', () => {
    const text = ('1'.repeat(93) + '\n'.repeat(17)).repeat(13)
    const found = Array.from(compile('\\d').findAll(text), ({ spans }) => spans[0]!)
    expect(found).toEqual(Array.from(text.matchAll(/\d/g), ({ index }) => index))
    const behind = `a1xyz ${'a1'.repeat(110)}xyz${' '.repeat(100)}`
    expect([...compile('[a-i][0-9]|[0-9]xyz|xq|yz').spans(behind)].slice(-4)).toEqual([224, 226, 227, 229])
    const empty = compile('').spans('a'.repeat(2000))
    expect([...empty]).toEqual(Array.from({ length: 2001 }, (_, at) => [at, at]).flat())
  })
})
