/**
 * Same seed, same bytes, on any number of workers (invariant 3): how many there are decides only which thread has simulated
 * what before. So each voice scenario's parts, made small, come out the same in order and backwards. A
 * sim that keeps something from one part to the next differs here.
 */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { digestOf } from '../lab/contract/canonical.ts'
import { simulatePart } from '../lab/contract/part.ts'
import { defineSim, type Sim } from '../lab/contract/sim.ts'
import { readScenario } from '../lab/run/scenario/load.ts'
import { sims } from '../index.ts'

const SMALL: Readonly<Record<string, readonly string[]>> = {
  'voice-fleet-week': ['params.weeklyActiveUsers=3M', 'params.span=2min at peak'],
  'voice-fleet-high': ['params.weeklyActiveUsers=1M', 'params.span=2min at peak'],
  'turn-latency-far': ['params.span=1min', 'params.callRate=0.1/s'],
  'turn-latency-near': ['params.span=1min', 'params.callRate=0.1/s'],
  'firewalled-clients': ['params.calls=200'],
  'rogue-session': ['params.watched=1', 'params.thefts=20'],
  'relay-restart': ['params.weeklyActiveUsers=2M', 'params.span=31s'],
  'region-loss': ['params.weeklyActiveUsers=2M', 'params.span=30s'],
}

/** Digests by replication and part, simulated in the order that `arranged` makes of them. */
function digests(
  sim: Sim,
  params: unknown,
  arranged: <T>(tasks: readonly T[]) => readonly T[],
): Record<string, string> {
  const parts = sim.parts?.(params) ?? 1
  const tasks = [0, 1].flatMap((replication) =>
    Array.from({ length: parts }, (_, part) => ({ replication, part })),
  )
  const common = {
    sim: sim.name,
    params,
    seed: 7,
    horizon: sim.horizons?.[0] ?? 'span',
    judged: JUDGED,
  } as const
  const found = arranged(tasks).map(({ replication, part }) => [
    `${replication}/${part}`,
    digestOf(simulatePart(sim, { ...common, replication, part })),
  ])
  return Object.fromEntries(found) as Record<string, string>
}

const JUDGED = { relayHosts: [16, 32], loadMultiple: [1] }

describe('parts are the same in any order', () => {
  it.each(Object.entries(SMALL))('%s', (name, small) => {
    const path = join(import.meta.dirname, `../../scenarios/${name}.yaml`)
    const { sim, params } = readScenario(path, sims, { environment: 'quick', set: small })
    const forwards = digests(sim, params, (tasks) => tasks)
    expect(Object.keys(forwards).length).toBeGreaterThan(1)
    expect(new Set(Object.values(forwards)).size).toBe(Object.keys(forwards).length)
    expect(digests(sim, params, (tasks) => tasks.toReversed())).toEqual(forwards)
  })

  it('planted: a sim that counts its parts differs', () => {
    let simulated = 0
    const counting = defineSim<object, number>({
      ...(sims.get('mm-c') as unknown as Sim<object, number>),
      parts: () => 2,
      replicate: () => ++simulated,
    }) as unknown as Sim
    const forwards = digests(counting, {}, (tasks) => tasks)
    expect(digests(counting, {}, (tasks) => tasks.toReversed())).not.toEqual(forwards)
  })
})
