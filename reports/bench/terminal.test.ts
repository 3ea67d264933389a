import { expect, test } from 'vitest'
import { BENCH_SCHEMA, type BenchDocument } from '../../sims/bench/harness/document.ts'
import { renderBench } from './terminal.ts'

test('another commit: what it is, what differs, the geometric mean at the end', () => {
  const document: BenchDocument = {
    schema: BENCH_SCHEMA,
    name: 'sims',
    machine: { cpu: 'cpu', cores: 2, node: '26', platform: 'linux x64' },
    rows: [
      {
        id: 'sims/toy',
        unit: 's',
        better: 'lower',
        value: 0.5,
        checked: false,
        peers: {
          base: { version: 'abc1234', value: 0.6, ratio: 1.2, low: 1.1, high: 1.3, differs: 'its answer' },
        },
      },
    ],
    missing: [
      { peer: 'base', why: 'sims/new:\n\u001b[31mthere is no such row', install: 'nothing to install' },
    ],
    against: { ref: 'main', commit: 'abc1234def', dependencies: 'linked' },
    geomean: { rows: 1, ratio: 1.2, low: 1.1, high: 1.3 },
  }
  expect(renderBench(document).split('\n')).toEqual([
    'bench sims on cpu, 2 cores, Node 26',
    'base is main, commit abc1234def, its dependencies those of this checkout',
    'sims/toy: 0.5000 s (UNVERIFIED)',
    '  1.20x (1.10-1.30) against base abc1234: 0.6000 s; DIFFERS: its answer',
    // A stranger's text is one line, and no terminal obeys it.
    'not measured: base: sims/new: \ufffd[31mthere is no such row; nothing to install',
    'geometric mean over 1 row: 1.20x (1.10-1.30) against base',
  ])
})

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
