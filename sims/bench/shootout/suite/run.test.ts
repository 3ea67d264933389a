import { describe, expect, test } from 'vitest'
import { builtIn, faulty } from '../testing/specs.ts'
import { haystackDefinitions } from './haystack.ts'
import { measurePatternSize } from './pattern-size.ts'
import { runSpeed, runSuite } from './run.ts'

const QUICK = { rounds: 1, sampleSeconds: 1e-3 }

describe('growth with the pattern', () => {
  test('an engine that keeps its promise grows as a power; one that backtracks stops the row, and says why', async () => {
    const specs = [builtIn('flowbench'), builtIn('v8')]
    const [ours, v8] = await measurePatternSize(specs, { seconds: 2, bytes: 1 << 30 }, undefined, {
      search: [10, 40, 160],
      compile: [],
    })
    expect(ours!.search.map(({ outcome }) => outcome)).toEqual(Array(3).fill('done'))
    expect(ours!.exponent).toBeLessThan(2.2)
    // A million places in 36 bytes are refused, not built.
    expect(ours!.compile.at(-1)).toMatchObject({ outcome: 'refused' })
    expect(ours!.compile.at(-1)!.bytes).toBeLessThan(128 << 20)
    const outcomes = v8!.search.map(({ outcome }) => outcome)
    const first = outcomes.indexOf('crashed')
    expect(v8!.search[first]!.why).toMatch(/^too slow/)
    expect(outcomes.slice(first + 1).every((outcome) => outcome === 'not run')).toBe(true)
  })
})

describe('a text of the user’s', () => {
  const text = Buffer.from('ab abc b\n'.repeat(200))
  const entries = [{ pattern: 'a|ab|abc', line: null, name: 'x' }]

  test('the first engine of a rule sets the count of that rule; another that counts otherwise is wrong', async () => {
    const specs = [builtIn('flowbench'), builtIn('v8'), faulty('wrong-count')]
    const definitions = await haystackDefinitions(entries, '', text, 'log', specs)
    expect(definitions[0]!.expected).toEqual({ 'leftmost-longest': 400, 'leftmost-first': 400 })
    const { definitions: results, groups } = await runSpeed('haystack', definitions, specs, QUICK)
    expect(results[0]!.engines.map(({ outcome }) => outcome)).toEqual(['right', 'right', 'wrong'])
    expect(groups[0]!.standings.map(({ engine }) => engine).toSorted()).toEqual(['flowbench', 'v8'])
  })
})

describe('a suite', () => {
  test('of growth: a row for each engine in every table, ended ones among them', async () => {
    const specs = [builtIn('flowbench'), faulty('garbage')]
    const options = { ...QUICK, patterns: ['^(a+)+$'], seconds: 0.02, bytes: 2_000_000 }
    const document = await runSuite('growth', specs, options)
    expect(document.growth[0]!.engines.map(({ engine, verdict }) => [engine, verdict])).toEqual([
      ['flowbench', 'linear'],
      ['garbage', 'crashed'],
    ])
    expect(document.patternSize.map(({ engine }) => engine)).toEqual(['flowbench', 'garbage'])
    for (const { engines } of document.cases) expect(engines).toHaveLength(2)
    const named = document.cases.find(({ pattern, text }) => pattern === '.*a|b' && text === 'bbbbb')
    expect(named!.engines[0]).toMatchObject({ outcome: 'right' })
    expect(named!.engines[0]!.found).toHaveLength(5)
  })

  test('of speed: fragments, with counts that were verified', async () => {
    const document = await runSuite('argrep-fragments', [builtIn('v8'), builtIn('flowbench')], {
      ...QUICK,
      patterns: [],
      seconds: 0.1,
      bytes: 1000,
    })
    expect(document.definitions).toHaveLength(7)
    for (const { engines } of document.definitions) {
      expect(engines.map(({ outcome }) => outcome)).toEqual(['right', 'right'])
    }
    // No engine is better than the best: the means are at least 1, and finite.
    for (const { ratio, low, high } of document.groups[0]!.standings) {
      expect(ratio).toBeGreaterThanOrEqual(1)
      expect(low <= ratio && ratio <= high && Number.isFinite(high)).toBe(true)
    }
  })
})
