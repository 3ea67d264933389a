import { describe, expect, it } from 'vitest'
import { mg1 } from '../lab/analysis/theory/queues.ts'
import { simulateCalls } from './calls.ts'
import { drawAhead } from './draws.ts'
import { turnLatencyParams, type TurnLatencyParams } from './params.ts'
import { meanLatency, meanStage } from './stages.ts'
import { context } from '../lab/contract/testing/context.ts'

function world(written: Record<string, unknown>, replication = 0) {
  const params = turnLatencyParams.parse({ callRate: '1/s', inferenceServers: 1000, ...written })
  const ctx = context(replication)
  return simulateCalls(params, drawAhead(params, ctx), ctx, false)
}

/** Nothing that grows with the call. */
const FLAT = { tokensHeard: '0/s', tokensSpoken: '0/s', cacheHit: '100%' }

describe('drift', () => {
  it('is none when nothing grows', () => {
    const { stages } = world({ ...FLAT, callLength: '12min', serviceScv: 0 })
    for (let minute = 1; minute <= 11; minute++)
      expect(meanLatency(stages, minute)).toBeCloseTo(meanLatency(stages, 1)!, 9)
  })

  it('of endpointing is a straight line, of backlog too, of the context its tokens', () => {
    const noise = world({ ...FLAT, endpointingDrift: '100ms' }).stages
    expect(meanStage(noise, 'endpointing', 11)! - meanStage(noise, 'endpointing', 1)!).toBeCloseTo(1, 1)
    const behind = world({ ...FLAT, audioLag: '10%', lagDrains: 'never' }).stages
    const gained = meanStage(behind, 'backlog', 11)! - meanStage(behind, 'backlog', 1)!
    expect(gained).toBeGreaterThan(55)
    expect(gained).toBeLessThan(65)
    const grown = world({ cacheHit: '0%', attentionAt10k: '0s' }).stages
    const perMinute = (meanStage(grown, 'prefill', 11)! - meanStage(grown, 'prefill', 1)!) / 10
    // Of a minute, some 30 % is heard at 10 and 50 % spoken at 20 tokens a second, at 50 us each.
    expect(perMinute).toBeGreaterThan(0.03)
    expect(perMinute).toBeLessThan(0.05)
  })

  it('of backlog that drains in silence stays bounded', () => {
    const { stages } = world({ ...FLAT, audioLag: '30%' })
    expect(meanStage(stages, 'backlog', 11)!).toBeLessThan(1.5 * meanStage(stages, 'backlog', 2)!)
  })
})

it('the stages of every turn add up to what the caller waits', () => {
  const params = turnLatencyParams.parse({
    callRate: '1/s',
    inferenceServers: 1,
    callLength: '2min',
    span: '5min',
  })
  const ctx = context()
  const { stages } = simulateCalls(params, drawAhead(params, ctx), ctx, true)
  const minutes = [...stages.latency.keys()].filter((minute) => stages.latency[minute]!.count > 0)
  expect(minutes).toEqual([0, 1, 2])
  for (const minute of minutes) {
    const { sum, count } = stages.latency[minute]!
    expect(meanLatency(stages, minute)).toBeCloseTo(sum / count, 9)
  }
})

it('common random numbers: another pool meets the same callers', () => {
  const params = turnLatencyParams.parse({
    callRate: '2/s',
    inferenceServers: 8,
    callLength: '3min',
    span: '10min',
  })
  const talkOf = (changed: Partial<TurnLatencyParams>) => {
    const ctx = context()
    const one = simulateCalls({ ...params, ...changed }, drawAhead(params, ctx), ctx, false)
    return { calls: one.calls, first: one.stages.turns[0] }
  }
  const base = talkOf({})
  expect(talkOf({ inferenceServers: 16 }).calls).toBe(base.calls)
  expect(base.first).toBeGreaterThan(500)
})

it('queueing alone is that of M/G/1, as many short turns come as good as at random', () => {
  // 1,000 calls at once, whose turns are rare beside their number: superposed, they are nearly Poisson.
  const written = {
    ...FLAT,
    instructions: 0,
    callRate: '0.6/s',
    callLength: '30min',
    span: '1h',
    inferenceServers: 1,
    firstAudio: '8ms',
    decodePer10k: '0s',
    serviceScv: 1,
  }
  const waits: number[] = []
  let load = 0
  for (let replication = 0; replication < 6; replication++) {
    const one = world(written, replication)
    waits.push(one.meanWait)
    load += one.utilisation / 6
  }
  const mean = waits.reduce((a, b) => a + b) / waits.length
  const theory = mg1(load / 0.008, 0.008, 1)!.meanWait
  expect(load).toBeGreaterThan(0.4)
  expect(mean / theory).toBeGreaterThan(0.9)
  expect(mean / theory).toBeLessThan(1.1)
})

it('calls of a user’s own load begin when it says; one that never changes is that of a rate', () => {
  const more = { ...FLAT, callLength: '3min', span: '30min' }
  const even = { every: '5min', arrivals: [300, 300, 300, 300, 300, 300] }
  expect(world({ ...more, callRate: undefined, load: even }).calls).toBe(world(more).calls)
  const rising = { every: '15min', arrivals: [90, 1800] }
  const { calls, injected } = world({ ...more, callRate: undefined, load: rising })
  // Before the span it is as at the load's end, 2 calls a second for 3 minutes.
  expect(Math.abs(calls - 2250)).toBeLessThan(4 * Math.sqrt(2250))
  expect(injected).toBeGreaterThan(1000)
})
