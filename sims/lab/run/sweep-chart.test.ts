/** What is expected of one figure twice is drawn twice: a range has two ends. */
import { expect, test } from 'vitest'
import type { Sim } from '../contract/sim.ts'
import { runScenario, type RunOutcome } from './run.ts'
import { fixtureRunner, fixtureScenario, fixtureSim } from './testing/fixture.ts'

const run = (expected: readonly string[], sim: Sim = fixtureSim(true)): Promise<RunOutcome> =>
  runScenario(
    fixtureScenario(
      sim,
      `sweep: {servers: 30..34}\nuntil: {replications: 3}\nexpect: ${JSON.stringify(expected)}\n`,
    ),
    { runner: fixtureRunner(sim), reproduce: '' },
  )

test('both limits of a figure are drawn and named, in one chart', async () => {
  const { charts } = await run(['utilisation > 10 %', 'utilisation < 80 %', 'p99(wait) < 5 s'])
  expect(charts.map(({ name }) => name)).toEqual(['sweep-utilisation', 'sweep-p99-wait'])
  const [both, one] = charts
  expect(both!.description).toContain('the dashed lines are the limits, > 10 % and < 80 %')
  const drawn = JSON.stringify(both!.spec)
  for (const limit of ['"y":0.1', '"y":0.8', '> 10 %', '< 80 %']) expect(drawn).toContain(limit)
  expect(one!.description).toContain('the dashed line is the limit, < 5 s')
})

test.each([
  [['utilisation > 10 %', 'utilisation < 80 %'], 0.8],
  [['utilisation < 80 %', 'utilisation > 10 %'], 0.8],
  // 20 to 21 on 30 servers are some 68 %.
  [['utilisation > 66 %', 'utilisation < 200 %'], 0.66],
])('of %s a sim is told the nearest limit', async (expected, nearest) => {
  const told: unknown[] = []
  const sim = fixtureSim(true)
  const asking: Sim = {
    ...sim,
    charts: ({ limits }) => {
      told.push(limits['utilisation']?.value)
      return []
    },
  }
  await run(expected, asking)
  expect(told).toEqual([nearest])
})
