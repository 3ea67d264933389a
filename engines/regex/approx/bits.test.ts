import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from '../syntax/parse.ts'
import type { ApproxLimits, Options } from '../types.ts'
import { compareWithExhaustive, NOT_THIS_WAY } from './testing/check.ts'
import { bitLimits, limits, patterns, texts } from './testing/generate.ts'
import { buildApprox } from './index.ts'

const EDGES = { notBol: false, notEol: false }
const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('rows of bits', () => {
  test('against exhaustive search', () => {
    let seen = 0
    fc.assert(
      fc.property(patterns, texts, bitLimits, fc.nat(3), (pattern, text, approx, from) => {
        const differs = compareWithExhaustive(pattern, { approx }, encode(text), from, EDGES, 'rows')
        fc.pre(differs !== NOT_THIS_WAY)
        seen++
        expect(differs).toBeUndefined()
      }),
      { numRuns: 400, maxSkipsPerRun: 1000 },
    )
    expect(seen).toBe(400)
  })

  test('from 20 to 255 positions, as the other path finds it', () => {
    // One 64-bit number a row, two of them, or more than WebAssembly is used for; chains, and patterns that are none.
    const piece = fc.constantFrom(
      'a',
      'b',
      'c',
      'abc',
      'cab',
      '[ab]',
      'a?',
      '(bc)?',
      '(a|bcc)',
      'b+',
      '(ca)*',
    )
    const pattern = fc
      .tuple(
        fc.constantFrom(20, 40, 60, 64, 100, 120),
        fc.array(fc.nat(2)),
        fc.array(piece, { minLength: 1, maxLength: 8 }),
      )
      .map(([length, letters, pieces]) => {
        const chain = Array.from({ length }, (_, i) => 'abc'[letters[i % letters.length] ?? i % 3]).join('')
        return length % 2 === 0 && letters.length % 2 === 0 ? chain : chain.slice(10) + pieces.join('')
      })
    const noise = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'é'), maxLength: 80 })
    const prices = { costInsert: 2, costDelete: 1, costSubstitute: 3 }
    const approx = fc.oneof(
      fc.nat(5).map((maxErrors) => ({ maxErrors })),
      fc.constantFrom<ApproxLimits>(
        { maxInsert: 1, maxDelete: 2, maxSubstitute: 1 },
        { maxErrors: 3, maxDelete: 1, maxInsert: 0 },
        { maxCost: 6, ...prices },
        { maxCost: 5, maxSubstitute: 1, ...prices },
        { maxErrors: 2, costInsert: 0, costDelete: 4 },
      ),
    )
    let found = 0
    fc.assert(
      fc.property(pattern, noise, noise, approx, fc.boolean(), (source, before, after, settings, twice) => {
        const options = { approx: settings }
        const parsed = parse(twice ? `${source}|${source}x` : source, options)
        const [sets, bits] = [0, 1].map(() => buildApprox(parsed, options))
        fc.pre(bits?.search.useBits() === true)
        // A text that the pattern matches but for some errors, in noise.
        const near = source
          .replaceAll(/[?+*()[\]]/g, '')
          .replaceAll('|', '')
          .slice(1)
        const bytes = encode(before + near.slice(0, 15) + near.slice(16) + after)
        const all = [...(sets?.findAll(bytes, 0, EDGES) ?? [])]
        if (all.length > 0) found++
        expect([...(bits?.findAll(bytes, 0, EDGES) ?? [])]).toEqual(all)
        expect(bits?.test(bytes, 0, EDGES)).toBe(all.length > 0)
      }),
      { numRuns: 80 },
    )
    expect(found).toBeGreaterThan(20)
    expect(buildApprox(parse('a{255}', {}), { approx: { maxErrors: 3 } }).search.useBits()).toBe(true)
    expect(buildApprox(parse('a{255}b', {}), { approx: { maxErrors: 3 } }).search.useBits()).toBe(false)
  })

  test('take over where sets are too many', () => {
    const options = { approx: { maxErrors: 8 } }
    // Longer than the window through which the kernel reads.
    const letters = fc.constantFrom(97, 99, 103, 116)
    const [random] = fc.sample(fc.array(letters, { minLength: 90_000, maxLength: 90_000 }), {
      numRuns: 1,
      seed: 1,
    })
    const text = Uint8Array.from(random as number[])
    const pattern = 'cccaaagtccttaagttagcaaggccagtt'
    const matcher = buildApprox(parse(pattern, options), options)
    const forced = buildApprox(parse(pattern, options), options)
    forced.search.useBits()
    const patient = buildApprox(parse(`${pattern}(\\b|\\B)`, options), options)
    expect(matcher.find(text, 0, EDGES)).toEqual(forced.find(text, 0, EDGES))
    expect(matcher.search.usesBits).toBe(true)
    expect(patient.search.useBits()).toBe(false)
    expect([...matcher.findAll(text, 0, EDGES)]).toEqual([...patient.findAll(text, 0, EDGES)])
  })
})

describe('ends without waste', () => {
  test('are those of walks forward, over texts of many blocks', () => {
    const pieces = fc.array(fc.constantFrom('a', 'b', 'c', 'ab', 'é', '-', '\n'), {
      minLength: 1,
      maxLength: 6,
    })
    const long = fc
      .array(fc.tuple(pieces, fc.constantFrom(1, 2, 30, 900)), { minLength: 2, maxLength: 6 })
      .map((runs) => runs.map(([unit, times]) => unit.join('').repeat(times)).join(''))
    let hardened = 0
    fc.assert(
      fc.property(patterns, long, fc.option(limits, { nil: undefined }), (pattern, text, approx) => {
        const options: Options = approx ? { approx } : {}
        const parsed = parse(`(.*c)?(${pattern})`, options)
        const bytes = encode(text)
        const [plain, thrifty, bits] = [0, 1, 2].map(() => buildApprox(parsed, options).search)
        if (!plain || !thrifty || !bits) return
        for (const search of [plain, thrifty, bits]) search.begin(bytes.length)
        thrifty.thrifty = true
        bits.thrifty = bits.useBits()
        const spans = [...plain.spans(bytes, 0, EDGES)].slice(0, 300)
        if (spans.length > 1) hardened++
        for (const search of [thrifty, bits]) {
          expect([...search.spans(bytes, 0, EDGES)].slice(0, 300)).toEqual(spans)
        }
      }),
      { numRuns: 60 },
    )
    expect(hardened).toBeGreaterThan(20)
  })

  test('by bits, in steps exactly linear', () => {
    const steps = [10_000, 20_000, 40_000].map((length) => {
      const matcher = buildApprox(parse('(.*a|b){~1}', {}), {})
      matcher.search.useBits()
      expect(matcher.count(encode('b'.repeat(length)), 0, EDGES)).toBe(length)
      return matcher.meter.steps
    }) as [number, number, number]
    expect(steps[2] - steps[1]).toBe(2 * (steps[1] - steps[0]))
  })

  test.each(['(.*a|b){~1}', '\\<(.*a|b){~1}', '(.*a|b){+1-1}', '((.*a){~1}|b)'])(
    '%s on b: once through the text',
    (pattern) => {
      const steps = [20_000, 40_000].map((length) => {
        const matcher = buildApprox(parse(pattern, {}), {})
        matcher.count(encode('b'.repeat(length)), 0, EDGES)
        return matcher.meter.steps
      }) as [number, number]
      expect(steps[1] - steps[0]).toBeLessThan(10 * 20_000)
    },
  )
})
