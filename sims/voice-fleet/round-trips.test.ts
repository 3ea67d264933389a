import { describe, expect, it } from 'vitest'
import { LogHistogram } from '../lab/analysis/histogram.ts'
import { lognormal } from '../lab/kernel/random/lognormal.ts'
import { openStream } from '../lab/kernel/random/stream.ts'
import { firstHop } from './demand.ts'
import { voiceFleetParams } from './params.ts'
import { roundTrips } from './round-trips.ts'

const params = voiceFleetParams.parse({})
const stream = (name: string) => openStream(3, 0, name)
const NEAR = 300_000
const FAR = 100_000

describe('round trips by the bucket', () => {
  const routes = [
    { sessions: NEAR, isFar: false, stream: stream('near') },
    { sessions: FAR, isFar: true, stream: stream('far') },
  ]
  const drawn = LogHistogram.fromData(roundTrips(params, routes))
  const each = new LogHistogram()
  const { mu, sigma } = firstHop(params)
  const source = stream('each')
  for (let i = 0; i < NEAR + FAR; i++) each.add(lognormal(source, mu, sigma) + (i < NEAR ? 0 : params.farRtt))

  it('are as many as there are sessions, near and far', () => {
    expect(drawn.count).toBeCloseTo(NEAR + FAR, 3)
    const one = roundTrips(params, [{ sessions: 1, isFar: false, stream: stream('one') }])
    expect(one.count).toBeCloseTo(1, 9)
  })

  it('have the mean and the quantiles of sessions that draw one by one', () => {
    expect(drawn.mean! / each.mean!).toBeCloseTo(1, 2)
    for (const p of [0.001, 0.05, 0.25, 0.5, 0.74, 0.76, 0.95, 0.999, 0.9999]) {
      // Places in a row of 400,000 swing by this, twice: one of these and one of those.
      const swing = 4 * Math.sqrt((2 * p * (1 - p)) / each.count)
      const low = each.quantile(Math.max(0, p - swing))!
      const high = each.quantile(Math.min(1, p + swing))!
      expect(drawn.quantile(p)!).toBeGreaterThanOrEqual(0.992 * low)
      expect(drawn.quantile(p)!).toBeLessThanOrEqual(1.008 * high)
    }
  })

  it('of no sessions are none', () => {
    expect(roundTrips(params, [{ sessions: 0, isFar: true, stream: stream('none') }]).count).toBe(0)
  })
})
