import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { EngineProcess, EngineRefused } from '../process/engine-process.ts'
import { builtIn } from '../testing/specs.ts'
import { readingsOf } from './dialect.ts'
import type { DialectName } from './dialects.ts'
import { AttackFinder } from './find.ts'

const read = (dialect: DialectName, pattern: string, flags = '') => {
  const { readings, differs } = readingsOf(pattern, flags, dialect)
  return [readings.at(-1)?.source ?? null, differs]
}

/** What ECMAScript takes without complaint for something else, or has not, and what each dialect makes of it. */
const READ: readonly (readonly [
  DialectName,
  pattern: string,
  source: string | null,
  differs: string | null,
])[] = [
  // Ends of a text and of lines.
  ['python', '\\Aa\\Z', '^a$', null],
  ['pcre2', '\\Aa\\z', '^a$', null],
  ['pcre2', '\\Aa\\Z', '^a(?=\\n?$)', null],
  ['tre', '\\Aa', 'Aa', null],
  ['python', '(a+)+$', '(?<g1>a+)+$', null],
  ['python', '(?=a$)b\\Z', '(?=a(?=\\n?$))b$', null],
  ['python', '(?m)^a$', '(?<![^\\n])a(?![^\\n])', null],
  ['pcre2', '(?m)^a$', '(?:^|(?<=\\n)(?=[^]))a(?![^\\n])', null],
  ['pcre2', '\\Ga', '^a', '\\G'],
  ['tre', 'a\\b', 'a(?:^|$|\\b)', null],
  ['tre', '\\<a\\>', '\\b(?=\\w)a\\b(?<=\\w)', null],
  ['pcre2', '\\<', '<', null],
  ['pcre2', '[[:<:]]a', '\\b(?=\\w)a', null],
  // One character.
  ['python', 'a.b', 'a[^\\n]b', null],
  ['python', '(?s)a.b', 'a[^]b', null],
  ['tre', 'a.b', 'a[^]b', null],
  ['pcre2', '\\h+\\N', '[\\u0009 ]+[^\\n]', null],
  ['pcre2', '\\v', '[\\u000a-\\u000d]', null],
  ['python', '\\v', '\\v', null],
  ['python', '\\s', '[\\u0009-\\u000d ]', null],
  ['python', '\\h', 'h', '\\h'],
  ['pcre2', '\\e\\a', '\\u001b\\u0007', null],
  ['python', '\\a', '\\u0007', null],
  ['tre', '\\e', '\\u001b', null],
  ['pcre2', '\\x{41}\\x41\\o{101}\\0', 'AAA\\u0000', null],
  ['python', '\\101', 'A', null],
  ['python', '\\xe9', '\u00e9', '\u00e9'],
  ['pcre2', '\\R', '(?:\\r\\n|[\\n-\\r])', '\\R'],
  ['pcre2', '\\Qa+\\E+', 'a\\++', null],
  ['pcre2', '\\p{L}', '[\\p{L}]', '\\p{L}'],
  ['pcre2', '\\pL', '[\\p{L}]', '\\pL'],
  // Classes.
  ['python', '[]a]', '[\\]a]', null],
  ['pcre2', '[^]a]', '[^\\]a]', null],
  ['pcre2', '[[:digit:]x]+', '[0-9x]+', null],
  ['pcre2', '[[:^digit:]]', '[\\u0000-/:-\\uffff]', null],
  ['tre', '[[:alpha:]]', '[A-Za-z]', null],
  ['python', '[[:digit:]]+', '[\\[:digit:]\\]+', null],
  ['tre', '[\\w]', '[\\\\w]', null],
  ['python', '[\\w-]', '[0-9A-Z_a-z\\-]', null],
  // Brackets.
  ['python', '(?P<x>a)', '(?<g1>a)', null],
  ['pcre2', "(?'x'a)(?|b)", '(?<g1>a)(?:b)', null],
  ['python', '(a)(?P<x>b)(?P=x)', '(?<g1>a)(?<g2>b)\\k<g2>', '(?P=x)'],
  ['python', '(a)\\1', '(?<g1>a)\\k<g1>', '\\1'],
  ['pcre2', '(a)\\g{-1}', '(?<g1>a)\\k<g1>', '\\g{-1}'],
  ['pcre2', '(a(?1)?b)', '(?<g1>a(?:)?b)', '(?1)'],
  ['pcre2', '(a)?(?(1)b|c)', '(?<g1>a)?(?:b|c)', '(?(1)'],
  ['pcre2', '(*UTF)a', 'a', '(*UTF)'],
  ['pcre2', 'a(?#x)+', 'a+', null],
  ['pcre2', '(?>a+)b', '(?:(?=(?<p1>a+))\\k<p1>)b', null],
  ['python', '(?>a+)b', '(?:(?=(?<p1>a+))\\k<p1>)b', null],
  // Switches.
  ['python', '(?i)a', 'a', null],
  ['pcre2', 'a(?i)b|c', 'a(?i:b)|(?i:c)', null],
  ['pcre2', '(?i)a(?-i)b', 'a(?-i:b)', null],
  ['pcre2', '(a(?i)b)c', '(?<g1>a(?i:b))c', null],
  ['pcre2', '(?U)a+', 'a+', '(?U'],
  ['python', '(?x) ^ (\\d+)+ $ # end', '^(?<g1>[0-9]+)+$', null],
  ['pcre2', '(?x)a [ ] \\ b', 'a[ ] b', null],
  // Counts.
  ['python', 'a{,3}', 'a{0,3}', null],
  ['python', 'a{,}', 'a{0,}', null],
  ['pcre2', 'a{,3}', 'a{0,3}', '{,3}'],
  ['pcre2', 'a{2}{3}', '(?:a{2}){3}', null],
  ['pcre2', 'a{x}', 'a\\{x\\}', null],
  ['pcre2', 'a++b', '(?:(?=(?<p1>a+))\\k<p1>)b', null],
  ['python', 'a{2,}+b', '(?:(?=(?<p1>a{2,}))\\k<p1>)b', null],
  ['tre', 'a++', '(?:a+)+', null],
  ['pcre2', 'a*?', 'a*?', null],
  // None.
  ['python', '(a', null, '(a'],
]

/** Of engines of which nothing is known. */
const UNKNOWN = [
  '\\Aa',
  'a\\Z',
  'a\\z',
  '\\Ga',
  '\\h',
  '\\v',
  '\\e',
  '\\a',
  '\\R',
  '\\X',
  '\\Qa\\E',
  '\\pL',
  '\\p{L}',
  '\\x{41}',
  '\\012',
  '\\<a',
  '(a)\\1',
  '[]a]',
  '[[:digit:]]',
  '[a[b]]',
  '[a&&b]',
  '(?x)[a ]',
  '(?U)a',
  '(?>a)',
  'a++',
  'a{,3}',
  'a{2}{3}',
  '(?R)',
  '(?(1)a)',
  '(*UTF)a',
  '\u00e9',
]

describe('a pattern of another dialect', () => {
  test.each(READ)('%s: %s', (dialect, pattern, source, differs) => {
    expect(read(dialect, pattern)).toEqual([source, differs])
  })

  test('with all letters what they are in is known', () => {
    expect(read('pcre2', '\\p{Greek}\\d\\W', 'u')).toEqual([
      '[\\p{Script=Greek}][\\p{Nd}][^\\p{L}\\p{N}_]',
      null,
    ])
    expect(read('pcre2', '[\\W]', 'u')[1]).toBe('\\W')
  })

  test("is ECMAScript's as it is written, and refused by it where it is none", () => {
    expect(readingsOf('\\Aa$', 'i', 'ecmascript')).toEqual({
      readings: [{ source: '\\Aa$', flags: 'i' }],
      differs: null,
    })
    expect(readingsOf('a++', '', 'ecmascript').readings).toEqual([])
  })

  test('of an engine that nothing is known of is read both ways, and what hangs on it is told', () => {
    for (const pattern of UNKNOWN) {
      const { readings, differs } = readingsOf(pattern, '', 'other')
      expect([pattern, readings.length > 0, differs !== null]).toEqual([pattern, true, true])
    }
    expect(readingsOf('\\A(\\d+)', '', 'other').readings).toHaveLength(2)
    for (const pattern of ['^(a+)+$', '[^a-c]', '(?i)a', 'a{2,3}?\\.\\x41', '(?<x>a)(?:b|c)(?=d)'])
      expect([pattern, readingsOf(pattern, '', 'other').differs]).toEqual([pattern, null])
  })

  test('whatever it is, it is a pattern of ECMAScript or none', () => {
    const unit = fc.constantFrom(
      ...'ab1 \\[](){}?*+|^$.-:<>=!#,'.split(''),
      '(?',
      '(?i',
      '[[:alpha:]]',
      '\\Q',
      '\\E',
      '\\x{',
      '\\p{L}',
      '\u00e9',
      '\u{1f600}',
    )
    fc.assert(
      fc.property(
        fc.string({ unit, maxLength: 14 }),
        fc.constantFrom('python', 'pcre2', 'tre', 'other'),
        fc.constantFrom('', 'i', 'm', 's', 'u', 'imsu'),
        (pattern, dialect, flags) => {
          for (const one of readingsOf(pattern, flags, dialect).readings)
            expect(new RegExp(one.source, one.flags).global).toBe(false)
        },
      ),
      { numRuns: 4_000, seed: 5 },
    )
  })
})

const finder = new AttackFinder()
afterAll(() => finder.close())

describe('attacks on a pattern of another dialect', () => {
  test.each<[DialectName, string, RegExp]>([
    ['python', '\\A(\\d+)+\\Z', /^\d+$/],
    ['python', '(?x) ^ (\\d+)+ $', /^\d+$/],
    ['pcre2', '^([[:digit:]]+)+$', /^\d+$/],
    ['pcre2', '^(\\p{N}+)+$', /^\p{N}+$/u],
    ['pcre2', '^(\\h+)+$', /^[\t ]+$/],
    ['pcre2', '(?i)\\A(?>x)(a|A)+\\z', /^xa+$/i],
    ['tre', '^([]a]+)+$', /^[\]a]+$/],
    ['other', '\\A(\\d+)+\\Z', /^\d+$/],
  ])('%s: %s', async (dialect, pattern, begin) => {
    const { search } = await finder.find(pattern, '', dialect)
    const found = search.filter(({ from }) => from !== 'plain')
    expect(found.some(({ prefix, pump }) => begin.test(prefix + pump))).toBe(true)
  })

  test('are not all that there are where it is not read as it is', async () => {
    const complete: boolean[] = []
    for (const pattern of ['^\\d+\\z', '^\\d+\\G', '^(a)\\1$'])
      complete.push((await finder.find(pattern, '', 'pcre2')).complete)
    expect(complete).toEqual([true, false, false])
    expect((await finder.find('\\d+\\z', '', 'other')).differs).toBe('\\z')
  })
})

/**
 * Pieces that differ among dialects. That Python's `\B` is not in an empty text changes no growth; what `$` is read as
 * without looking ahead is as slow, and no more.
 */
const PIECES: Readonly<Record<'python' | 'pcre2' | 'tre', readonly string[]>> = {
  python: [
    '\\A',
    '\\Z',
    '(?=$)',
    '(?m:^)',
    '(?m:$)',
    '(?s:.)',
    '(?i:a)',
    '(?P<x>a)',
    '[]a]',
    '[[:a]',
    '{',
    '\\101',
    '(?#x)',
  ],
  pcre2: [
    '\\A',
    '\\Z',
    '\\z',
    '(?=$)',
    '(?m:^)',
    '(?m:$)',
    '(?s:.)',
    '(?i)',
    '(?-i)',
    '(?>a+)',
    '(?>a|ab)',
    'a*+',
    'a?+',
    '\\h',
    '\\H',
    '\\v',
    '\\V',
    '\\N',
    '\\Qa.\\E',
    '[[:space:]]',
    '[[:^alpha:]]',
    '[]\\w]',
    '[[:<:]]',
    '\\x{61}',
    '(?|a|b)',
  ],
  tre: ['$', '\\<', '\\>', '[[:alpha:]]', '[^]a]', '[\\w]', '\\x{61}', '\\e'],
}
const SHARED = [
  'a',
  'b',
  '.',
  '\\w',
  '\\W',
  '\\s',
  '\\S',
  '\\d',
  '\\b',
  '\\B',
  '^',
  '[^a]',
  '(a|b)',
  'a+',
  'b?',
  '(?:ab)*',
  '1{1,2}',
  '|',
]

describe.each(['python', 'pcre2', 'tre'] as const)('as %s reads it', (dialect) => {
  const spec = builtIn(dialect)
  const gap = spec.missing()
  if (gap !== null && process.env['CI'] === 'true') throw new Error(`${dialect}: ${gap.why}`)

  test.skipIf(gap !== null)('a pattern matches the texts that its reading does', async () => {
    const engine = new EngineProcess(spec, { seconds: 20, bytes: 2 ** 30 })
    let compared = 0
    let matched = 0
    const piece = fc.constantFrom(...PIECES[dialect], ...SHARED)
    const text = fc.string({
      unit: fc.constantFrom('a', 'b', 'A', '1', ' ', '\n', '\r', '.', ']', '\\'),
      minLength: 1,
      maxLength: 5,
    })
    try {
      await fc.assert(
        fc.asyncProperty(
          fc.array(piece, { minLength: 1, maxLength: 5 }).map((pieces) => pieces.join('')),
          fc.array(text, { minLength: 4, maxLength: 4 }),
          async (pattern, some) => {
            const { readings, differs } = readingsOf(pattern, '', dialect)
            if (differs !== null) return
            const { source, flags } = readings[0]!
            const reading = new RegExp(source, flags)
            try {
              await engine.compile(pattern, '')
            } catch (error) {
              if (error instanceof EngineRefused) return
              throw error
            }
            for (const one of ['a\n', ...some]) {
              await engine.text([{ text: one, times: 1 }])
              const { check } = await engine.run('test')
              compared++
              matched += check
              expect([pattern, source, one, reading.test(one)]).toEqual([pattern, source, one, check === 1])
            }
          },
        ),
        { numRuns: 400, seed: 3 },
      )
    } finally {
      engine.close()
    }
    expect(compared).toBeGreaterThan(500)
    expect(matched).toBeGreaterThan(100)
  })
})
