import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sourcesBelow } from './arrow.ts'
import { checkRegister, citations, readRegister } from './invariants.ts'

const ROOT = join(import.meta.dirname, '..')
const OWN = /^tools\/invariants/

const register = readRegister(readFileSync(join(ROOT, 'docs/INVARIANTS.md'), 'utf8'))
const sources = sourcesBelow(ROOT).filter((file) => !OWN.test(file))
const texts = new Map(sources.map((file) => [file, readFileSync(join(ROOT, file), 'utf8')]))
const exists = (path: string): boolean => existsSync(join(ROOT, path))

describe('docs/INVARIANTS.md', () => {
  test('numbers what the house promises', () => {
    expect(register.map(({ number }) => number)).toEqual([
      '1',
      '2',
      '3',
      '4',
      '5',
      '6',
      '6a',
      '7',
      '7a',
      '8',
      '9',
      '10',
      '11',
    ])
  })

  test('is cited as it stands: no number without an invariant, no invariant without a test that cites it', () => {
    expect(checkRegister(register, texts, exists)).toEqual([])
  })
})

describe('a planted fault is found:', () => {
  const check = (change: (texts: Map<string, string>) => void): string[] => {
    const changed = new Map(texts)
    change(changed)
    return checkRegister(register, changed, exists)
  }

  test('code that cites a number that does not exist', () => {
    const cite = (files: Map<string, string>) => files.set('sims/planted.ts', '\n// (invariant 12)\n')
    expect(check(cite)).toEqual(['sims/planted.ts:2: there is no invariant 12'])
  })

  test('a test that no longer cites what it proves', () => {
    const file = 'sims/lab/contract/little.test.ts'
    expect(check((files) => files.set(file, ''))).toEqual([`invariant 5: ${file} does not cite it`])
  })

  test('a test that is gone', () => {
    const file = 'sims/lab/contract/little.test.ts'
    expect(check((files) => files.delete(file))).toEqual([`invariant 5: ${file} does not exist`])
  })

  test('an invariant without a test, one without code, one numbered twice, one proved by what is no test', () => {
    const planted = readRegister(
      [
        '## 1. A',
        'Proved by: `x.ts`',
        '## 2. B',
        'Enforced in: `x.ts`, `gone.ts`',
        '## 2. C',
        'Enforced in: `x.ts`',
        'Proved by: `x.test.ts`',
      ].join('\n'),
    )
    const files = new Map([
      ['x.ts', '// invariant 1'],
      ['x.test.ts', '// invariant 2'],
    ])
    expect(checkRegister(planted, files, (path) => files.has(path))).toEqual([
      'invariant 2 is numbered twice',
      'invariant 1: nothing enforces it',
      'invariant 1: x.ts is no test',
      'invariant 2: no test proves it',
      'invariant 2: gone.ts does not exist',
    ])
  })
})

test('citations are found alone, in lists, and over the end of a line of comment', () => {
  const text = [
    ' * (invariants 1, 6a and 11)',
    '// as invariant',
    '// 5 says; an invariant of 3 hosts is none, nor is invariant',
    '',
    '3',
  ].join('\n')
  expect(citations(text)).toEqual([
    { number: '1', line: 1 },
    { number: '6a', line: 1 },
    { number: '11', line: 1 },
    { number: '5', line: 2 },
  ])
})
