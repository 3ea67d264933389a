import { describe, expect, it } from 'vitest'
import { RegexBudgetError, RegexSyntaxError } from '../types.ts'
import type { Options } from '../types.ts'
import type { Node } from './ast.ts'
import { parse } from './parse.ts'

/** A short notation for trees: `a` a set, `(1 x)` a group, `x{0,}` a repeat, `x{0,}?` a minimal one. */
function show(node: Node): string {
  switch (node.kind) {
    case 'empty':
      return '()'
    case 'set':
      return showRanges(node.ranges)
    case 'assert':
      return `<${node.what}>`
    case 'cat':
      return `${node.rightAssoc ? '' : 'L:'}${node.parts.map(show).join(' ')}`
    case 'alt':
      return `[${node.parts.map(show).join(' | ')}]`
    case 'repeat': {
      const max = node.max === Infinity ? '' : node.max
      return `<${show(node.node)}>{${node.min},${max}}${node.greedy ? '' : '?'}`
    }
    case 'group':
      return `(${node.index} ${show(node.node)})`
    default:
      return `~${show(node.node)}${JSON.stringify(node.limits).replaceAll('"', '')}`
  }
}

function showRanges(ranges: readonly number[]): string {
  const pairs: string[] = []
  for (let i = 0; i < ranges.length; i += 2) {
    const text = (code: number): string =>
      code > 0x20 && code < 0x7f ? String.fromCodePoint(code) : code.toString(16)
    const [low, high] = [ranges[i]!, ranges[i + 1]!]
    pairs.push(low === high ? text(low) : `${text(low)}-${text(high)}`)
  }
  return pairs.join(',')
}

function tree(pattern: string, options: Options = { encoding: 'bytes' }): string {
  return show(parse(pattern, options).root)
}

const bre: Options = { syntax: 'bre', encoding: 'bytes' }

describe('trees', () => {
  const table: readonly (readonly [string, string, Options?])[] = [
    ['', '()'],
    ['ab|c', '[a b | c]'],
    ['(a)(b(c))', '(1 a) (2 b (3 c))'],
    ['(?:a)b', 'a b'],
    ['a*b+c?', '<a>{0,} <b>{1,} <c>{0,1}'],
    ['a*?b{2,3}?', '<a>{0,}? <b>{2,3}?'],
    ['a*b*?', '<a>{0,}? <b>{0,}', { ungreedy: true }],
    ['a{2}{3}', '<<a>{2,2}>{3,3}'],
    ['a{,3}b{,}', '<a>{0,3} <b>{0,}'],
    ['a{0}b', '() b'],
    ['(|a)', '(1 [() | a])'],
    ['()', '(1 ())'],
    ['*a', '() a'],
    ['a)', 'a )'],
    ['^a$', '<textStart> a <textEnd>'],
    ['^a$', '<lineStart> a <lineEnd>', { newline: true }],
    ['a\\b\\B\\<\\>', 'a <wordBoundary> <notWordBoundary> <wordStart> <wordEnd>'],
    ['[]a-c^-]', '-,]-^,a-c'],
    ['[^]a]', '0-\\,^-`,b-ff', { encoding: 'bytes' }],
    ['[\\n]', '\\,n'],
    ['.', '0-9,b-ff', { encoding: 'bytes', newline: true }],
    ['.', '0-10ffff', {}],
    ['[^a]', '0-9,b-`,b-ff', { encoding: 'bytes', newline: true }],
    ['[^a\\n]', '0-[,]-`,b-m,o-ff', { encoding: 'bytes' }],
    ['[[:digit:]x]', '0-9,x'],
    ['\\d\\W', '0-9 0-/,:-@,[-^,`,{-ff'],
    ['\\x41\\x{42}\\x', 'A B 0'],
    ['\\x4g', '4 g'],
    ['\\n\\t\\e\\.', 'a 9 1b .'],
    ['\\Qa*\\E+b', 'a <*>{1,} b'],
    ['\\Qa(', 'a ('],
    ['a(?#no | star)*b', '<a>{0,} b'],
    ['foo(?i)b|z', 'f o o [B,b | Z,z]', { encoding: 'bytes' }],
    ['((?i)a)b', '(1 A,a) b'],
    ['(?i:a)b', 'A,a b'],
    ['(?i-i:a)b', 'a b'],
    ['(?-i:a)b', 'a B,b', { encoding: 'bytes', ignoreCase: true }],
    ['ab', 'L:a b', { rules: 'tre' }],
    ['ab', 'a b', { rules: 'tre', rightAssoc: true }],
    ['ab(?r:cd)', 'L:a b c d', { rules: 'tre' }],
    ['(?U:a*)', '<a>{0,}?'],
    ['é', 'e9', {}],
    ['é', 'c3 a9'],
    ['é', 'c9,e9', { ignoreCase: true }],
    ['[а-в]', '410-412,430-432', { ignoreCase: true }],
    ['a.b', 'a . b', { syntax: 'literal' }],
    ['', '()', { syntax: 'literal' }],
    ['\\(a\\|b\\)*', '<(1 a | b)>{0,}', bre],
    ['a\\{2,\\}', '<a>{2,}', bre],
    ['*a', '* a', bre],
    ['\\(*a\\)', '(1 * a)', bre],
    ['^*', '<textStart> *', bre],
    ['a^b$c', 'a ^ b $ c', bre],
    ['\\(^a$\\)', '(1 <textStart> a <textEnd>)', bre],
    ['a+?|b{}', 'a + ? | b { }', bre],
    ['a*?', '<a>{0,} ?', bre],
    ['(ab){~2}', '~(1 a b){maxErrors:2,maxCost:null}'],
    [
      'a{+1-2#3~4, 2i + 3d < 5}',
      '~a{maxInsert:1,maxDelete:2,maxSubstitute:3,maxErrors:4,costInsert:2,costDelete:3,maxCost:4,costSubstitute:0}',
    ],
    ['a{ 1i < 3}', '~a{costInsert:1,maxCost:2,maxInsert:null,maxDelete:0,maxSubstitute:0,maxErrors:null}'],
    ['a{<1}', '~a{maxCost:0,costSubstitute:0,maxErrors:null}'],
    ['(()*{3}){3}', '(1 <(2 ())>{0,1})'],
    ['(?:){~1}{3}', '<~(){maxErrors:1,maxCost:null}>{3,3}'],
    ['a{2,3~1}', '~<a>{2,3}{maxErrors:1,maxCost:null}'],
  ]
  it.each(table.map(([pattern, expected, options]) => ({ pattern, expected, options })))(
    '$pattern is $expected',
    ({ pattern, expected, options }) => {
      expect(tree(pattern, options)).toBe(expected)
    },
  )

  it('numbers and flags what matchers ask for', () => {
    expect(parse('(a)(b)')).toMatchObject({
      groups: 2,
      hasMinimal: false,
      hasAssertions: false,
      bytes: false,
    })
    expect(parse('a+?')).toMatchObject({ hasMinimal: true })
    expect(parse('a{2}?')).toMatchObject({ hasMinimal: false })
    expect(parse('a$')).toMatchObject({ hasAssertions: true })
    expect(parse('a{~1}')).toMatchObject({ hasApprox: true })
  })

  it('reads a byte pattern as UTF-8, or as bytes', () => {
    const pattern = new Uint8Array([0xc3, 0xa9])
    expect(show(parse(pattern).root)).toBe('e9')
    expect(show(parse(pattern, { encoding: 'bytes' }).root)).toBe('c3 a9')
  })
})

describe('errors', () => {
  const table: readonly (readonly [string, string, number, Options?])[] = [
    ['(a', 'EPAREN', 0],
    ['a(b(c)', 'EPAREN', 1],
    ['\\(a', 'EPAREN', 0, bre],
    ['a\\)', 'EPAREN', 1, bre],
    ['a[b', 'EBRACK', 1],
    ['[]', 'EBRACK', 0],
    ['[^]', 'EBRACK', 0],
    ['[z-a]', 'ERANGE', 1],
    ['[a-b-c]', 'ERANGE', 4],
    ['[[:digit:]-z]', 'ERANGE', 10],
    ['[a-[:digit:]]', 'ERANGE', 3],
    ['[[:bogus:]]', 'ECTYPE', 1],
    ['[[:alpha', 'ECTYPE', 1],
    ['x[[=a=]]', 'ECOLLATE', 2],
    ['[[.a.]]', 'ECOLLATE', 1],
    ['[a-[.b.]]', 'ECOLLATE', 3],
    ['a\\', 'EESCAPE', 1],
    ['a**', 'BADRPT', 2],
    ['a{1,2}*', 'BADRPT', 6],
    ['a{2,1}', 'BADBR', 2],
    ['a{}', 'BADBR', 2],
    ['a{x}', 'BADBR', 2],
    ['a{1x}', 'BADBR', 3],
    ['a{ }', 'BADBR', 2],
    ['a{<0}', 'BADBR', 3],
    ['a{1 +2 < 0}', 'BADBR', 9],
    ['a{1', 'EBRACE', 1],
    ['a\\{1', 'EBRACE', 2, bre],
    ['a{1001}', 'BADMAX', 2],
    ['a{1,1001}', 'BADMAX', 2],
    ['a{3q+}', 'BADBR', 3],
    ['a\\x{41', 'EBRACE', 1],
    ['a\\x{110000}', 'ERANGE', 1],
    ['\\x{100}', 'ERANGE', 0, { encoding: 'bytes' }],
    ['(?z)', 'BADPAT', 2],
    ['a(?#b', 'BADPAT', 1],
    ['(a)b\\1', 'EBACKREF', 4],
    ['\\1(a)', 'EBACKREF', 0],
    ['(a)\\2', 'ESUBREG', 3],
    ['é\\2', 'ESUBREG', 1],
  ]
  it.each(table.map(([pattern, code, offset, options]) => ({ pattern, code, offset, options })))(
    '$pattern gives $code at $offset',
    ({ pattern, code, offset, options }) => {
      let error: unknown
      try {
        parse(pattern, options)
      } catch (thrown) {
        error = thrown
      }
      expect(error).toBeInstanceOf(RegexSyntaxError)
      expect(error).toMatchObject({ code, offset })
    },
  )

  it('refuses invalid UTF-8 in a byte pattern, naming the byte', () => {
    const pattern = new Uint8Array([0x61, 0xff])
    expect(() => parse(pattern)).toThrow(expect.objectContaining({ code: 'BADPAT', offset: 1 }))
  })

  it.each(['('.repeat(40_000), `a${'{2}'.repeat(20_000)}`, `a${'(?i)b'.repeat(10_000)}`])(
    'refuses depth that would overflow a stack',
    (pattern) => {
      expect(() => parse(pattern)).toThrow(RegexBudgetError)
    },
  )

  /** How many sets a tree holds, and how many of them are different objects. */
  const setsOf = (pattern: string, options: Options = {}): [number, number] => {
    const { root } = parse(pattern, options)
    if (root.kind !== 'cat') throw new Error('a concatenation was expected')
    const sets = root.parts.map((part) => (part.kind === 'set' ? part.ranges : []))
    return [sets.length, new Set(sets).size]
  }

  it.each(['[[:alpha:]]', '[^[:alpha:]_]', '[[:alpha:]x-z]', '\\w', '\\W', '\\S', '\\D', '.'])(
    'holds the set %s once, however often it is written',
    (atom) => {
      for (const options of [{}, { ignoreCase: true }, { newline: true }, { encoding: 'bytes' }] as const)
        expect(setsOf(atom.repeat(20_000), options)).toEqual([20_000, 1])
    },
  )

  it('tells equal brackets under different flags from each other', () => {
    const sets = (pattern: string): string[] =>
      JSON.stringify(parse(pattern).root).match(/(?<="ranges":)\[[\d,]*\]/g) ?? []
    expect(sets('[a](?i)[a](?-i)[a]')).toEqual(['[97,97]', '[65,65,97,97]', '[97,97]'])
    expect(sets('.(?n).(?-n).')).toEqual(['[0,1114111]', '[0,9,11,1114111]', '[0,1114111]'])
  })

  it('refuses a short text that names sets without end, unless the budget has room', () => {
    const pattern = Array.from(
      { length: 2_000 },
      (_, i) => `[[:alpha:]${String.fromCodePoint(0xe000 + i)}]`,
    ).join('')
    for (const options of [{}, { budget: { compileBytes: 1_000 } }])
      expect(() => parse(pattern, options)).toThrow(/^budget\.compileBytes exceeded/)
    expect(setsOf(pattern, { budget: { compileBytes: 1 << 30 } })).toEqual([2_000, 2_000])
    // A text that is as long as what it names is none of those.
    const long = Array.from({ length: 40_000 }, (_, i) => String.fromCodePoint(0x4e00 + (i % 10_000) * 2))
    expect(() => parse(`[${long.join('')}]`.repeat(30))).not.toThrow()
  })

  it('names a class as often as it likes within a bracket', () => {
    expect(parse(`[${'[:alpha:]'.repeat(110_000)}]`).root).toEqual(parse('[[:alpha:]]').root)
  })

  it('parses 64 KiB in milliseconds', () => {
    const pattern = '(a|b[c-d]{2,3}\\d)'.repeat(4096).slice(0, 16 * 4096 - 16)
    const whole = pattern.slice(0, pattern.lastIndexOf(')') + 1)
    const times = Array.from({ length: 5 }, () => {
      // Processor time: a busy machine may keep it waiting for seconds.
      const start = process.cpuUsage()
      parse(whole)
      const { user, system } = process.cpuUsage(start)
      return (user + system) / 1000
    })
    expect(Math.min(...times)).toBeLessThan(250)
  })
})
