import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BadRequest } from '../../harness/errors.ts'
import { acceptedBy, acceptedIn } from './accepted.ts'
import { patternsIn, readPatterns } from './patterns.ts'

describe('patterns from a file', () => {
  test('lines', () => {
    expect(patternsIn('a+\n\n(b|c)\r\n', 'rules.txt', undefined)).toEqual([
      { pattern: 'a+', line: 1, name: 'rules.txt:1' },
      { pattern: '(b|c)', line: 3, name: 'rules.txt:3' },
    ])
  })

  test('YAML, with names and lines', () => {
    const text = `rules:\n  - id: first\n    regex: 'a+'\n  - name: second\n    regex: |-\n      b+\n  - other: 1\n`
    expect(patternsIn(text, 'r.yaml', 'rules[].regex')).toEqual([
      { pattern: 'a+', line: 3, name: 'first' },
      { pattern: 'b+', line: 5, name: 'second' },
    ])
  })

  test('JSON: a list of texts, a map, an index', () => {
    expect(
      patternsIn('["a",\n"b"]', 'r.json', undefined).map(({ pattern, line }) => [pattern, line]),
    ).toEqual([
      ['a', 1],
      ['b', 2],
    ])
    const map = '{"rules": {"x": {"re": "a\\\\d", "id": 7}, "y": {"re": "b"}}}'
    expect(patternsIn(map, 'r.json', 'rules.*.re').map(({ pattern }) => pattern)).toEqual(['a\\d', 'b'])
    expect(patternsIn(map, 'r.json', 'rules.*.re')[0]!.name).toBe('7')
    expect(patternsIn('{"a": [["x"], ["y"]]}', 'r.json', 'a[1][]')[0]!.pattern).toBe('y')
  })

  test('TOML as secret scanners write it', () => {
    const text = `title = "x"\n[[rules]]\nid = "key"\nregex = '''(?i)key-[a-z]{3}'''\n\n[[rules]]\nid = "tab"\nregex = "a\\\\d+"\n[allowlist]\nregexes = ['''z''']\n`
    expect(patternsIn(text, 'r.toml', 'rules[].regex')).toEqual([
      { pattern: '(?i)key-[a-z]{3}', line: 4, name: 'key' },
      { pattern: 'a\\d+', line: 8, name: 'tab' },
    ])
    expect(patternsIn(text, 'r.toml', 'allowlist.regexes[]')[0]!.pattern).toBe('z')
  })

  test('the line of a TOML pattern is that of its own text, whatever else holds the same', () => {
    const lines = (text: string, path: string) => patternsIn(text, 'r.toml', path).map(({ line }) => line)
    const shared = `[[rules]]\nid = "a"\nregex = "a"\n\n[[rules]]\nid = "a-rule"\nregex = 'a' # 'a'\n`
    expect(lines(shared, 'rules[].regex')).toEqual([3, 7])
    const several = `[[rules]]\nregex = '''\n(?x)\n a'''\n[[rules]]\nregex = "\\u0061\\\\d"\n[x]\nregexes = [\n  'a',\n  "b\\"",\n]\n`
    expect(lines(several, 'rules[].regex')).toEqual([3, 6])
    expect(lines(several, 'x.regexes[]')).toEqual([9, 10])
    expect(lines(`# regex = 'b'\nt = { regex = 'b', id = "x" }\n"regex" = 'c'`, '*.regex')).toEqual([2])
  })

  test('a mark of the encoding at the begin is no part of the first pattern', () => {
    const folder = mkdtempSync(join(tmpdir(), 'flowbench-input-'))
    const read = (name: string, bytes: Buffer, path?: string): string[] => {
      const file = join(folder, name)
      writeFileSync(file, bytes)
      return readPatterns(file, path).map(({ pattern }) => pattern)
    }
    const text = '\ufeff^(\\d+)+$\r\nb\r\n'
    const wide = Buffer.from(text, 'utf16le')
    try {
      expect(read('utf-8.txt', Buffer.from(text))).toEqual(['^(\\d+)+$', 'b'])
      expect(read('utf-16.txt', wide)).toEqual(['^(\\d+)+$', 'b'])
      expect(read('big.txt', Buffer.from(wide).swap16())).toEqual(['^(\\d+)+$', 'b'])
      expect(read('r.toml', Buffer.from('\ufeffregex = "a"'), 'regex')).toEqual(['a'])
      expect(read('r.json', Buffer.from('\ufeff["a"]'))).toEqual(['a'])
      // Another pattern than was meant is no pattern.
      expect(() => read('latin-1.txt', Buffer.from('\u00e9+', 'latin1'))).toThrow(/no text in UTF-8/)
    } finally {
      rmSync(folder, { recursive: true })
    }
    expect(patternsIn('\ufeffa', 'r.txt', undefined)).toMatchObject([{ pattern: 'a' }])
  })

  test.each([
    ['a: [', 'r.yaml', 'a[]', /r\.yaml:1:/],
    ['a: 1', 'r.yaml', 'a', /r\.yaml:1:4: no text/],
    ['a: [x]', 'r.yaml', 'a', /write a\[\]/],
    ['a: x', 'r.yaml', 'b', /holds no pattern at b/],
    ['- {a: 1}', 'r.yaml', undefined, /--path names/],
    ['a = ', 'r.toml', 'a', /r\.toml:1:/],
    ['a = 1', 'r.toml', 'a', /no text/],
    ['a = "x"', 'r.toml', undefined, /--path names/],
    ['x', 'r.txt', 'a', /--path is for/],
    ['', 'r.txt', undefined, /holds no pattern/],
    ['a: x', 'r.yaml', 'a[', /cannot be read from "\["/],
  ])('%j in %s at %s is refused with its place', (text, file, path, message) => {
    expect(() => patternsIn(text, file, path)).toThrow(BadRequest)
    expect(() => patternsIn(text, file, path)).toThrow(message)
  })

  test('whatever a file holds, it is patterns or a BadRequest', () => {
    const file = fc.constantFrom('r.json', 'r.yaml', 'r.toml', 'r.txt')
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.string({ unit: fc.constantFrom(...'[]{}:-"\'\n a=#|>&*!'.split('')) }),
    )
    fc.assert(
      fc.property(
        text,
        file,
        fc.constantFrom(undefined, 'a[].b', '*', '[]', 'a.b[1]'),
        (content, name, path) => {
          try {
            for (const { pattern } of patternsIn(content, name, path)) expect(typeof pattern).toBe('string')
          } catch (error) {
            if (!(error instanceof BadRequest)) throw error
          }
        },
      ),
      { numRuns: 1_500 },
    )
  })
})

describe('accepted patterns', () => {
  const list = acceptedIn(
    `- pattern: '(a+)+$'\n  engine: v8\n  reason: file names of ours only\n  until: 2027-01-31\n- name: rule-7\n  reason: replaced in spring\n  until: 2026-06-30\n`,
    'accepted.yaml',
  )
  const ask = (pattern: string, name: string, engine: string, today: string) =>
    acceptedBy(list, { pattern, name, engine, today })

  test('hold for their pattern and engine until their last day', () => {
    expect(ask('(a+)+$', 'x', 'v8', '2027-01-31')).toMatchObject({ expired: false })
    expect(ask('(a+)+$', 'x', 'v8', '2027-02-01')).toMatchObject({ expired: true })
    expect(ask('(a+)+$', 'x', 'python', '2026-12-01')).toBeNull()
    expect(ask('b', 'rule-7', 'python', '2026-06-30')).toMatchObject({ expired: false })
    expect(ask('b', 'rule-8', 'v8', '2026-06-30')).toBeNull()
    expect(acceptedIn('', 'f')).toEqual([])
  })

  test.each([
    ['a: b', /a list/],
    ["- pattern: 'a'\n  until: 2027-01-31", /f:1: reason/],
    ["- pattern: 'a'\n  reason: because of that\n  until: 2027-02-31", /f:1: until: no such day/],
    ["- pattern: 'a'\n  reason: because of that\n  until: soon", /until: a day/],
    ['- reason: because of that\n  until: 2027-01-31', /either pattern or name/],
    ["- pattern: 'a'\n  name: b\n  reason: because of that\n  until: 2027-01-31", /either pattern or name/],
    ["- pattern: 'a'\n  reasn: because of that\n  until: 2027-01-31", /reasn|reason/],
    ["- pattern: 'a'\n  reason: x\n  until: 2027-01-31", /a reason that a reader can judge/],
    ['- [', /f:1:/],
  ])('%j is refused', (text, message) => expect(() => acceptedIn(text, 'f')).toThrow(message))
})
