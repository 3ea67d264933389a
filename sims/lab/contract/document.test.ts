import { expect, test } from 'vitest'
import { parseDocument, RUN_SCHEMA, type RunDocument } from './document.ts'

const at = { servers: 2 }
const document: RunDocument = {
  schema: RUN_SCHEMA,
  scenario: 'desk',
  question: 'How long do they wait?',
  environment: null,
  sim: 'mm-c',
  mode: 'virtual',
  seed: 7,
  horizon: 'steady',
  verdict: 'pass',
  answer: { text: 'A second.', value: 1, estimate: 1, unit: 's', low: 0.9, high: 1.1, breaksFirst: null },
  trust: { level: 'sound', reasons: [{ code: 'precision', text: 'asked 1 %, reached 2 %', remedy: 'more' }] },
  points: [
    {
      at,
      replications: 5,
      state: 'stable',
      metrics: { wait: { unit: 's', value: 1, low: 0.9, high: 1.1 } },
      samples: { wait: [1, null] },
    },
  ],
  expectations: [
    {
      text: 'wait < 2 s',
      metric: 'wait',
      unit: 's',
      at,
      ok: true,
      value: 1,
      low: 0.9,
      high: 1.1,
      clear: true,
    },
  ],
  invariants: [{ name: 'conservation', at, ok: true }],
  theory: [],
  assumptions: [],
  counters: { events: 10 },
  reproduce: 'flowbench run desk.yaml',
}

test('a document comes back as it was, unknown keys included', () => {
  const later = { ...document, added: 'by a later version' }
  expect(parseDocument(JSON.parse(JSON.stringify(later)))).toEqual({ document: later })
})

test.each([
  ['verdict', { ...document, verdict: 'maybe' }],
  ['schema', { ...document, schema: 'flowbench.run/0' }],
  ['points.0.state', { ...document, points: [{ ...document.points[0], state: 'fine' }] }],
  ['trust.level', { ...document, trust: { ...document.trust, level: 'fair' } }],
  ['expectations.0.unit', { ...document, expectations: [{ ...document.expectations[0], unit: undefined }] }],
  ['answer.breaksFirst', { ...document, answer: { ...document.answer, breaksFirst: 'cpu' } }],
])('what is wrong is named: %s', (where, broken) => {
  const parsed = parseDocument(JSON.parse(JSON.stringify(broken)))
  expect('problem' in parsed && parsed.problem.startsWith(`${where}: `)).toBe(true)
})
