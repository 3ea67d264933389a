import { expect, test } from 'vitest'
import type { LiveIo, Measures, Sim } from '../contract/sim.ts'
import { liveRunner, runLive } from './live.ts'
import { fixtureScenario, fixtureSim } from './testing/fixture.ts'

/** The fixture, whose real thing carries exactly 30 and can measure only one thing at a time. */
function liveSim(measured: string[]): Sim {
  const sim = fixtureSim(true)
  let busy = false
  const live = async (params: unknown, { replication, signal }: LiveIo): Promise<Measures> => {
    if (busy) throw new Error('two measurements at once')
    busy = true
    await new Promise((resolve) => setTimeout(resolve, 1))
    busy = false
    signal.throwIfAborted()
    measured.push(`${replication} ${JSON.stringify(params)}`)
    return sim.judge(params, [{ demand: 30 }])
  }
  return { ...sim, live }
}

const run = (sim: Sim, yaml: string, signal = new AbortController().signal) =>
  runLive(fixtureScenario(sim, yaml), {
    runner: liveRunner(() => sim, signal),
    reproduce: 'flowbench run --live',
    signal,
  })

test('measures instead of simulating, one after another, and says so', async () => {
  const measured: string[] = []
  const { document } = await run(liveSim(measured), 'params: {servers: 20}\nuntil: {replications: 3}\n')
  expect(measured.map((text) => text.split(' ')[0])).toEqual(['0', '1', '2'])
  // Simulated, the demand of the fixture is 20 to 21.
  expect(document.points[0]!.metrics['utilisation']!.value).toBe(1.5)
  expect(document.mode).toBe('live')
  expect(document).not.toHaveProperty('digest')
})

test('a search measures each value that it asks about: there is no world to judge the others from', async () => {
  const measured: string[] = []
  const find =
    'find: {smallest: servers, in: 30..60}\nexpect: ["utilisation < 80 %"]\nuntil: {replications: 3}\n'
  const { document } = await run(liveSim(measured), find)
  expect(document.answer.value).toBe(38)
  expect(new Set(measured.map((text) => text.split(' ')[1])).size).toBe(document.points.length)
})

test('uncertain parameters are not probed', async () => {
  const measured: string[] = []
  const yaml = 'params: {demand: {low: 10, mid: 20, high: 30}, servers: 20}\nuntil: {replications: 3}\n'
  const { document } = await run(liveSim(measured), yaml)
  expect(document.assumptions).toEqual([])
  expect(measured).toHaveLength(3)
})

test('a sim without live mode is refused', async () => {
  await expect(run(fixtureSim(true), 'until: {replications: 3}\n')).rejects.toThrow(
    'sim fixture has no live mode',
  )
})
