import { describe, expect, it } from 'vitest'
import { context } from '../lab/contract/testing/context.ts'
import { FAULTS } from './faults.ts'
import { simulate } from './model.ts'
import { relayFaultsParams, type RelayFaultsParams } from './params.ts'
import { chanceOfLoss } from './unseen.ts'

/** Some 400 calls at once; long ones, so that hardly anybody hangs up before he would give up. */
const paramsOf = (written: Record<string, unknown>): RelayFaultsParams =>
  relayFaultsParams.parse({
    fault: 'region-loss',
    weeklyActiveUsers: '2M',
    sessionLength: '50min',
    podsPerCluster: 40,
    retry: 'fixed',
    relayHosts: 24,
    span: '70s',
    ...written,
  })

const after = (params: RelayFaultsParams) => {
  const { metrics, unseen } = simulate(params, context())
  return { lost: metrics['lostCalls']!, lostNew: metrics['lostNewCalls']!, bound: unseen!['lostCalls']! }
}

describe('the chance that a caller gives up, where none was seen to', () => {
  it.each(FAULTS)('%s: nobody is lost where it says so', (fault) => {
    for (const [steering, retry] of [
      ['geo', 'fixed'],
      ['anycast', 'jittered'],
    ]) {
      const { lost, lostNew, bound } = after(paramsOf({ fault, steering, retry, drainTime: '5s' }))
      expect(bound).toBeLessThan(1e-5)
      expect([lost, lostNew]).toEqual([0, 0])
    }
  })

  it('is that of a round trip which does not fit into an attempt', () => {
    const { lost, bound } = after(
      paramsOf({
        rtt: '300ms',
        farRtt: '0s',
        attemptTimeout: '2s',
        handshakesPerPod: '1k/s',
        patience: '50s',
      }),
    )
    // 5.5 round trips in 2 s: longer than 364 ms are 39 % of those with a median of 300 ms.
    expect(bound).toBeGreaterThan(0.38)
    expect(bound).toBeLessThan(0.42)
    expect(lost).toBeGreaterThan(0.3)
    expect(lost).toBeLessThan(bound + 0.05)
  })

  it('says nothing where patience is short, or the pods too slow for all who may ask', () => {
    const asked = 400
    const chance = (written: Record<string, unknown>, rate = 1000): number =>
      chanceOfLoss(paramsOf(written), asked, rate)
    expect(chance({})).toBeLessThan(1e-5)
    // Names lead elsewhere after 30 s; an attempt under way, a second, and one more.
    expect(chance({ patience: '51.1s' })).toBeLessThan(1e-5)
    expect(chance({ patience: '51s' })).toBe(1)
    expect(chance({ retry: 'jittered', patience: '57s' })).toBe(1)
    expect(chance({}, 50)).toBe(1)
    expect(chance({ steering: 'anycast', anycastRtt: '3s' })).toBe(1)
  })
})
