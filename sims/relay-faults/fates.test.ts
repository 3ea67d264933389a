/** How many fates there are behind the outages of a replication, where none of them was long. */
import { describe, expect, it } from 'vitest'
import { context } from '../lab/contract/testing/context.ts'
import { estimateOf } from '../lab/run/testing/estimate.ts'
import { relayFaults } from './index.ts'
import { simulate } from './model.ts'
import { relayFaultsParams, type RelayFaultsParams } from './params.ts'

/** Some 60 calls at once, in one cluster, and hardly any that begins or ends. */
const paramsOf = (written: Record<string, unknown>): RelayFaultsParams =>
  relayFaultsParams.parse({
    fault: 'nat-rebinding',
    rebound: '100%',
    weeklyActiveUsers: '50k',
    sessionLength: '4h',
    podsPerCluster: 2,
    relayHosts: 8,
    span: '10s',
    drainTime: '5s',
    ...written,
  })

describe('outages', () => {
  it.each([
    [{ fault: 'nat-rebinding' }],
    [{ fault: 'relay-crash' }],
    [{ fault: 'relay-crash', cache: 'shared' }],
    [{ fault: 'rolling-restart', relayHosts: 16, restartEvery: '1s' }],
  ])('each for itself where every call comes back by its own next check: %o', (written) => {
    const { metrics, chances, unseen } = simulate(paramsOf(written), context())
    const cut = metrics['cut']!
    expect(cut).toBeGreaterThan(20)
    expect(chances).toEqual({ outage: cut, lostPackets: cut })
    expect([metrics['lostCalls'], unseen!['lostCalls']]).toEqual([0, 0])
  })

  it.each([
    [{ fault: 'pod-drain' }],
    [{ fault: 'pod-loss' }],
    [{ fault: 'key-rotation' }],
    [{ fault: 'region-loss' }],
    // Their clients connect anew before the next check, or the relay is away for longer than they are patient.
    [{ fault: 'nat-rebinding', deadAfter: '1s' }],
    [{ fault: 'relay-crash', downtime: '2s', patience: '2400ms' }],
    [{ fault: 'relay-crash', downtime: '20s', silence: '1s' }],
  ])('once a fault where callers wait for each other: %o', (written) => {
    const params = paramsOf(written)
    const measures = simulate(params, context())
    expect(measures.metrics['cut']).toBeGreaterThan(1)
    expect(measures.chances).toEqual({})
    const { value, high } = estimateOf(relayFaults, params, 'share(outage > 50 min)', [measures, measures])
    expect([value, high]).toEqual([0, 1])
  })

  it('the bound of those that were never so long holds the truth, and is one by calls', () => {
    // A NAT that rebinds is noticed by the next check, which is as likely now as 2.5 s from now; its pod answers in 2 ms.
    const params = paramsOf({})
    const truth = 1 - (2.45 - 0.002) / 2.5
    const repetitions = 60
    let [none, wrong, cut] = [0, 0, 0]
    for (let i = 0; i < repetitions; i++) {
      const measured = [2 * i, 2 * i + 1].map((replication) => simulate(params, context(replication)))
      cut += measured.reduce((sum, { metrics }) => sum + metrics['cut']!, 0)
      const { value, high } = estimateOf(relayFaults, params, 'share(outage > 2.45 s)', measured)
      if (value !== 0) continue
      none++
      expect(high).toBeLessThan(0.1)
      if (high! < truth) wrong++
    }
    expect(wrong / repetitions).toBeLessThanOrEqual(0.05)
    // Had twice as many fates been counted, every one of these would have been wrong, and more than one run in twenty.
    const bound = -Math.log(0.025) / (cut / repetitions)
    expect(bound).toBeGreaterThan(truth)
    expect(bound / 2).toBeLessThan(truth)
    expect(none / repetitions).toBeGreaterThan(0.05)
  })
})
