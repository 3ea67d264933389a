import { describe, expect, test } from 'vitest'
import { BENCH_SCHEMA, benchDocument, type BenchDocument } from './document.ts'

const document: BenchDocument = {
  schema: BENCH_SCHEMA,
  name: 'toy',
  machine: { cpu: 'cpu', cores: 2, node: '26', platform: 'linux-x64' },
  rows: [
    {
      id: 'toy/row',
      unit: 's',
      better: 'lower',
      value: 1,
      checked: true,
      parts: { measured: 1, refused: [], wrong: [], slow: ['b'] },
      peers: { base: { version: 'abc', value: 2, ratio: 2, low: 1, high: 3, differs: 'in all' } },
    },
  ],
  missing: [{ peer: 'other', why: 'absent', install: 'wait' }],
  against: { ref: 'main', commit: 'abc', dependencies: 'linked' },
  geomean: { rows: 1, ratio: 2, low: 1, high: 3 },
}

test('a document is the same after JSON', () => {
  expect(benchDocument.parse(JSON.parse(JSON.stringify(document)))).toEqual(document)
})

describe('what is no document', () => {
  const [row] = document.rows
  test.each([
    [
      'a ratio that is no number',
      { rows: [{ ...row, peers: { base: { ...row!.peers['base'], ratio: NaN } } }] },
    ],
    ['an infinite value', { rows: [{ ...row, value: Infinity }] }],
    ['a key that nobody knows', { extra: 1 }],
    ['another schema', { schema: 'flowbench.bench/0' }],
    ['no list of what is missing', { missing: undefined }],
  ])('%s', (_, change) => {
    expect(benchDocument.safeParse({ ...document, ...change }).success).toBe(false)
  })
})
