import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { wordRanges } from '../syntax/classes.ts'
import { parse } from '../syntax/parse.ts'
import { contains, HIGHEST_CODE_POINT, normalize } from '../syntax/ranges.ts'
import { EDGE, farSide, NEWLINE, OTHER, Surroundings, WORD } from './context.ts'
import { requiredLiterals } from './literals.ts'
import { buildNfa, SetGraphs } from './nfa.ts'
import { lengthsOf } from './shape.ts'
import { checkSize } from './size.ts'
import { byteGraph } from './utf8.ts'
import type { ByteGraph } from './utf8.ts'
import { decodeAt } from '../foundation/utf8.ts'

const encoder = new TextEncoder()

function accepts({ nodes }: ByteGraph, bytes: Iterable<number>): boolean {
  let at = nodes.length - 1
  for (const byte of bytes) {
    if (at < 0) return false
    const edges = nodes[at]!
    let next: number | undefined
    for (let e = 0; e < edges.length; e += 3) {
      if (byte >= edges[e]! && byte <= edges[e + 1]!) next = edges[e + 2]!
    }
    if (next === undefined) return false
    at = next
  }
  return at < 0
}

describe('a set as a byte graph', () => {
  const ranges = fc
    .array(fc.tuple(fc.nat(HIGHEST_CODE_POINT), fc.nat(5000)), { minLength: 1, maxLength: 6 })
    .map((pairs) =>
      normalize(pairs.flatMap(([low, more]) => [low, Math.min(low + more, HIGHEST_CODE_POINT)])),
    )

  it('accepts the encoding of each member and of nothing else', () => {
    fc.assert(
      fc.property(ranges, fc.array(fc.nat(HIGHEST_CODE_POINT)), (set, others) => {
        const graph = byteGraph(set, false)
        const borders = set.flatMap((c) => [c - 1, c, c + 1])
        for (const code of [...borders, ...others, 0x7f, 0x80, 0x7ff, 0x800, 0xffff, 0x10000]) {
          if (code < 0 || code > HIGHEST_CODE_POINT || (code >= 0xd800 && code <= 0xdfff)) continue
          expect(accepts(graph, encoder.encode(String.fromCodePoint(code)))).toBe(contains(set, code))
        }
      }),
    )
  })

  it('refuses what is not UTF-8, even where every character is in the set', () => {
    const graph = byteGraph([0, HIGHEST_CODE_POINT], false)
    for (const bytes of [
      [0x80],
      [0xc0, 0x80],
      [0xc3],
      [0xe0, 0x80, 0x80],
      [0xed, 0xa0, 0x80],
      [0xf4, 0x90, 0x80, 0x80],
      [0xff],
    ]) {
      expect(accepts(graph, bytes)).toBe(false)
    }
    expect(graph.nodes.length).toBeLessThan(12)
  })

  it('shares tails: a word character takes a few hundred nodes', () => {
    expect(byteGraph(wordRanges(false), false).nodes.length).toBeLessThan(420)
  })
})

describe('surroundings', () => {
  it('know the kind of a character from either side', () => {
    const around = new Surroundings({ words: true, lines: true }, false)
    const text = encoder.encode('aé€ \n')
    expect(around.after(text, 0, text.length, EDGE)).toBe(WORD)
    expect(around.after(text, 1, text.length, EDGE)).toBe(WORD)
    expect(around.before(text, 3, EDGE)).toBe(WORD)
    expect(around.before(text, 6, EDGE)).toBe(OTHER)
    expect(around.after(text, 7, text.length, EDGE)).toBe(NEWLINE)
    expect(around.before(text, 0, EDGE)).toBe(EDGE)
    expect(around.after(text, 8, text.length, EDGE)).toBe(EDGE)
  })

  it('read the same from both sides of an assertion', () => {
    expect([...farSide('wordStart', false)]).toEqual([1 << WORD, 0, 1 << WORD, 1 << WORD, 1 << WORD])
    expect(farSide('wordStart', true)[WORD]).toBe(0b11101)
  })

  it('decode what TextDecoder decodes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 4 }), (bytes) => {
        let expected = -1
        for (let n = 1; n <= bytes.length && expected < 0; n++) {
          try {
            const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
              bytes.subarray(0, n),
            )
            expected = text.codePointAt(0) ?? -1
          } catch {
            // Not a character yet.
          }
        }
        expect(decodeAt(bytes, 0, bytes.length)).toBe(expected)
      }),
      { numRuns: 5000 },
    )
  })
})

describe('size', () => {
  it('is what the builder then makes', () => {
    for (const pattern of [
      'abc',
      'a{3,7}',
      '(a|b*){2,}c?',
      '\\bé+$',
      '[a-z\\n]{4}^',
      '(x{2,3}){4}{2}',
      '.\\w',
    ]) {
      const parsed = parse(pattern, { newline: true })
      const sets = new SetGraphs(parsed)
      const counted = checkSize(parsed, sets)
      const built = buildNfa(parsed, sets, true).kind.length
      expect(counted).toBeGreaterThanOrEqual(built - 1)
      expect(counted).toBeLessThanOrEqual(built + 1)
    }
  })
})

describe('shape', () => {
  it('knows the lengths of matches', () => {
    const lengths = (pattern: string) => Object.values(lengthsOf(parse(pattern).root, false))
    expect(lengths('ab{2,4}')).toEqual([3, 5])
    expect(lengths('(a|béc)*')).toEqual([0, Infinity])
    expect(lengths('.$')).toEqual([1, 4])
    expect(lengths('()*')).toEqual([0, 0])
  })
})

describe('required literals', () => {
  const literals = (pattern: string, ignoreCase = false) => {
    const { root, hasAssertions } = parse(pattern, { ignoreCase })
    const found = requiredLiterals(root, false, hasAssertions)
    return (
      found && [
        found.literals.map((bytes) => new TextDecoder().decode(bytes)).join('|'),
        found.whole,
        found.before.max,
      ]
    )
  }
  it.each([
    ['abc', ['abc', true, 0]],
    ['abc|de', ['abc|de', true, 0]],
    ['a(bc|d)e', ['abce|ade', true, 0]],
    ['\\w+\\s+Holmes', ['Holmes', false, Infinity]],
    ['[XYZ]abcdef$', ['Xabcdef|Yabcdef|Zabcdef', false, 0]],
    ['x?hello.*', ['hello', false, 1]],
    ['(foo|bar)+', ['foo|bar', false, 0]],
    ['\\bword\\b', ['word', false, 0]],
    ['[a-z]+', null],
    ['a*', null],
    ['(abc)?', null],
    ['ab|c*', null],
    ['(ab){3}', ['ababab', true, 0]],
  ] as const)('%s needs %j', (pattern, expected) => {
    expect(literals(pattern)).toEqual(expected)
  })

  it('folds ASCII letters, multiplies others', () => {
    expect(literals('foo', true)).toEqual(['foo', true, 0])
    expect(literals('жa', true)).toEqual(['Жa|жa', true, 0])
    // 32 apart, but not one letter in both cases.
    expect(literals('x[s\u0093]y')).toEqual(['xsy|x\u0093y', true, 0])
  })

  it.each([
    ['many strings, each made longer', `(${'|'.repeat(199)})${'x{8}{8}{8}{8}'.repeat(4)}`],
    ['few strings, each made longer', `[ab]{4}${'x{8}{8}{8}{8}'.repeat(40)}`],
    ['long strings multiplied', `${'x'.repeat(100_000)}[ab]{4}`],
    ['many branches of repetitions', Array.from({ length: 600 }, (_, i) => `${i}x{8}{8}{8}{8}`).join('|')],
    ['one string of repetitions', 'x{8}{8}{8}{8}'.repeat(600)],
    ['empty strings by the thousand', `${'('.repeat(100)}${'|'.repeat(9999)}${'x){8}'.repeat(100)}`],
  ])('take little more memory than the pattern: %s', (_, pattern) => {
    const { root } = parse(pattern)
    const size = (found: ReturnType<typeof requiredLiterals>): number =>
      found === null ? 0 : found.literals.reduce((sum, bytes) => sum + bytes.length, 0)
    expect(size(requiredLiterals(root, false, false))).toBeLessThan(pattern.length + (1 << 20))
  })
})
