import { expect, test } from 'vitest'
import {
  GATE_SCHEMA,
  gateDocument,
  type GateBenchmark,
  type GateDocument,
} from '../../sims/bench/gate/document.ts'
import { gateAnnotation, gateBencher, gateJunit } from './formats.ts'
import { renderHistory } from './history.ts'
import { gateMarkdown } from './markdown.ts'
import { renderGate } from './terminal.ts'
import { ratesLines } from './wording.ts'

const HOSTILE = 'a<b>|`c`&"\n::error::\u202e%'

function benchmark(id: string, change: Partial<GateBenchmark> = {}): GateBenchmark {
  return {
    id,
    outcome: 'pass',
    why: 'it is as it was',
    ratio: 1.002,
    low: 0.99,
    high: 1.01,
    order: null,
    counters: [{ name: 'blocks', base: 100, head: 100, ratio: 1, grown: false, where: [] }],
    memory: { ratio: 1, low: 0.99, high: 1.01 },
    timing: { clock: 'cpu', rounds: 8, confirming: 0, p95: 1, wall: 1, gc: { base: 0, head: 0.01 } },
    laidOver: [],
    accepted: null,
    notes: [],
    ...change,
  }
}

const rate = { found: 0, of: 20, held: 20, low: 0, high: 0.168 }

function gate(change: Partial<GateDocument> = {}): GateDocument {
  return gateDocument.parse({
    schema: GATE_SCHEMA,
    verdict: 'fail',
    headline: `${HOSTILE} is slower`,
    base: { ref: 'main', commit: 'c0ffee00c0ffee00' },
    changes: ['the lock file changed'],
    machine: { cpu: 'a', cores: 2, node: '26', platform: 'linux-x64', load: 1 },
    benchmarks: [
      benchmark(HOSTILE, { outcome: 'fail', why: HOSTILE }),
      benchmark('b/open', { outcome: 'undecided' }),
      benchmark('b/let', {
        outcome: 'accepted',
        accepted: { reason: 'on purpose', until: '2027-01-31', expired: false },
      }),
      benchmark('b/fine'),
    ],
    controls: [
      { of: 'time', benchmark: 'b/fine', ok: true, said: 'base against itself' },
      { of: 'time', benchmark: 'b/fine', ok: false, said: 'a slowed copy, not found' },
    ],
    errorRates: {
      at: '2026-11-20T00:00:00.000Z',
      machine: 'a machine',
      methodChanged: true,
      busy: { rounds: 300, falseAlarms: rate, found: { 5: { ...rate, found: 19 } } },
      calm: null,
    },
    notMeasured: [{ id: 'b/late', why: 'time was up' }],
    seconds: 12,
    repeat: 'flowbench gate --base main',
    ...change,
  })
}

const FORMATS = { renderGate, gateMarkdown, gateAnnotation, gateJunit }

test.each(Object.entries(FORMATS))(
  '%s: the verdict first, how to repeat it in the last line that says anything',
  (_, format) => {
    const lines = format(gate()).trim().split('\n')
    expect(format(gate()).includes('\u202e')).toBe(false)
    const said = lines.filter((line) => !line.startsWith('</') && !line.startsWith('  </'))
    expect(said.at(-1)).toContain('flowbench gate --base main')
    expect(said.slice(0, 5).join(' ').toLowerCase()).toMatch(/fail/)
  },
)

test('an annotation is one line, and its text cannot start another command', () => {
  expect(gateAnnotation(gate()).split('\n')).toHaveLength(1)
  expect(gateAnnotation(gate())).toContain('%0A::error::%25 is slower')
})

test('JUnit: every benchmark, control and thing left out is a case; counts add up', () => {
  const xml = gateJunit(gate())
  expect(xml).toContain('tests="7" failures="2" skipped="3"')
  expect(xml.match(/<testcase /g)).toHaveLength(7)
  expect(xml).not.toContain(HOSTILE.slice(0, 5))
})

test('Bencher: values with bounds, by benchmark and measure', () => {
  const metrics = JSON.parse(gateBencher(gate())) as Record<string, Record<string, unknown>>
  expect(metrics['b/fine']).toEqual({
    'time-against-base': { value: 1.002, lower_value: 0.99, upper_value: 1.01 },
    'memory-against-base': { value: 1, lower_value: 0.99, upper_value: 1.01 },
    'p95-against-base': { value: 1 },
    blocks: { value: 100 },
  })
})

test.each(Object.entries({ renderGate, gateMarkdown, gateJunit }))(
  '%s: p95, garbage collection, peak memory and the wall stand beside the time, what else changed before it',
  (_, format) => {
    const waits = benchmark('b/waits', { notes: ['it waits'] })
    const timing = { ...waits.timing!, wall: 1.5 }
    const text = format(gate({ benchmarks: [benchmark('b/open'), { ...waits, timing }] }))
    expect(text).toContain('p95 1.000x, garbage collection 0 % then 1 %, peak memory 1.000x, wall 1.500x')
    expect(text).toContain('it waits')
    if (format === gateJunit) return
    expect(text.indexOf('the lock file changed')).toBeLessThan(text.indexOf('b/open'))
    expect(text.indexOf('the lock file changed')).toBeGreaterThan(0)
  },
)

test.each(Object.entries({ renderGate, gateMarkdown, gateJunit }))(
  '%s: what was let through is listed with its reason and its day',
  (_, format) => expect(format(gate())).toContain('let through until 2027-01-31: on purpose'),
)

test('a summary stays under 900 kB and says what it left out', () => {
  const many = Array.from({ length: 20_000 }, (_, i) => benchmark(`b/${i}`, { why: 'x'.repeat(100) }))
  const text = gateMarkdown(gate({ benchmarks: many }))
  expect(Buffer.byteLength(text)).toBeLessThan(900_000)
  expect(text).toMatch(/\| \d+ more \| \| \| \| left out/)
  expect(text.trim().split('\n').at(-1)).toContain('flowbench gate --base main')
})

test('a rate that is old or of another method says so', () => {
  const lines = ratesLines(gate().errorRates, new Date('2026-11-30T00:00:00Z')).join('\n')
  expect(lines).toContain('10 d ago, BY ANOTHER METHOD THAN TODAY')
  expect(lines).toContain('false alarms of whole gates 0 % (0 of 20; 0 % to 16.8 %)')
  expect(ratesLines(null)[0]).toContain('not measured on this machine yet')
})

test('a history: a change in the first run is one from its base', () => {
  const at = ['2026-11-20T00:00:00.000Z', '2026-11-21T00:00:00.000Z']
  const series = { benchmark: 'a/b', what: 'time', values: [1.05, 1.05], at, changes: [0] }
  expect(renderHistory([series], 2).split('\n').at(-1)).toBe('  2026-11-20, run 1: from 1 to 1.050')
})
