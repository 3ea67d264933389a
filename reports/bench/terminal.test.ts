import { expect, test } from 'vitest'
import { BENCH_SCHEMA, type BenchDocument } from '../../sims/bench/harness/document.ts'
import { renderBench } from './terminal.ts'

function linesFor(ratio: number, low: number, high: number): string {
  const document: BenchDocument = {
    schema: BENCH_SCHEMA,
    name: 'regex',
    machine: { cpu: 'cpu', cores: 2, node: '26', platform: 'linux x64' },
    rows: [
      {
        id: 'regex/literal',
        unit: 'MB/s',
        better: 'higher',
        value: 5000,
        checked: true,
        peers: { peer: { version: '1', value: 29.53e6, ratio, low, high } },
      },
    ],
    missing: [],
  }
  return renderBench(document).split('\n').at(-1)!
}

test.each([
  [0.000_169_3, 0.000_150_01, 0.0002, '0.000169x (0.000150-0.000200)'],
  [0.0999, 0.099_96, 0.9996, '0.0999x (0.100-1.00)'],
  [1.005_1, 1, 9.999, '1.01x (1.00-10.0)'],
  [15.24, 100.4, 999.7, '15.2x (100-1000)'],
  [123_456, 0, 1e6, '123000x (0.00-1000000)'],
])('a ratio of %d has three significant digits', (ratio, low, high, text) => {
  expect(linesFor(ratio, low, high)).toBe(`  ${text} against peer 1: 29.53 M MB/s`)
})
