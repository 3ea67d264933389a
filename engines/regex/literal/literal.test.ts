import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arena } from '../wasm/engine.ts'
import { compileLiteral, compileLiterals } from './literal.ts'
import type { LiteralSearch } from './search.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const lower = (byte: number): number => (byte >= 65 && byte <= 90 ? byte + 32 : byte)

/** The slow, obvious search: at each start, the longest literal that fits. */
function naive(
  literals: readonly Uint8Array[],
  ignoreCase: boolean,
  text: Uint8Array,
  from: number,
  to: number,
) {
  const same = (a: number, b: number): boolean => (ignoreCase ? lower(a) === lower(b) : a === b)
  for (let start = from; start < to; start++) {
    let best = -1
    for (const [which, literal] of literals.entries()) {
      if (start + literal.length > to) continue
      if (best >= 0 && literal.length <= literals[best]!.length) continue
      if (literal.every((byte, k) => same(byte, text[start + k]!))) best = which
    }
    if (best >= 0) return { start, end: start + literals[best]!.length, which: best }
  }
  return null
}

interface Hit {
  start: number
  end: number
  which: number
}
/** How far the n-th step of a cursor goes beyond the start of the occurrence before. */
const stride = (n: number): number => (n % 3) + 1

/** All that a search answers about a text. */
function answers(search: LiteralSearch, text: Uint8Array, from: number, to: number) {
  const start = search.find(text, from, to)
  const first = start < 0 ? null : { start, end: search.end, which: search.which }
  const count = search.count(text, from, to)
  const walked: Hit[] = []
  const cursor = search.cursor(text, from, to)
  for (let at = from; cursor.next(at); at = cursor.start + stride(walked.length)) {
    walked.push({ start: cursor.start, end: cursor.end, which: cursor.which })
  }
  return { first, count, counted: search.counted, walked }
}

/** The same from the obvious search. */
function expected(
  literals: readonly Uint8Array[],
  ignoreCase: boolean,
  text: Uint8Array,
  from: number,
  to: number,
) {
  const next = (at: number): Hit | null => naive(literals, ignoreCase, text, at, to)
  let count = 0
  let counted = 0
  for (let hit = next(from); hit; hit = next(hit.end)) {
    count++
    counted += hit.end - hit.start
  }
  const walked: Hit[] = []
  for (let hit = next(from); hit; hit = next(hit.start + stride(walked.length))) walked.push(hit)
  return { first: next(from), count, counted, walked }
}

/** Few different bytes, so that literals overlap each other and themselves. */
const word = (max: number) =>
  fc
    .array(fc.constantFrom(...bytes('abABc\u00e9 ')), { minLength: 1, maxLength: max })
    .map((list) => Uint8Array.from(list))
const longText = fc
  .tuple(
    fc.array(fc.oneof(word(12), fc.constant(bytes('xyzxyzwvut'.repeat(15)))), { maxLength: 60 }),
    word(3),
  )
  .map(([parts, end]) => new Uint8Array(Buffer.concat([...parts, end])))

describe('one literal', () => {
  test('agrees with the obvious search, in ordinary memory and in the arena', () => {
    fc.assert(
      fc.property(
        word(20),
        longText,
        fc.boolean(),
        fc.nat(9),
        fc.nat(9),
        (literal, text, ignoreCase, a, b) => {
          const search = compileLiteral(literal, { ignoreCase })
          const to = Math.max(0, text.length - b)
          const from = Math.min(a, to)
          const truth = expected([literal], ignoreCase, text, from, to)
          expect(answers(search, text, from, to)).toEqual(truth)
          const region = arena.allocate(text.length)
          region.bytes.set(text)
          expect(answers(search, region.bytes, from, to)).toEqual(truth)
          region.free()
        },
      ),
      { numRuns: 300 },
    )
  })

  test('occurrences at the edges of windows are found', () => {
    const literal = bytes('needle in a haystack')
    const search = compileLiteral(literal)
    const text = new Uint8Array(300_000).fill(0x20)
    const places = [0, 1_000, 1_024, 5_100, 66_000, 131_072 - 10, 131_072 + 10, 299_980]
    for (const at of places) text.set(literal, at)
    const found: number[] = []
    for (let at = 0; (at = search.find(text, at, text.length)) >= 0; at++) found.push(at)
    expect(found).toEqual(places)
    expect(search.count(text, 0, text.length)).toBe(places.length)
    expect(search.count(text, 0, text.length - 1)).toBe(places.length - 1)
    expect(search.count(text, 1, text.length)).toBe(places.length - 1)
  })

  test('a text made to be slow is searched by the linear algorithm, with the same answer', () => {
    const literal = bytes(`${'a'.repeat(500)}b${'a'.repeat(500)}`)
    const text = bytes(`${'a'.repeat(499)}b${'a'.repeat(500)}`.repeat(400))
    text.set(literal, 150_000)
    const search = compileLiteral(literal)
    expect(search.find(text, 0, text.length)).toBe(Buffer.from(text).indexOf(literal))
    const all = compileLiteral(bytes('a'.repeat(2_000)))
    const run = new Uint8Array(2_000_000).fill(97)
    run.fill(98, 1_999_000, 1_999_001)
    expect(all.count(run, 0, run.length)).toBe(999)
    const cursor = all.cursor(run, 0, run.length)
    let overlapping = 0
    for (let at = 0; overlapping < 20_000 && cursor.next(at); at = cursor.start + 1) overlapping++
    expect(overlapping).toBe(20_000)
    // Processor time of this text and of a quarter of it: linear is 4, quadratic 16.
    const spent = (length: number): number => {
      const rounds = Array.from({ length: 3 }, () => {
        const before = process.cpuUsage()
        all.count(run, 0, length)
        return process.cpuUsage(before).user
      })
      return Math.min(...rounds)
    }
    expect(spent(run.length) / (spent(run.length / 4) + 500)).toBeLessThan(10)
  })

  test('literals too long for the kernel', () => {
    const literal = new Uint8Array(20_000).map((_, index) => (index * index) % 251)
    const text = new Uint8Array(100_000)
    text.set(literal, 33_333)
    const search = compileLiteral(literal)
    expect(search.find(text, 0, text.length)).toBe(33_333)
    expect(search.end).toBe(53_333)
    expect(search.find(text, 33_334, text.length)).toBe(-1)
    expect(search.count(text, 0, text.length)).toBe(1)
  })

  test('every single byte, and empty literals refused', () => {
    const text = Uint8Array.from({ length: 1_024 }, (_, index) => index & 255)
    for (let byte = 0; byte < 256; byte++)
      expect(compileLiteral(Uint8Array.of(byte)).count(text, 0, 1_024)).toBe(4)
    expect(() => compileLiteral(new Uint8Array())).toThrow(RangeError)
    expect(() => compileLiterals([])).toThrow(RangeError)
    expect(() => compileLiterals([bytes('a'), new Uint8Array()])).toThrow(RangeError)
  })
})

describe('several literals', () => {
  const few = fc.array(word(6), { minLength: 2, maxLength: 9 })

  test('agree with the obvious search', () => {
    fc.assert(
      fc.property(few, longText, fc.boolean(), fc.nat(9), fc.nat(9), (literals, text, ignoreCase, a, b) => {
        const search = compileLiterals(literals, { ignoreCase })!
        const to = Math.max(0, text.length - b)
        const from = Math.min(a, to)
        const truth = expected(literals, ignoreCase, text, from, to)
        expect(answers(search, text, from, to)).toEqual(truth)
        const region = arena.allocate(text.length)
        region.bytes.set(text)
        expect(answers(search, region.bytes, from, to)).toEqual(truth)
        region.free()
      }),
      { numRuns: 300 },
    )
  })

  test('a text that makes comparing expensive is finished by the automaton', () => {
    const literals = Array.from({ length: 40 }, (_, index) => bytes(`${'ab'.repeat(20)}c${index}`))
    const text = bytes(`${'ab'.repeat(300)}c7`.repeat(20))
    const search = compileLiterals(literals)!
    expect(answers(search, text, 0, text.length)).toEqual(expected(literals, false, text, 0, text.length))
  })

  test('so many that their grams are hashed', () => {
    const many = fc.array(fc.tuple(word(6), word(4)), { minLength: 65, maxLength: 90 })
    fc.assert(
      fc.property(many, fc.nat(9), longText, fc.boolean(), fc.nat(9), (pairs, grow, text, ignoreCase, a) => {
        const pad = 'bcbcbcbcb'.slice(0, grow)
        const literals = pairs.map(
          ([first, second]) => new Uint8Array(Buffer.concat([first, bytes(`xyz${pad}`), second])),
        )
        const haystack = new Uint8Array(Buffer.concat([text, ...literals.slice(0, 9), text, literals[10]!]))
        const search = compileLiterals(literals, { ignoreCase })!
        const from = Math.min(a, haystack.length)
        expect(answers(search, haystack, from, haystack.length)).toEqual(
          expected(literals, ignoreCase, haystack, from, haystack.length),
        )
      }),
      { numRuns: 40 },
    )
  })

  test('a dictionary, with its plurals, in prose', () => {
    const stems = Array.from(
      { length: 1_000 },
      (_, index) => `counter${(index * 7_919).toString(26)}revolution`,
    )
    const literals = stems.flatMap((stem) => [bytes(stem), bytes(`${stem}s`)])
    const search = compileLiterals(literals)!
    const prose = bytes('the counterrevolution of countless revolutionary counters '.repeat(500))
    expect(search.count(prose, 0, prose.length)).toBe(0)
    const text = new Uint8Array(Buffer.concat([prose, literals[77]!, prose, literals[1_500]!, bytes('s')]))
    expect(search.find(text, 0, text.length)).toBe(prose.length)
    expect(search.which).toBe(77)
    expect(search.find(text, prose.length + 1, text.length)).toBe(2 * prose.length + literals[77]!.length)
    expect(search.which).toBe(1_501)
    expect(search.end).toBe(text.length)
  })

  test('an automaton larger than allowed is refused', () => {
    const literals = Array.from({ length: 500 }, (_, index) => bytes(`a${index}`))
    expect(compileLiterals(literals, { maxBytes: 1_000 })).toBeNull()
    expect(compileLiterals(literals)).not.toBeNull()
  })
})
