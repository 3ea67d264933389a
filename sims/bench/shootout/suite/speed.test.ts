import { describe, expect, test } from 'vitest'
import { builtIn, faulty } from '../testing/specs.ts'
import type { Definition } from './definition.ts'
import { explainDifference } from './difference.ts'
import { measureSuite, type DefinitionResult } from './speed.ts'
import { summarise } from './summary.ts'

const LIMITS = { seconds: 2, bytes: 1 << 30 }
const OPTIONS = { rounds: 2, sampleSeconds: 1e-3, longestRun: 1, limits: LIMITS }

const definition = (more: Partial<Definition>): Definition => ({
  id: 'd',
  group: 'g',
  ask: 'count',
  pattern: 'a|ab',
  flags: '',
  text: Buffer.from('abc abc ab'.repeat(50)),
  expected: 150,
  calls: 1,
  ...more,
})

async function outcomes(one: Definition, ...ids: string[]) {
  const specs = ids.map((id) => (['v8', 'flowbench', 're2js'].includes(id) ? builtIn(id) : faulty(id)))
  const { results } = await measureSuite([one], specs, OPTIONS)
  return Object.fromEntries(results[0]!.engines.map((one) => [one.engine, one]))
}

describe('measuring a suite', () => {
  test('verifies before it times; planted faults are named', async () => {
    const { v8, flowbench, ...faults } = await outcomes(
      definition({}),
      'v8',
      'flowbench',
      'wrong-count',
      'garbage',
      'dies',
      'stopped-clock',
      'changing-count',
    )
    expect([v8!.outcome, flowbench!.outcome]).toEqual(['right', 'right'])
    expect(v8!.samples).toHaveLength(2)
    expect(faults['wrong-count']).toMatchObject({
      outcome: 'wrong',
      why: 'expected 150, got 151',
      samples: [],
    })
    expect(faults['changing-count']).toMatchObject({
      outcome: 'wrong',
      why: 'expected 150, got 151 the next time',
      samples: [],
    })
    expect(faults['garbage']).toMatchObject({ outcome: 'failed', samples: [] })
    expect(faults['stopped-clock']).toMatchObject({ outcome: 'failed', samples: [] })
    expect(faults['stopped-clock']!.why).toMatch(/its clock did not move/)
    // What failed only when it was timed has answered.
    expect(faults['stopped-clock']!.compileSeconds).not.toBeNull()
    expect(faults['garbage']!.compileSeconds).toBeNull()
  })

  test('a clock that stands still while an engine compiles is named, not taken for a quick one', async () => {
    const { 'stopped-clock': stopped, v8 } = await outcomes(
      definition({ group: 'compile' }),
      'v8',
      'stopped-clock',
    )
    expect(v8).toMatchObject({ outcome: 'right' })
    expect(Math.min(...v8!.samples)).toBeGreaterThan(0)
    expect(stopped).toMatchObject({
      outcome: 'failed',
      why: 'garbage: its clock did not move while it compiled',
    })
  })

  test('lengths by rule; another rule is semantics, no rule is a defect', async () => {
    const spans = definition({ ask: 'spans', expected: 300 })
    const { v8, flowbench } = await outcomes(spans, 'v8', 'flowbench')
    expect(flowbench!.outcome).toBe('right')
    expect(v8!.outcome).toBe('wrong')
    // By its own rule nothing is wrong with V8's spans, so the count of the other rule is what differs.
    expect(v8!.difference).toBeNull()
    const byRule = definition({ ask: 'spans', expected: { 'leftmost-first': 150, 'leftmost-longest': 300 } })
    expect((await outcomes(byRule, 'v8'))['v8']!.outcome).toBe('right')
    expect((await outcomes(byRule, 'wrong-span'))['wrong-span']!.difference).toMatchObject({
      match: 2,
      cause: 'defect',
    })
  })

  test('a rule without an answer is not wrong', async () => {
    const { v8 } = await outcomes(definition({ expected: { 'leftmost-longest': 150 } }), 'v8')
    expect(v8).toMatchObject({ outcome: 'no rule', samples: [] })
  })
})

describe('whose rule a span is', () => {
  const text = Buffer.from('abab')
  const judge = (found: number[][], semantics: 'leftmost-first' | 'leftmost-longest') =>
    explainDifference({ pattern: 'a|ab', flags: '', text }, found, { semantics, units: 'bytes' })

  test.each([
    [
      [
        [0, 2],
        [2, 4],
      ],
      'leftmost-longest',
      null,
    ],
    [
      [
        [0, 1],
        [2, 3],
      ],
      'leftmost-first',
      null,
    ],
    [
      [
        [0, 1],
        [2, 3],
      ],
      'leftmost-longest',
      ['semantics', 0],
    ],
    [
      [
        [0, 2],
        [2, 4],
      ],
      'leftmost-first',
      ['semantics', 0],
    ],
    [
      [
        [0, 2],
        [2, 5],
      ],
      'leftmost-longest',
      ['defect', 1],
    ],
    [[[0, 2]], 'leftmost-longest', ['defect', 1]],
    [[[2, 4]], 'leftmost-longest', ['defect', 0]],
    [
      [
        [0, 2],
        [2, 4],
        [4, 4],
      ],
      'leftmost-longest',
      ['defect', 2],
    ],
  ] as const)('%j by %s', (found, semantics, expected) => {
    const difference = judge(found as unknown as number[][], semantics)
    expect(difference === null ? null : [difference.cause, difference.match]).toEqual(expected)
  })
})

describe('standings', () => {
  const result = (id: string, times: Record<string, number[]>): DefinitionResult => ({
    id,
    group: 'g',
    ask: 'count',
    bytes: 1,
    calls: 1,
    engines: ['a', 'b', 'c'].map((engine) => ({
      engine,
      outcome: times[engine] ? 'right' : 'refused',
      why: null,
      difference: null,
      samples: times[engine] ?? [],
      compileSeconds: null,
      peakBytes: 0,
    })),
  })

  test('geometric mean of ratios to the best, over what an engine did right', () => {
    const [group] = summarise([
      result('x', { a: [1, 1, 1], b: [2, 2, 2] }),
      result('y', { a: [8, 8, 8], b: [1, 1, 1], c: [4, 4, 4] }),
    ])
    const by = Object.fromEntries(group!.standings.map((one) => [one.engine, one]))
    expect(by['a']!.ratio).toBeCloseTo(Math.sqrt(8), 9)
    expect(by['b']!.ratio).toBeCloseTo(Math.sqrt(2), 9)
    expect(by['c']).toMatchObject({ definitions: 1, of: 2, withinTwice: 0 })
    expect(by['b']!.withinTwice).toBe(1)
    expect(group!.standings[0]!.engine).toBe('b')
  })

  test('rounds that scatter make a wide interval', () => {
    const [group] = summarise([result('x', { a: [1, 1.1, 0.9, 1, 1.05], b: [1, 2, 0.5, 1.4, 0.7] })])
    const [a, b] = ['a', 'b'].map((id) => group!.standings.find(({ engine }) => engine === id)!)
    expect(b!.high / b!.low).toBeGreaterThan(2 * (a!.high / a!.low))
  })
})
