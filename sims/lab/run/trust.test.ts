/** What a run with too little evidence is told, and that no verdict stands on it. */
import { describe, expect, test } from 'vitest'
import { LogHistogram } from '../analysis/histogram.ts'
import type { RunDocument } from '../contract/document.ts'
import type { Measures, Sim } from '../contract/sim.ts'
import { runScenario } from './run.ts'
import { fixtureRunner, fixtureScenario, fixtureSim } from './testing/fixture.ts'

/** What replications measure, in turn, and what is asked of it. */
async function told(
  measured: readonly Partial<Measures>[],
  specs: Partial<Sim>,
  yaml: string,
): Promise<RunDocument> {
  let judged = 0
  const sim: Sim = {
    ...fixtureSim(false),
    theory: () => [],
    ...specs,
    judge: (): Measures => ({
      metrics: {},
      state: 'stable',
      flow: { injected: 0, completed: 0, queued: 0, running: 0, dropped: 0, expired: 0 },
      little: [],
      invariants: [],
      counters: {},
      ...measured[judged++ % measured.length],
    }),
  }
  const scenario = fixtureScenario(sim, `params: {servers: 30}\n${yaml}`)
  return (await runScenario(scenario, { runner: fixtureRunner(sim), reproduce: '' })).document
}

const reasonsOf = ({ trust }: RunDocument) => trust.reasons.map(({ code, remedy }) => [code, remedy])

describe('a percentile that was 0 throughout', () => {
  const observations = { lostPackets: { unit: 'count', label: 'lost packets', of: 'calls' } } as const
  /** Calls that lose so many packets each. */
  const callsThatLose = (lost: readonly number[], yaml: string): Promise<RunDocument> => {
    const lostPackets = new LogHistogram()
    for (const count of lost) lostPackets.add(count)
    return told(
      [{ observations: { lostPackets: lostPackets.toData() } }],
      { metrics: {}, observations },
      yaml,
    )
  }
  const zeros = (n: number): number[] => Array<number>(n).fill(0)
  const asked = (figure: string, limit: string, replications: number): string =>
    `until: {replications: ${replications}}\nexpect: ["${figure} ${limit}"]\n`

  test.each([
    ['p99(lostPackets)', '< 1', 6, 1, '--replications 368'],
    ['p99(lostPackets)', '<= 0', 3, 120, '--replications 4'],
    ['p50(lostPackets)', '< 1', 5, 1, '--replications 6'],
  ])(
    '%s %s over %i replications of %i calls: too few, and what would do',
    async (figure, limit, n, calls, remedy) => {
      const document = await callsThatLose(zeros(calls), asked(figure, limit, n))
      expect([document.verdict, document.trust.level]).toEqual(['weak', 'none'])
      expect(reasonsOf(document)).toEqual([['run-length', remedy]])
      expect(document.answer.text).toContain(`it is the smallest of ${n * calls} values`)
      expect(document.points[0]!.metrics[figure]).toMatchObject({ value: null, low: null, high: null })
    },
  )

  test.each([
    ['p99(lostPackets)', '< 1', 3, 124],
    ['p99(lostPackets)', '<= 0', 3, 124],
    ['p50(lostPackets)', '< 1', 6, 1],
  ])('%s %s over %i replications of %i calls is', async (figure, limit, n, calls) => {
    const { verdict, trust, points } = await callsThatLose(zeros(calls), asked(figure, limit, n))
    expect([verdict, trust]).toEqual(['pass', { level: 'sound', reasons: [] }])
    expect(points[0]!.metrics[figure]).toMatchObject({ value: 0, low: 0, high: 0 })
  })

  test('one in each replication that is not does not make it surer', async () => {
    const { verdict } = await callsThatLose([...zeros(179), 1], asked('p99(lostPackets)', '< 1', 3))
    expect(verdict).toBe('weak')
  })

  test('a stopping rule goes on until it is sure', async () => {
    const until = 'until: {halfWidth: 5%, replications: 3..200}\n'
    const { points, verdict } = await callsThatLose(zeros(10), `${until}expect: ["p99(lostPackets) < 1"]\n`)
    expect(points[0]!.replications).toBeGreaterThanOrEqual(37)
    expect(verdict).toBe('pass')
  })
})

describe('a share that was 1 throughout', () => {
  const judged = (mayExceed1: boolean, expected: string): Promise<RunDocument> =>
    told(
      [{ metrics: { goodput: 1 } }],
      { metrics: { goodput: { unit: 'share', mayExceed1, label: 'deliveries a message' } } },
      `until: {replications: 5}\nexpect: ["goodput ${expected}"]\n`,
    )

  test.each([
    ['<= 100 %', /: up to 17\d(\.\d+)? % cannot be ruled out/],
    ['< 120 %', /: up to 17\d(\.\d+)? % cannot be ruled out/],
    ['> 50 %', /: down to 2\d(\.\d+)? % cannot be ruled out/],
  ])('and may be above: %s is not shown by five replications', async (expected, text) => {
    const { verdict, trust } = await judged(true, expected)
    expect([verdict, trust.reasons.map(({ code }) => code)]).toEqual(['weak', ['unseen']])
    expect(trust.reasons[0]!.text).toMatch(text)
  })

  test.each([
    [true, '> 10 %'],
    [true, '< 200 %'],
    [false, '<= 100 %'],
    [false, '< 120 %'],
  ])('may it be above (%o)? %s is', async (mayExceed1, expected) => {
    expect((await judged(mayExceed1, expected)).verdict).toBe('pass')
  })
})

test.each(['mean(wait) < 1 min', 'share(wait < 1 min) > 10 %'])(
  '%s: what one replication of five alone has seen is not what all of them agree on',
  async (expected) => {
    const waits = (...seconds: readonly number[]): Partial<Measures> => {
      const wait = new LogHistogram()
      for (const one of seconds) wait.add(one)
      return { observations: { wait: wait.toData() } }
    }
    const observations = { wait: { unit: 's', label: 'wait', of: 'urgent customers' } } as const
    const asked = `until: {replications: 5}\nexpect: ["${expected}"]\n`
    const judged = (replications: readonly Partial<Measures>[]) =>
      told(replications, { metrics: {}, observations }, asked)
    const one = await judged([waits(3, 100), waits(), waits(), waits(), waits()])
    expect([one.verdict, one.trust.level, reasonsOf(one)[0]![0]]).toEqual(['weak', 'weak', 'no-interval'])
    const all = await judged([waits(3, 80), waits(2, 70), waits(4, 5, 90), waits(3, 75), waits(2, 71)])
    expect([all.verdict, all.trust.level]).toEqual(['pass', 'sound'])
  },
)
