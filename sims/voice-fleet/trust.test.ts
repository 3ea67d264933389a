/** The fleet as a planner might be misled by it: a short span at twice the load, a pool that hides a cluster, a loss never seen. */
import { describe, expect, test } from 'vitest'
import type { RunDocument } from '../lab/contract/document.ts'
import type { Sim } from '../lab/contract/sim.ts'
import { runInline, type InlineOptions } from '../lab/run/testing/inline.ts'
import { CLUSTERS } from '../lab/world/geography.ts'
import { voiceFleet } from './index.ts'

const sim = voiceFleet as unknown as Sim
const fleet = async (rest: string, options?: InlineOptions): Promise<RunDocument> =>
  (await runInline(sim, `name: t\nquestion: q?\nsim: voice-fleet\nseed: 1\n${rest}`, options)).document

describe('overload is load against capacity, whatever the span', () => {
  // 12 hosts carry half of the peak of 900 M weekly users.
  const hosts = (relayHosts: number, span: string): string =>
    `params: {weeklyActiveUsers: 9M, packetsPerCoreSecond: 2420/s, relayHosts: ${relayHosts}, span: ${span}}\nuntil: {replications: 3}\nexpect: ["p99(relayDelay) < 50 ms", "lost < 30 %"]\n`
  test('five minutes at twice the load are overloaded, and print no percentile', async () => {
    const document = await fleet(hosts(12, '5min at peak'))
    expect(document.verdict).toBe('overloaded')
    expect(document.points[0]!.metrics['p99(relayDelay)']!.value).toBeNull()
    expect(document.answer.breaksFirst!.multiple).toBeCloseTo(0.5, 1)
  })
  test('four minutes: 2, 1.2 and 1.05 times what the fullest cluster carries, and no false alarm at 0.95', async () => {
    const base = hosts(16, '4min at peak')
    const load = (await fleet(base)).points[0]!.metrics['peakLoad']!.value!
    const states: string[] = []
    for (const wanted of [2, 1.2, 1.05, 0.95]) {
      const document = await fleet(base, { set: [`params.loadMultiple=${wanted / load}`] })
      states.push(document.points[0]!.state === 'overloaded' ? 'overloaded' : 'carries')
    }
    expect(states).toEqual(['overloaded', 'overloaded', 'overloaded', 'carries'])
  })
})

describe('a pool that hides its worst part', () => {
  const small =
    'params: {weeklyActiveUsers: 20M, packetsPerCoreSecond: 5.4k/s, span: 10min at peak}\nuntil: {replications: 4}\n'
  test('nothing passes while something is used up below today’s load', async () => {
    const find = `find: {smallest: relayHosts, in: 8..40}\nexpect: ["p99(relayDelay) < 50 ms"]\n`
    const document = await fleet(small + find)
    expect(document.verdict).toBe('pass')
    expect(document.answer.breaksFirst!.multiple).toBeGreaterThanOrEqual(0.98)
    const found = document.points.find(({ at }) => at['relayHosts'] === document.answer.value)!
    expect(found.metrics['peakUtilisation']!.value!).toBeLessThan(1)
    expect(document.answer.text).toMatch(/the fullest cluster \([a-z-]+\)/)
    // However lax the expectation, a host at more than it forwards is no PASS.
    const crowded = await fleet(`${small}expect: ["p99(relayDelay) < 50 s"]\n`, {
      set: ['params.relayHosts=21'],
    })
    expect(crowded.points[0]!.metrics['peakUtilisation']!.value!).toBeGreaterThan(1)
    expect(['fail', 'overloaded']).toContain(crowded.verdict)
  })
  test('the worst cluster’s p99 is a metric of its own, above that of the pool', async () => {
    const document = await fleet(`${small}expect: ["p99(worstRelayDelay) < 1 s"]\n`, {
      set: ['params.relayHosts=30', 'until.replications=16'],
    })
    const { metrics } = document.points[0]!
    expect(metrics['p99(worstRelayDelay)']!.value!).toBeGreaterThan(metrics['p99(relayDelay)']!.value!)
  })
})

test('a fleet that loses too much today breaks at the load at which it no longer does', async () => {
  const { verdict, points, answer } = await fleet(
    'params: {weeklyActiveUsers: 20M, packetsPerCoreSecond: 5.4k/s, relayHosts: 21, span: 10min at peak}\nuntil: {replications: 2}\nexpect: ["lost < 0.0001 %", "p99(relayDelay) < 4 ms"]\n',
  )
  expect(verdict).toBe('fail')
  const used = points[0]!.metrics['peakUtilisation']!.value!
  expect(used).toBeGreaterThan(1)
  expect(answer.breaksFirst!.multiple * used).toBeGreaterThan(0.8)
  expect(answer.breaksFirst!.multiple).toBeLessThan(1)
})

test('the sentence names the cluster whose load it gives', async () => {
  for (const relayHosts of [16, 24, 33]) {
    const { points, answer } = await fleet(
      `params: {weeklyActiveUsers: 20M, packetsPerCoreSecond: 9k/s, relayHosts: ${relayHosts}, span: 10min at peak, detail: instants}\nuntil: {replications: 2}\nexpect: ["lost < 1 %"]\n`,
    )
    const { metrics } = points[0]!
    const [, cluster] = /in the fullest cluster \(([a-z-]+)\)/.exec(answer.text)!
    const loads = CLUSTERS.map((one) => metrics[`peakLoad(${one})`]!.value!)
    expect(metrics[`peakLoad(${cluster})`]!.value).toBe(Math.max(...loads))
  }
})

test('sessions that are never there at once are called a sum', async () => {
  const asked = async (survive: string) =>
    await fleet(
      `params: {survive: ${survive}, relayHosts: 64, span: 10min at peak, detail: instants}\nuntil: {replications: 2}\nexpect: ["lost < 1 %"]\n`,
    )
  const [none, region] = [await asked('none'), await asked('region')]
  const most = (document: RunDocument): number => document.points[0]!.metrics['peakConcurrent']!.value!
  expect(most(region)).toBeGreaterThan(1.5 * most(none))
  expect(none.answer.text).not.toContain('the sum of')
  expect(region.answer.text).toContain('packets/s, the sum of each cluster’s own worst case)')
  expect(region.theory.map(({ name }) => name.endsWith('own worst case'))).toEqual([true, true])
})

test('what was never seen is bounded by replications and windows, not by packets', async () => {
  // One replication of ten minutes: 100,000 sessions and tens of millions of packets, none of them lost.
  const document = await fleet(
    'params: {weeklyActiveUsers: 9M, relayHosts: 30, span: 10min at peak}\nuntil: {replications: 2}\nexpect: ["lost < 0.01 %"]\n',
  )
  expect(document.points[0]!.metrics['lost']).toMatchObject({ value: 0, low: 0 })
  const misrouted = document.points[0]!.metrics['misrouted']!
  expect(misrouted.high!).toBeCloseTo(-Math.log(0.025) / 2, 9)
})
