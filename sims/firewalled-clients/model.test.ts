import { describe, expect, it } from 'vitest'
import { conserves } from '../lab/contract/conservation.ts'
import { context } from '../lab/contract/testing/context.ts'
import { firewalledClients } from './index.ts'
import { simulate } from './model.ts'
import { LADDERS, lockedOut, NETWORKS, passes, WAYS } from './networks.ts'
import { firewalledParams } from './params.ts'
import { pause, stallProbability } from './stalls.ts'
import { networkShares, predictions } from './theory.ts'

const paramsOf = (written: Record<string, unknown>) =>
  firewalledParams.parse({ udpBlocked: '4%', ladder: 'none', calls: 20_000, ...written })

describe('who is locked out', () => {
  it.each(LADDERS)('equals the closed form of the ladder %s, and so does who falls back', (ladder) => {
    const params = paramsOf({ ladder, udpBlocked: '20%', ipv6Only: '20%', nat64: '50%' })
    const measures = simulate(params, context())
    const checks = predictions(params)
    expect(checks.length).toBe(ladder === 'none' ? 1 : 2)
    for (const { metric, expected } of checks) {
      // Four standard errors of a share of 20,000.
      const error = 4 * Math.sqrt((expected * (1 - expected)) / params.calls)
      expect(Math.abs(measures.metrics[metric]! - expected)).toBeLessThanOrEqual(error)
    }
    expect(conserves(measures.flow)).toEqual({ ok: true })
    expect(measures.invariants.filter(({ ok }) => !ok)).toEqual([])
  })

  it.each(LADDERS)(
    'equals it where %s is rolled out to a part of the clients, and to hardly any',
    (ladder) => {
      for (const rollout of ['60%', '2%', '0%']) {
        const params = paramsOf({ ladder, rollout, udpBlocked: '20%', ipv6Only: '20%', nat64: '50%' })
        const measures = simulate(params, context())
        const checks = predictions(params)
        expect(checks.length).toBe(ladder === 'none' || rollout === '0%' ? 1 : 2)
        for (const { metric, expected } of checks) {
          const error = 4 * Math.sqrt((expected * (1 - expected)) / params.calls)
          expect(Math.abs(measures.metrics[metric]! - expected)).toBeLessThanOrEqual(error)
        }
        expect(conserves(measures.flow)).toEqual({ ok: true })
      }
    },
  )

  it('is as many as the part of the clients says: half of what the ladder saves is saved for half of them', () => {
    const expectedAt = (rollout: string): number =>
      predictions(paramsOf({ ladder: 'all', rollout, udpBlocked: '20%' }))[0]!.expected
    expect(expectedAt('50%')).toBeCloseTo((expectedAt('0%') + expectedAt('100%')) / 2, 12)
    expect(expectedAt('0%')).toBeCloseTo(predictions(paramsOf({ udpBlocked: '20%' }))[0]!.expected, 12)
  })

  it('a ladder that is offered to nobody is none, and one offered to more leaves out nobody who had it', () => {
    const measured = (written: Record<string, unknown>) => simulate(paramsOf(written), context())
    const nobody = measured({ ladder: 'all', rollout: '0%' })
    const none = measured({ ladder: 'none' })
    expect(nobody.metrics).toEqual(none.metrics)
    expect(nobody.unseen).toEqual(none.unseen)
    expect(measured({ ladder: 'all', rollout: '100%' })).toEqual(measured({ ladder: 'all' }))
    const locked = ['0%', '30%', '60%', '90%', '100%'].map(
      (rollout) => measured({ ladder: 'all', rollout, loss: '0%' }).metrics['lockedOut']!,
    )
    expect(locked).toEqual(locked.toSorted((a, b) => b - a))
    expect(new Set(locked).size).toBe(5)
  })

  it('more rungs lock out fewer, in every network', () => {
    const cases = NETWORKS.flatMap((network) =>
      LADDERS.flatMap((ladder) => [true, false].map((reaches) => [network, ladder, reaches] as const)),
    )
    const saved = cases.filter(
      ([network, ladder, reaches]) =>
        lockedOut(network, 'all', reaches) && !lockedOut(network, ladder, reaches),
    )
    expect(saved).toEqual([])
    expect(cases.filter(([network, , reaches]) => lockedOut(network, 'all', reaches)).length).toBe(10)
    expect(WAYS.every((way) => passes('open', way, true))).toBe(true)
    const total = networkShares(paramsOf({})).reduce((sum, { share }) => sum + share, 0)
    expect(total).toBeCloseTo(1, 12)
  })
})

describe('setup time without loss', () => {
  const medianOf = (written: Record<string, unknown>): number => {
    const { observations } = simulate(paramsOf({ loss: '0%', rtt: '40ms', ...written }), context())
    const { counts, first, bits } = observations!['setupTime'] as {
      counts: Float64Array
      first: number
      bits: number
    }
    expect(counts.length + first + bits).toBeGreaterThan(0)
    const { sum, count } = observations!['setupTime'] as { sum: number; count: number }
    return sum / count
  }
  // The mean of the round trips drawn, from the same stream: three of signalling, one check, two of DTLS.
  it('is six round trips by UDP: 3 of signalling, a check, 2 of DTLS', () => {
    const six = medianOf({})
    const meanRtt = six / 6
    expect(meanRtt).toBeGreaterThan(0.045)
    expect(meanRtt).toBeLessThan(0.055)
    expect(medianOf({ nomination: 'regular' })).toBeGreaterThan(six + meanRtt * 0.99)
  })

  it('full gathering waits for a STUN server that does not answer as long as it may', () => {
    const prompt = medianOf({ gathering: 'full', stunServer: 'none' })
    expect(medianOf({})).toBeCloseTo(prompt, 9)
    expect(medianOf({ gathering: 'full', stunServer: 'reachable' })).toBeGreaterThan(prompt * 1.1)
    expect(medianOf({ gathering: 'full', stunServer: 'unreachable' })).toBeCloseTo(prompt + 10, 9)
    expect(medianOf({ gathering: 'trickle', stunServer: 'unreachable' })).toBeCloseTo(prompt, 9)
  })
})

it('losses cost what the timers say, either way, in signalling, check and DTLS', () => {
  const loss = 0.05
  /** The mean of doubled waits from `rto` on, when each try fails with chance `p`; seven at most. */
  const waits = (rto: number, p: number): number =>
    Array.from({ length: 8 }, (_, k) => rto * (2 ** k - 1) * p ** k * (k === 7 ? 1 : 1 - p)).reduce(
      (sum, one) => sum + one,
    )
  const either = 1 - (1 - loss) ** 2
  const signalling = 2 * waits(1, loss) + 4 * waits(0.2, loss)
  const expected = signalling + waits(0.5, either) + 2 * waits(1, either)
  const params = paramsOf({ udpBlocked: '0%', ipv6Only: '0%', loss: '5%', rtt: '1ms', patience: '1h' })
  const means = Array.from({ length: 8 }, (_, replication) => {
    const { observations } = simulate(params, context(replication))
    const { sum, count } = observations!['setupTime'] as { sum: number; count: number }
    return sum / count
  })
  const mean = means.reduce((a, b) => a + b) / means.length
  const variance = means.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (means.length - 1)
  // Six round trips of some 1.25 ms.
  expect(Math.abs(mean - 0.0075 - expected)).toBeLessThan(4 * Math.sqrt(variance / means.length))
})

describe('a closed form is given only where it holds', () => {
  it.each([
    [[], { loss: '30%' }],
    [[], { ladder: 'turn-tls', gathering: 'full', gatheringLimit: '200ms' }],
    [[], { rtt: '12s', patience: '10min' }],
    [['lockedOut'], { ladder: 'turn-tls', gathering: 'full', gatheringLimit: '25s' }],
    [['lockedOut'], { ladder: 'all', patience: '3s' }],
    [['lockedOut'], { ladder: 'ice-tcp', loss: '3%', rtt: '300ms', patience: '15s' }],
    [['lockedOut'], { loss: '3%' }],
    [['lockedOut', 'fallback'], { ladder: 'all', patience: '40s', gathering: 'full' }],
    [['lockedOut', 'fallback'], { ladder: 'all' }],
  ])('%o at %o', (metrics, more) => {
    const params = paramsOf({ udpBlocked: '20%', ...more })
    const checks = predictions(params)
    expect(checks.map(({ metric }) => metric)).toEqual(metrics)
    const measures = simulate(params, context())
    for (const { metric, expected } of checks) {
      const error = 4 * Math.sqrt((expected * (1 - expected)) / params.calls)
      expect(Math.abs(measures.metrics[metric]! - expected)).toBeLessThanOrEqual(error)
    }
  })
})

describe('the answer', () => {
  const point = (at: Record<string, string | number>, lockedOut: number) => ({
    at,
    params: { ...paramsOf({}), ...at },
    metrics: {
      lockedOut: { unit: 'share', value: lockedOut, low: lockedOut, high: lockedOut },
      peopleLockedOut: { value: 1000 },
    },
  })

  it('speaks of the chosen point, and names a ladder only where nothing else differs', () => {
    const points = [
      point({ ladder: 'none', udpBlocked: 0.08 }, 0.08),
      point({ ladder: 'ice-tcp', udpBlocked: 0.08 }, 0.05),
      point({ ladder: 'all', udpBlocked: 0.01 }, 0.001),
      point({ ladder: 'none', udpBlocked: 0.01 }, 0.01),
    ]
    const headline = firewalledClients.answer({ points, chosen: points[0], limits: {} } as never)
    expect(headline).toMatchObject({ value: 0.08, unit: 'share' })
    expect(headline.text).toBe(
      'With UDP only 8 % of callers, 1000 people a week, get no call; with ICE-TCP 5 % are left.',
    )
    expect(firewalledClients.answer({ points, chosen: points[1], limits: {} } as never)).toMatchObject({
      value: 0.05,
      text: 'With ICE-TCP 5 % of callers, 1000 people a week, get no call.',
    })
  })

  it('says to how many a ladder is rolled out, and that more of them would help', () => {
    const points = [
      point({ ladder: 'turn-tls', rollout: 0.25 }, 0.03),
      point({ ladder: 'turn-tls', rollout: 0.5 }, 0.02),
      point({ ladder: 'turn-tls', rollout: 1 }, 0.004),
    ]
    expect(firewalledClients.answer({ points, chosen: points[0], limits: {} } as never).text).toBe(
      'With TURN/TLS on 443 for 25 % of clients, 3 % of callers, 1000 people a week, get no call; ' +
        'with TURN/TLS on 443 0.4 % are left, with TURN/TLS on 443 for 50 % of clients, 2 %.',
    )
    expect(
      firewalledClients.answer({ points: points.slice(0, 2), chosen: points[0], limits: {} } as never).text,
    ).toContain('; with TURN/TLS on 443 for 50 % of clients, 2 % are left.')
    const [bars] = firewalledClients.charts({
      points: points.map((one) => ({ ...one, replications: [] })),
      chosen: points[0],
    } as never)
    expect(bars!.table.rows.map(([label]) => label)).toEqual([
      'turn-tls for 25 %',
      'turn-tls for 50 %',
      'turn-tls',
    ])
  })

  it('those who would connect and give up are told beside those who cannot', () => {
    const one = point({ ladder: 'none' }, 0.044)
    const gaveUp = (value: number) => ({
      ...one.metrics,
      gaveUp: { unit: 'share', value, low: value, high: value },
    })
    const told = (value: number, limits: object) => {
      const chosen = { ...one, metrics: gaveUp(value) }
      return firewalledClients.answer({ points: [chosen], chosen, limits } as never)
    }
    const limit = { op: '<', value: 0.01 }
    expect(told(0.93, {}).text).toBe(
      'With UDP only 4.4 % of callers, 1000 people a week, get no call, and 93 % more give up before they have one.',
    )
    expect(told(0, {}).text).toBe('With UDP only 4.4 % of callers, 1000 people a week, get no call.')
    const asked = told(0, { gaveUp: limit })
    expect(asked).toMatchObject({ value: 0, unit: 'share' })
    expect(asked.text).toContain('0 % more give up')
    expect(told(0, { lockedOut: limit, gaveUp: limit }).value).toBe(0.044)
  })

  it('tells a found patience as a duration, to the last digit', () => {
    const points = [1.25, 1.75].map((patience) => point({ patience }, 0.04))
    const found = { param: 'patience', value: 1.75, searched: [1.25, 1.5, 1.75] }
    const headline = firewalledClients.answer({ points, chosen: points[1], found, limits: {} } as never)
    expect(headline.text).toContain('The smallest patience that will do is 1.75 s. With UDP only 4 %')
  })
})

it('the patience of callers parts those who gave up from those locked out', () => {
  const measures = simulate(
    paramsOf({ ladder: 'turn-tls', udpBlocked: '50%', closed: '0%', patience: '500ms', rtt: '60ms' }),
    context(),
  )
  expect(measures.metrics['gaveUp']).toBeGreaterThan(0.1)
  expect(measures.metrics['lockedOut']).toBeLessThan(0.01)
})

describe('how often a figure could have been other than 0', () => {
  const measured = (written: Record<string, unknown>) => simulate(paramsOf(written), context())

  it('a stall: once a call over TCP, not once a call', () => {
    const { metrics, chances } = measured({ ladder: 'ice-tcp', ipv6Only: '0%' })
    expect(chances!['stalled']).toBe(Math.round(metrics['fallback']! * 20_000))
    expect(chances!['stalled']).toBeLessThan(0.04 * 20_000)
  })
  it('people, connections and bytes: by the part of them that was simulated', () => {
    const { metrics, chances } = measured({ ladder: 'ice-tcp' })
    const calls = (name: string): number => metrics[name]! * chances![name]!
    expect(calls('peopleLockedOut')).toBeCloseTo(metrics['lockedOut']! * 20_000, 6)
    expect(calls('fallbackConnections')).toBeCloseTo(metrics['fallback']! * 20_000, 6)
    expect(calls('fallbackBytes')).toBeCloseTo(metrics['fallback']! * 20_000, 6)
  })
  it('never, where there is no fallback, or no loss', () => {
    expect(measured({}).unseen).toEqual({ fallback: 0, fallbackConnections: 0, fallbackBytes: 0 })
    expect(measured({ ladder: 'ice-tcp', loss: '0%' }).unseen).toEqual({ stalled: 0 })
  })
})

describe('audio over TCP', () => {
  const stream = { rtt: 0.1, loss: 0.01, pace: 50 }
  it('pauses a round trip and three packets, and the doubled timeouts after lost repairs', () => {
    expect(pause(stream, 0)).toBeCloseTo(0.16, 12)
    expect(pause(stream, 1)).toBeCloseTo(0.36, 12)
    expect(pause(stream, 4)).toBeCloseTo(0.16 + 0.2 * 15, 12)
  })
  it('a call of 5 min at 1 % loss breaks at 3 s once in 30,000', () => {
    // 300 losses; four lost repairs: 300 * 10^-8.
    expect(stallProbability(stream, 300, 3)).toBeCloseTo(1 - Math.exp(-300 * 1e-8), 12)
    expect(stallProbability(stream, 300, 0.1)).toBeGreaterThan(0.999)
    expect(stallProbability({ ...stream, loss: 0 }, 300, 0.1)).toBe(0)
  })
})

it('declares all that it measures', () => {
  const measures = simulate(paramsOf({ calls: 1000 }), context())
  expect(Object.keys(measures.metrics).toSorted()).toEqual(Object.keys(firewalledClients.metrics).toSorted())
  expect(Object.keys(measures.observations!).toSorted()).toEqual(
    Object.keys(firewalledClients.observations!).toSorted(),
  )
})
