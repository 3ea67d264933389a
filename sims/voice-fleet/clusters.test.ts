/** A fleet of any number of clusters: one, three and twenty hold what eight do. */
import { describe, expect, it, test } from 'vitest'
import { conserves } from '../lab/contract/conservation.ts'
import { obeysLittle } from '../lab/contract/little.ts'
import type { Distribution, Measures, ReplicationContext, Sim } from '../lab/contract/sim.ts'
import { openStream } from '../lab/kernel/random/stream.ts'
import { loadScenario } from '../lab/run/scenario/load.ts'
import { runInline } from '../lab/run/testing/inline.ts'
import { CLUSTERS, worldOf } from '../lab/world/geography.ts'
import { forecastPeaks, routesOf, servingHosts } from './demand.ts'
import { voiceFleet } from './index.ts'
import { judge } from './judge.ts'
import { routesWithout } from './loss.ts'
import { simulateCell } from './model.ts'
import { voiceFleetParams, type VoiceFleetParams } from './params.ts'
import { predictions } from './theory.ts'

const sim = voiceFleet as unknown as Sim

const paramsOf = (clusters: number, written: Record<string, unknown> = {}): VoiceFleetParams =>
  voiceFleetParams.parse({
    clusters,
    relayHosts: 40,
    weeklyActiveUsers: '9M',
    span: '10min at peak',
    ...written,
  })

function simulate(params: VoiceFleetParams, replication = 0): Measures {
  const context = (part: number): ReplicationContext => ({
    replication,
    horizon: 'span',
    part,
    stream: (name) => openStream(11, replication, name),
    judged: (param) => (param === 'relayHosts' ? [params.relayHosts] : [1]),
    progress: () => {},
  })
  const parts = Array.from({ length: sim.parts!(params) }, (_, part) => simulateCell(params, context(part)))
  return judge(params, parts)
}

const total = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0)

describe.each([1, 3, 20])('%d clusters', (clusters) => {
  const params = paramsOf(clusters)

  it('conserve sessions, bring every first packet to its pod, and measure what is declared', () => {
    const measures = simulate(params)
    expect(conserves(measures.flow)).toEqual({ ok: true })
    expect(measures.little).toHaveLength(clusters)
    expect(measures.little.map(obeysLittle)).toEqual(measures.little.map(() => ({ ok: true })))
    expect(measures.invariants.filter(({ ok }) => !ok)).toEqual([])
    expect(Object.keys(measures.metrics).toSorted()).toEqual(Object.keys(voiceFleet.metrics).toSorted())
    // Of each site that has a cluster, and of no other.
    const sites = new Set(worldOf(clusters).sites)
    const known = Object.entries(measures.metrics).filter(
      ([name, value]) => name.startsWith('peakLoad(') && value !== null,
    )
    expect(known).toHaveLength(sites.size)
    expect(measures.metrics['peakLoad']).toBe(Math.max(...known.map(([, value]) => value!)))
    expect(Object.keys(measures.series!)).toHaveLength(1 + clusters)
  })

  it('agree with M_t/G/infinity', () => {
    const runs = Array.from({ length: 10 }, (_, replication) => simulate(params, replication).metrics)
    const checks = predictions(params)
    expect(checks).toHaveLength(2)
    for (const { metric, expected } of checks) {
      const values = runs.map((metrics) => metrics[metric]!)
      const mean = total(values) / values.length
      const spread = Math.sqrt(
        values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1),
      )
      expect(Math.abs(mean - expected)).toBeLessThan((4 * spread) / Math.sqrt(values.length))
    }
  })

  it('have the sessions of the whole service between them, and all hosts', () => {
    const occupancy = (one: VoiceFleetParams): number => predictions(one)[0]!.expected
    const atStart = { span: '10min at start' }
    expect(occupancy(paramsOf(clusters, atStart)) / occupancy(paramsOf(8, atStart))).toBeCloseTo(1, 9)
    expect(total(servingHosts(params, 40))).toBe(40)
    const arriving = worldOf(clusters).clusters.flatMap((_, cluster) => routesOf(params, cluster))
    expect(total(arriving.map(({ region, share }) => region.share * share))).toBeCloseTo(1, 12)
  })

  it('answer, with the site that is fullest', async () => {
    const { document } = await runInline(
      sim,
      `name: t\nquestion: q?\nsim: voice-fleet\nseed: 1\nparams: {clusters: ${clusters}, relayHosts: 40, weeklyActiveUsers: 20M, packetsPerCoreSecond: 9k/s, span: 10min at peak, detail: instants}\nuntil: {replications: 2}\nexpect: ["lost < 1 %"]\n`,
    )
    const [, site] = /in the fullest cluster \(([a-z-]+)\)/.exec(document.answer.text)!
    const { metrics } = document.points[0]!
    const loads = CLUSTERS.map((one) => metrics[`peakLoad(${one})`]!.value ?? 0)
    expect(metrics[`peakLoad(${site})`]!.value).toBe(Math.max(...loads))
  })
})

test.each([3, 20])('%d clusters: a lost one’s callers are all somewhere else', (clusters) => {
  const { regions } = worldOf(clusters)
  for (let lost = 0; lost < clusters; lost++) {
    const others = Array.from({ length: clusters }, (_, i) => i).filter((cluster) => cluster !== lost)
    const arriving = others.flatMap((cluster) => routesWithout(cluster, lost, 0.05, regions))
    expect(total(arriving.map(({ region, share }) => region.share * share))).toBeCloseTo(1, 12)
  }
  const params = paramsOf(clusters, { survive: 'region', weeklyActiveUsers: '900M' })
  const [worst, plain] = [params, { ...params, survive: 'none' as const }].map(forecastPeaks)
  worst!.forEach((peak, cluster) => expect(peak).toBeGreaterThanOrEqual(plain![cluster]!))
  expect(total([...worst!])).toBeGreaterThan(1.2 * total([...plain!]))
})

test('fewer clusters are farther away, and have evenings that do not all come at once', () => {
  const setup = (clusters: number): number => {
    const { observations } = simulate(paramsOf(clusters))
    const { sum, count } = observations!['setupTime'] as Distribution
    return sum / count
  }
  const [one, three, eight, twenty] = [1, 3, 8, 20].map(setup)
  // Six round trips of 100 ms more for all but an eighth of the users.
  expect(one! - eight!).toBeGreaterThan(0.45)
  expect(one!).toBeGreaterThan(three!)
  expect(three!).toBeGreaterThan(eight!)
  expect(twenty!).toBeLessThan(eight!)
  const peaks = [1, 3, 8, 20].map((clusters) => total([...forecastPeaks(paramsOf(clusters))]))
  expect(peaks[0]!).toBeLessThan(peaks[1]!)
  expect(peaks[1]!).toBeLessThan(peaks[2]!)
  expect(peaks[3]! / peaks[2]!).toBeCloseTo(1, 1)
})

test('more clusters than hosts, or none to go to, are refused', () => {
  const load = (params: string) => () =>
    loadScenario(
      'f.yaml',
      `name: t\nquestion: q?\nsim: voice-fleet\nparams: {${params}}\n`,
      new Map([[sim.name, sim]]),
    )
  expect(load('clusters: 0')).toThrow(/at least 1/)
  expect(load('clusters: 65, relayHosts: 100')).toThrow(/at most 64/)
  expect(load('clusters: 2.5')).toThrow(/whole number/)
  expect(load('clusters: 20, relayHosts: 19')).toThrow(/fewer than one in each of 20 clusters/)
  expect(load('relayHosts: 7')).toThrow(/fewer than one in each of 8 clusters/)
  expect(load('clusters: 3, relayHosts: 5, survive: host')).toThrow(/two hosts \(6 in all\)/)
  expect(load('clusters: 1, survive: region')).toThrow(/nobody is left/)
  expect(load('clusters: 1, relayHosts: 1')).not.toThrow()
})
