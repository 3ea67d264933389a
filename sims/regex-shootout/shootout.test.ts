import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { conserves } from '../lab/contract/conservation.ts'
import { ENGINES } from '../bench/shootout/engines/engines.ts'
import { runSuite, SUITES as SUITES_RUN } from '../bench/shootout/suite/run.ts'
import { builtIn } from '../bench/shootout/testing/specs.ts'
import { runInline } from '../lab/run/testing/inline.ts'
import { measuresOf } from './live.ts'
import { regexShootout } from './index.ts'
import { ENGINE_IDS, METRICS } from './metrics.ts'
import { simulate } from './model.ts'
import { shootoutParams, SUITES } from './params.ts'

const params = shootoutParams.parse({ suite: 'redos', patterns: ['^(a+)+$', '\\s+$', '^a+$', '('] })

/** The answer's sentence. */
function told(patterns: readonly string[], metrics: Readonly<Record<string, number | null>>): string {
  const estimates = Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name, { value }]))
  const chosen = { params: { ...params, patterns }, metrics: estimates }
  return regexShootout.answer({ chosen } as never).text
}

describe('the sim', () => {
  test('counts steps: the same each time, what is no pattern dropped', () => {
    const measures = simulate(params, { progress: () => {} })
    expect(measures.metrics).toMatchObject({ patterns: 3, exponential: 1, superlinear: 2 })
    expect(conserves(measures.flow)).toEqual({ ok: true })
    expect(simulate(params, { progress: () => {} })).toEqual(measures)
    expect(Object.keys(measures.metrics).toSorted()).toEqual(Object.keys(METRICS).toSorted())
  })

  test('what is counted to be none in one replication is none', async () => {
    const { document } = await runInline(
      regexShootout,
      'name: t\nquestion: q?\nsim: regex-shootout\nseed: 1\nparams: {suite: redos, patterns: [^a+$]}\nuntil: {replications: 1}\nexpect: [superlinear < 1, exponential == 0]\n',
    )
    expect([document.verdict, document.trust.reasons]).toEqual(['pass', []])
  })

  test('what is not looked into to the end is not called harmless', () => {
    const patterns = [
      '^a+$',
      // Its attack begins with a character that is not tried.
      '^(?=b)\\w(c+)+$',
      `^(a+)+$|${'x'.repeat(1_900)}`,
      // A power of 2 is found, and what is behind the count is not: it may be worse.
      '\\s+$|^a{700}(b+)+$',
    ]
    const measures = simulate(shootoutParams.parse({ suite: 'redos', patterns }), { progress: () => {} })
    expect(measures.metrics).toMatchObject({ patterns: 2, exponential: 1, superlinear: 1 })
    expect(measures.flow).toMatchObject({ completed: 2, dropped: 2 })
    expect(told(patterns, measures.metrics)).toBe(
      'A plain backtracking matcher takes exponentially many steps on 1 of 2 patterns, and more than linearly many on 1. Left out: 2 that could not be read, or not looked into to the end. What engines make of them is measured with --live.',
    )
    expect(told(['^a+$', '^(a+)+$'], measures.metrics)).not.toContain('Left out')
    const speed = simulate(shootoutParams.parse({ suite: 'curated' }), { progress: () => {} })
    expect(told([], speed.metrics)).toBe('Speed is measured on real engines only: run it with --live.')
  })

  describe('what is expected of patterns that were not all looked into', () => {
    const unread = '\\s+$|^a{700}(b+)+$'
    const judged = async (
      patterns: readonly string[],
      expectations: readonly string[],
      replications: number,
    ) =>
      (
        await runInline(
          regexShootout,
          `name: t\nquestion: q?\nsim: regex-shootout\nseed: 1\nparams: {suite: redos, patterns: ${JSON.stringify(patterns)}}\nuntil: {replications: ${replications}}\nexpect: ${JSON.stringify(expectations)}\n`,
        )
      ).document

    test.each([
      [1, ['superlinear < 1', 'exponential == 0']],
      [5, ['superlinear < 1', 'exponential == 0']],
      [1, ['exponential >= 1']],
    ])('is open where it hangs on the others, in %i replications: %j', async (replications, expectations) => {
      const { verdict, trust } = await judged([unread], expectations, replications)
      expect([verdict, trust.level]).toEqual(['weak', 'none'])
      expect(trust.reasons.map(({ code }) => code)).toEqual(expectations.map(() => 'no-figure'))
      for (const { text } of trust.reasons) expect(text).toContain('1 of 1 patterns could not be read')
    })

    test('is decided where it does not', async () => {
      const met = await judged(
        [unread, '^a+$'],
        ['exponential <= 1', 'superlinear < 2', 'exponential >= 0'],
        1,
      )
      expect([met.verdict, met.trust.reasons]).toEqual(['pass', []])
      expect(met.points[0]!.metrics['exponential']).toMatchObject({ value: 0, low: 0, high: 1 })
      // What was seen once is not 0.
      for (const replications of [1, 2]) {
        const missed = await judged([unread, '^(a+)+$'], ['exponential == 0'], replications)
        expect(missed.verdict).toBe('fail')
      }
      const alone = await judged([unread, '^(a+)+$'], ['exponential <= 1'], 1)
      expect([alone.verdict, alone.trust.reasons.map(({ code }) => code)]).toEqual(['weak', ['no-interval']])
      const open = await judged([unread, '^(a+)+$'], ['exponential <= 1'], 2)
      expect([open.verdict, open.trust.level]).toEqual(['weak', 'none'])
    })
  })

  test('knows the engines and suites that there are', () => {
    expect([...ENGINE_IDS].toSorted()).toEqual(ENGINES.map(({ id }) => id).toSorted())
    expect(SUITES).toEqual(SUITES_RUN)
  })

  test.each([
    { suite: 'redos' },
    { suite: 'curated', patterns: ['a'] },
    { suite: 'x' },
    { suite: 'redos', patterns: [''] },
  ])('%j is refused', (wrong) => expect(shootoutParams.safeParse(wrong).success).toBe(false))

  test('live: engines that are linear and engines that are not', async () => {
    const specs = [builtIn('flowbench'), builtIn('v8')]
    const options = { patterns: ['^(a+)+$'], rounds: 1, sampleSeconds: 1e-3, seconds: 0.05, bytes: 100_000 }
    const measures = measuresOf(await runSuite('redos', specs, options))
    expect(measures.metrics).toMatchObject({
      'notLinear(flowbench)': 0,
      'notLinear(v8)': 1,
      'ratio(v8)': null,
    })
    // An answer hangs on no clock, growth does.
    expect(measures.unseen).toMatchObject({ 'wrong(flowbench)': 0 })
    expect(measures.unseen).not.toHaveProperty(['notLinear(flowbench)'])
    expect(conserves(measures.flow)).toEqual({ ok: true })
  })
})

describe('live, what an engine did not answer', () => {
  const cell = (outcome: string, more = {}) => ({
    engine: 'v8',
    outcome,
    difference: null,
    compileSeconds: null,
    ...more,
  })
  const judged = async (part: object, expected: string, replications = 5) => {
    const suite = { engines: [{ id: 'v8' }], groups: [], growth: [], definitions: [], cases: [], ...part }
    const measures = measuresOf(suite as unknown as Parameters<typeof measuresOf>[0])
    const { document } = await runInline(
      { ...regexShootout, replicate: () => measures },
      `name: t\nquestion: q?\nsim: regex-shootout\nseed: 1\nparams: {suite: curated}\nuntil: {replications: ${replications}}\nexpect: ["${expected}"]\n`,
    )
    return document
  }
  const definitions = (...engines: object[]) => ({ definitions: [{ engines }] })

  test.each([
    ['right', {}],
    ['refused', {}],
    // It was right, and is not timed.
    ['too slow', { compileSeconds: 1e-5 }],
    ['failed', { compileSeconds: 1e-5 }],
  ])('%s %o: it was never wrong', async (outcome, more) => {
    const document = await judged(definitions(cell('right'), cell(outcome, more)), 'wrong(v8) < 1', 1)
    expect([document.verdict, document.trust.reasons]).toEqual(['pass', []])
  })

  test.each(['failed', 'too slow'])(
    '%s: it may have been wrong, in any number of replications',
    async (outcome) => {
      const document = await judged(definitions(cell('right'), cell(outcome)), 'wrong(v8) < 1')
      expect([document.verdict, document.trust.level]).toEqual(['weak', 'none'])
      expect(document.trust.reasons[0]!.text).toContain('v8 failed or was too slow 1 of 2 times')
      const bounded = await judged(definitions(cell('right'), cell(outcome)), 'wrong(v8) <= 1')
      expect(bounded.verdict).toBe('pass')
    },
  )

  test('a wrong answer is one whatever else did not come', async () => {
    const both = definitions(cell('wrong'), cell('failed'))
    expect((await judged(both, 'wrong(v8) == 0')).verdict).toBe('fail')
  })

  test.each(['crashed', 'undecided'])('%s: its growth is not known to be linear', async (verdict) => {
    const growth = [{ engines: [{ engine: 'v8', verdict }] }]
    const document = await judged({ growth }, 'notLinear(v8) < 1')
    expect([document.verdict, document.trust.level]).toEqual(['weak', 'none'])
  })
})

test('each scenario of the shoot-out names a suite', () => {
  for (const name of ['redos', 'regex-growth', 'regex-curated', 'argrep-fragments']) {
    const text = readFileSync(new URL(`../../scenarios/${name}.yaml`, import.meta.url), 'utf8')
    expect(SUITES.some((suite) => text.includes(`suite: ${suite}\n`))).toBe(true)
  }
})
