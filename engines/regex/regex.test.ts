import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compile, compileSet, RegexBudgetError, RegexSyntaxError } from './index.ts'
import type { Options, Regex } from './index.ts'

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
const known = new Map<string, Regex>()
const compiled = (pattern: string): Regex => {
  let regex = known.get(pattern)
  if (!regex) known.set(pattern, (regex = compile(pattern)))
  return regex
}
const spansOf = (pattern: string, text: string | Uint8Array, options: Options = {}): string =>
  Array.from(compile(pattern, options).findAll(text), ({ spans }) => `${spans[0]}-${spans[1]}`).join(' ')

describe('spans are leftmost, then longest', () => {
  const table: readonly (readonly [string, string, string, Options?])[] = [
    ['a|ab', 'xab', '1-3'],
    ['abcd|c', 'abcd', '0-4'],
    ['abce|c', 'abcd', '2-3'],
    ['a*', 'baac', '0-0 1-3 4-4'],
    ['x*', 'éxé', '0-0 1-2 3-3'],
    ['\\b\\w+\\b', 'hi thère', '0-2 3-8'],
    ['\\b\\w+\\b', 'hi th-re', '0-2 3-5 6-8', { encoding: 'bytes' }],
    ['^a', 'aa', '0-1'],
    ['^.', 'ab\ncd', '0-1 3-4', { newline: true }],
    ['.$', 'ab\ncd', '1-2 4-5', { newline: true }],
    ['.$', 'ab\ncd', '4-5'],
    ['', 'ab', '0-0 1-1 2-2'],
    ['$', 'ab', '2-2'],
    ['(ab?)*', 'aabxab', '0-3 4-6'],
    ['\\<', 'ab cd', '0-0 3-3'],
    ['a.c', 'aéc a\nc', '0-3 4-7'],
    ['[^é]', 'aéb', '0-1 2-3'],
    ['𝛃', 'a𝛃𝛃', '1-3 3-5'],
    ['straße|STRASSE', 'die STRASSE, straße', '4-11 13-19', { ignoreCase: true }],
    ['жУк', 'ЖуК', '0-3', { ignoreCase: true }],
  ]
  it.each(table.map(([pattern, text, expected, options]) => ({ pattern, text, expected, options })))(
    '$pattern on $text: $expected',
    ({ pattern, text, expected, options }) => {
      expect(spansOf(pattern, text, options)).toBe(expected)
      expect(compile(pattern, options).count(text)).toBe(expected.split(' ').length)
      expect([...compile(pattern, options).spans(text)].join(' ')).toBe(expected.replaceAll('-', ' '))
      expect(compile(pattern, options).test(text)).toBe(true)
    },
  )

  it('counts bytes for bytes and UTF-16 units for strings', () => {
    expect(spansOf('b', 'é𝛃b')).toBe('3-4')
    expect(spansOf('b', encode('é𝛃b'))).toBe('6-7')
    const match = compile('b').exec('é𝛃bé𝛃b', { from: 4 })
    expect([...match!.spans]).toEqual([7, 8])
  })

  it('takes the text before `from` as context', () => {
    const word = compile('\\bb')
    expect(word.exec('ab', { from: 1 })).toBeNull()
    expect(word.exec('-b', { from: 1 })).not.toBeNull()
    expect(compile('^b').exec('ab', { from: 1 })).toBeNull()
    expect(compile('a').exec('a', { from: 2 })).toBeNull()
  })

  it('knows silent edges', () => {
    expect(compile('^a').exec('a', { notBol: true })).toBeNull()
    expect(compile('a$').exec('a', { notEol: true })).toBeNull()
    expect(compile('^|a').exec('xa', { notBol: true })!.spans[0]).toBe(1)
    // Edge of the text is still no word character.
    expect(compile('\\<a\\>').exec('a', { notBol: true, notEol: true })).not.toBeNull()
  })

  it('reports groups, unless told not to', () => {
    expect([...compile('(a+)(b)?').exec('xaa')!.spans]).toEqual([1, 3, 1, 3, -1, -1])
    expect([...compile('(a+)(b)?', { captures: false }).exec('xaa')!.spans]).toEqual([1, 3])
    expect([...compile('é(.)').exec('éé𝛃')!.spans]).toEqual([0, 2, 1, 2])
  })

  it('lets minimal repetition end a match early', () => {
    expect(spansOf('<.+?>', '<a><b>')).toBe('0-3 3-6')
    expect(compile('<.+?>').count('<a><b>')).toBe(2)
    expect(spansOf('a*?', 'aé')).toBe('0-0 1-1 2-2')
  })

  it('iterates while other calls go on', () => {
    const regex = compile('[a-z]+')
    const matches = regex.findAll('ab cd ef')
    const seen: number[] = []
    for (const { spans } of matches) {
      regex.test('something longer than the buffer before it')
      seen.push(spans[0]!)
    }
    expect(seen).toEqual([0, 3, 6])
  })
})

describe('a set of two characters 32 apart', () => {
  /** `]` stands first in a bracket, `^` does not. */
  const bracket = (low: string, high: string): string =>
    low === ']' || high === '^' ? `[${low}${high}]` : `[${high}${low}]`

  it.each(['utf8', 'bytes'] as const)('has both and no other, whatever they are: %s', (encoding) => {
    const latin = (text: string): Uint8Array | string =>
      encoding === 'bytes' ? Uint8Array.from(text, (unit) => unit.charCodeAt(0)) : text
    const all = String.fromCharCode(...Array.from({ length: 288 }, (_, code) => code))
    const inside = Array.from(all, (letter) => `#${letter}y`).join('')
    const last = encoding === 'bytes' ? 223 : 255
    for (let code = 0; code <= last; code++) {
      const pair = [String.fromCharCode(code), String.fromCharCode(code + 32)] as [string, string]
      for (const [pattern, text, width] of [
        [bracket(...pair), all.slice(0, last + 33), 1],
        [`#${bracket(...pair)}y`, inside.slice(0, 3 * (last + 33)), 3],
      ] as const) {
        const regex = compile(latin(pattern), { encoding })
        const want = [code, code + 32].flatMap((place) => [place * width, place * width + width])
        expect([...regex.spans(latin(text))], pattern).toEqual(want)
        for (const letter of pair) expect(regex.test(latin(width === 1 ? letter : `#${letter}y`))).toBe(true)
      }
    }
  })
})

describe('broken UTF-8', () => {
  it('is matched by nothing, and hides nothing', () => {
    const text = new Uint8Array([0x61, 0xff, 0x62, 0xc3, 0x63, 0x80, 0xe2, 0x82])
    expect(spansOf('.', text)).toBe('0-1 2-3 4-5')
    expect(spansOf('[^x]', text)).toBe('0-1 2-3 4-5')
    expect(spansOf('\\bc\\b', text)).toBe('4-5')
    expect(spansOf('.', text, { encoding: 'bytes' }).split(' ')).toHaveLength(8)
  })

  it('has a place between any two of its bytes, the last of the text too', () => {
    expect(spansOf('', new Uint8Array([0xe9]))).toBe('0-0 1-1')
    expect(spansOf('', new Uint8Array([0xe9, 0x62, 0x62]))).toBe('0-0 1-1 2-2 3-3')
    expect(spansOf('', new Uint8Array([0xf0, 0x9f, 0x98]))).toBe('0-0 1-1 2-2 3-3')
    expect(spansOf('', new Uint8Array([0xf0, 0x9f, 0x98, 0x80, 0xed, 0xa0, 0x80]))).toBe(
      '0-0 4-4 5-5 6-6 7-7',
    )
    expect(spansOf('\\B', new Uint8Array([0x5f, 0xe9]))).toBe('2-2')
    expect(spansOf('\\b', new Uint8Array([0xe9, 0x80, 0x5f]))).toBe('2-2 3-3')
  })

  it('is not skipped by what only asks whether', () => {
    const cut = new Uint8Array([0x61, 0xe9])
    for (const regex of [compiled('$'), compileSet(['$', 'x'])]) {
      expect(regex.test(cut)).toBe(true)
      expect([...regex.scan(cut, Uint32Array.of(0), Uint32Array.of(2), 0).hits]).toEqual([0])
    }
    expect(compileSet(['x', '$', '\\B']).which(cut)).toEqual([1, 2])
  })

  it('neither crashes nor disagrees between paths', () => {
    const pattern = fc.constantFrom('\\w+', '\\b', '.', 'x*', '[^a]|é', '(é|\\<)a?', '\\W\\b.', 'é$')
    const bytes = fc
      .uint8Array({ maxLength: 12 })
      .map((raw) => raw.map((byte) => (byte < 100 ? byte : [0xc3, 0xa9, 0x61, 0xe2, 0x82, 0xac][byte % 6]!)))
    fc.assert(
      fc.property(pattern, bytes, (source, text) => {
        const regex = compiled(source)
        const all = [...regex.findAll(text)]
        expect(regex.test(text)).toBe(all.length > 0)
        expect(regex.count(text)).toBe(all.length)
        let last = 0
        for (const { spans } of all) {
          expect(spans[0]).toBeGreaterThanOrEqual(last)
          last = spans[1]!
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('budget', () => {
  it.each(['(?:a{2,101}){100}{100}', '(((((x{1,200}){1,200}){200}){200}){200})', '\\w{255}{255}'])(
    'refuses %s before expanding it',
    (pattern) => {
      expect(() => compile(pattern)).toThrow(RegexBudgetError)
      expect(() => compile(pattern)).toThrow(/budget\.states exceeded: needs \d+/)
    },
  )

  it('names the limit and what it needed', () => {
    const states = expect.objectContaining({ limit: 'states', needed: 400 })
    expect(() => compile('a{200}{2}', { budget: { states: 300 } })).toThrow(states)
    expect(() => compile('a{200}b', { budget: { compileBytes: 1000 } })).toThrow(/compileBytes/)
    expect(() => compile('[ab]{99}[cd]', { budget: { cacheBytes: 200 } }).test('a'.repeat(100))).toThrow(
      expect.objectContaining({ limit: 'cacheBytes' }),
    )
    expect(() => compile('((((((a))))))', { budget: { depth: 5 } })).toThrow(/depth/)
  })

  it('bounds the steps of one call, each call anew', () => {
    const regex = compile('[ab]+\\d\\d', { budget: { stepsPerCall: 2000 } })
    const long = 'ab'.repeat(5000)
    expect(() => regex.test(long)).toThrow(expect.objectContaining({ limit: 'stepsPerCall' }))
    expect(() => regex.count(long)).toThrow(expect.objectContaining({ limit: 'stepsPerCall' }))
    expect(regex.counters.steps).toBeLessThan(6000)
    const pairs = 'ab'.repeat(2000)
    const budget = { stepsPerCall: 9000 }
    expect([...compile('(a+)(b)', { captures: false, budget }).findAll(pairs)].length).toBe(2000)
    expect(() => [...compile('(a+)(b)', { budget }).findAll(pairs)]).toThrow(/stepsPerCall/)
    const literal = compile('needle', { budget: { stepsPerCall: 2000 } })
    expect(() => literal.test(long)).toThrow(expect.objectContaining({ limit: 'stepsPerCall' }))
    expect(() => literal.count(long)).toThrow(expect.objectContaining({ limit: 'stepsPerCall' }))
    expect(() => compile('n.*needle', { budget: { stepsPerCall: 2000 } }).exec(long)).toThrow(/stepsPerCall/)
    expect(literal.test(`needle${long}`)).toBe(true)
    expect(regex.test(long.slice(0, 100))).toBe(false)
  })

  it('answers the heavy one of the Redis report', () => {
    const regex = compile('(a?b?c?d?e?){0,200}z')
    expect(regex.test('abcde'.repeat(20))).toBe(false)
    expect(regex.test(`${'abcde'.repeat(20)}z`)).toBe(true)
  })

  it('goes on with a cache that is always too small', () => {
    const pattern = 'a(a|b){12}[^ab]'
    const text = Array.from({ length: 3000 }, (_, i) => ((i * i * 7 + i) % 5 < 2 ? 'a' : 'b')).join('')
    const roomy = compile(pattern)
    const starved = compile(pattern, { budget: { cacheBytes: 20_000 }, captures: false })
    expect(starved.count(text)).toBe(roomy.count(text))
    expect(starved.exec(text)).toBeNull()
    expect([...starved.exec(`${text}!`)!.spans]).toEqual(
      Array.from(roomy.exec(`${text}!`)!.spans.subarray(0, 2)),
    )
    expect(starved.counters.resets).toBeGreaterThan(0)
  })
})

describe('sets of patterns', () => {
  it('tell whether any matches, and which', () => {
    const set = compileSet(['ab', 'b+$', '\\bc', '^x*$', 'é'])
    expect(set.which('ab')).toEqual([0, 1])
    expect(set.which('cab é')).toEqual([0, 2, 4])
    expect(set.which('')).toEqual([3])
    expect(set.which('qq')).toEqual([])
    expect(set.test('qq')).toBe(false)
    expect(set.test('zzbb')).toBe(true)
    expect(compileSet([]).test('a')).toBe(false)
    expect(compileSet([]).which('a')).toEqual([])
  })

  it('agree with their patterns one by one', () => {
    const source = fc.constantFrom(
      'a',
      'ab',
      'b*c',
      '^a',
      'c$',
      '\\bb',
      '[^a]c',
      'é|b',
      'a.c',
      '(ab)+$',
      '\\w\\>',
    )
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'é', ' '), maxLength: 8 })
    fc.assert(
      fc.property(fc.array(source, { maxLength: 5 }), text, (sources, subject) => {
        const expected = sources.flatMap((pattern, i) => (compiled(pattern).test(subject) ? [i] : []))
        const set = compileSet(sources)
        expect(set.which(subject)).toEqual(expected)
        expect(set.test(subject)).toBe(expected.length > 0)
      }),
      { numRuns: 300 },
    )
  })

  it('of thousands of literals are searched for as literals', () => {
    const words = Array.from({ length: 3000 }, (_, i) => `word${i * 7919}x`)
    const set = compileSet(words)
    expect(set.test('say word79190x now')).toBe(true)
    expect(set.which('say word79190x now')).toEqual([10])
    expect(set.test('say word79191x now')).toBe(false)
  })
})

describe('scan', () => {
  it('agrees with test on each fragment, whatever the way', () => {
    const patterns = ['ab+c', '[ab]c', 'abc', '^a', 'c$|\\bb', 'é.', '(ab|c){2,3}', 'x*', 'a{40}']
    const fragment = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'é', ' ', 'x'), maxLength: 10 })
    fc.assert(
      fc.property(fc.constantFrom(...patterns), fc.array(fragment, { maxLength: 20 }), (pattern, texts) => {
        const regex = compiled(pattern)
        const parts = texts.map(encode)
        const arena = encode(texts.join(''))
        const ends = new Uint32Array(parts.length)
        const starts = new Uint32Array(parts.length)
        let at = 0
        parts.forEach((part, i) => {
          starts[i] = at
          ends[i] = at += part.length
        })
        const { hits, next } = regex.scan(arena, starts, ends, 0)
        expect(next).toBe(parts.length)
        expect([...hits]).toEqual(texts.flatMap((text, i) => (regex.test(text) ? [i] : [])))
      }),
      { numRuns: 150 },
    )
  })
})

describe('approximate patterns', () => {
  it('find the cheapest match, by every call', () => {
    const regex = compile('(foobar){~2}')
    const match = regex.exec('xirefoabrzlfd')!
    expect([...match.spans]).toEqual([4, 9, 4, 9])
    expect(match.cost).toBe(match.inserts + match.deletes + match.substitutes)
    expect(regex.test('xirefoabzlfd')).toBe(false)
    expect(compile('needle', { approx: { maxErrors: 1 } }).count('needle neddle nodle')).toBe(2)
    expect([...compile('né', { approx: { maxErrors: 0 } }).spans('éné')]).toEqual([1, 3])
  })

  it('are refused in a set', () => {
    expect(() => compileSet(['a{~1}'])).toThrow(expect.objectContaining({ code: 'BADPAT' }))
  })
})

describe('errors', () => {
  it('are typed, with a code and a place', () => {
    expect(() => compile('a(b')).toThrow(RegexSyntaxError)
    expect(() => compile('(a)\\1')).toThrow(expect.objectContaining({ code: 'EBACKREF', offset: 3 }))
    expect(() => compileSet(['a', '['])).toThrow(expect.objectContaining({ code: 'EBRACK' }))
  })
})

describe('the strategy is chosen when a pattern is compiled', () => {
  it.each([
    ['needle', {}, 'literal'],
    ['cat|dogs|(bird)', {}, 'literal'],
    ['needle', { ignoreCase: true }, 'literal'],
    ['a|b', {}, 'exact'],
    ['nee?dle', {}, 'exact'],
    ['^needle', {}, 'exact'],
    ['a.*?b', {}, 'ordered'],
    ['a.*b', { ungreedy: true }, 'ordered'],
    ['a*?', {}, 'minimal'],
    ['(aa|b.?)+?c', {}, 'minimal'],
    ['(needle){~1}', {}, 'approx'],
    ['needle', { approx: { maxCost: 1 } }, 'approx'],
    ['a.*?b', { approx: { maxCost: 1 } }, 'approx'],
  ] as const)('%s with %j: %s', (pattern, options, name) => {
    expect(compile(pattern, options).strategy).toBe(name)
  })

  it('and an approximate one builds no automaton for exact matches', () => {
    // The exact form of this would be refused: 200,000 states.
    const regex = compile('(ab{200}c){~1}', { budget: { states: 1000 } })
    expect(regex.test(`a${'b'.repeat(199)}c`)).toBe(true)
    expect(regex.counters.built).toBe(0)
  })
})

describe('spans into an array of the caller', () => {
  const patterns = ['needle', 'a|b', '[a-z]+', 'a.*?b', 'a*?', '(ab){~1}', '', '^a*$', '\\w$', 'é+', '.']
  const texts = ['', 'a', 'ab ab', 'needle needles', 'aéb→a😀b', 'ab '.repeat(100), `${'a'.repeat(90)}é`]

  it.each(patterns)('are those of `spans`, as many as fit: %s', (pattern) => {
    for (const text of texts) {
      for (const input of [text, new TextEncoder().encode(text)]) {
        const regex = compile(pattern, { captures: false })
        const all = regex.spans(input)
        for (const room of [0, 1, 2, 3, 10, all.length / 2, 1000]) {
          const into = new Int32Array(2 * room + 2).fill(-7)
          const count = regex.spansInto(input, into.subarray(0, 2 * room))
          expect(count).toBe(Math.min(room, all.length / 2))
          expect([...into.subarray(0, 2 * count)]).toEqual([...all.subarray(0, 2 * count)])
          // Nothing behind what was given.
          expect([...into.subarray(2 * room)]).toEqual([-7, -7])
        }
      }
    }
  })
})

describe('the largest bound', () => {
  it("is 1,000, by TRE's rules 255, or what the option says", () => {
    expect(compile('a{1000}').test('a'.repeat(1000))).toBe(true)
    expect(() => compile('a{1001}')).toThrow(/BADMAX/)
    expect(() => compile('a{256}', { rules: 'tre' })).toThrow(/BADMAX/)
    expect(compile('^a{2,5000}$', { maxBound: 5000 }).test('a'.repeat(4999))).toBe(true)
    expect(compile('a{300}', { rules: 'tre', maxBound: 300 }).test('a'.repeat(300))).toBe(true)
    expect(() => compile('a{0,9}', { maxBound: 8 })).toThrow(/BADMAX/)
    expect(() => compile('(a{9000}){9000}', { maxBound: 10_000 })).toThrow(/budget.states/)
  })

  it.each([0, -1, 1.5, Number.NaN, Infinity])('is a count: not %s', (maxBound) => {
    expect(() => compile('a', { maxBound })).toThrow(RangeError)
  })
})
