/** The ways to learn that a job is done, against their rules and against what polling must add on average. */
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { POLICIES } from '../../engines/webhook/core.ts'
import { openStream } from '../lab/kernel/random/stream.ts'
import { seenDoubling, seenEvery } from './looks.ts'
import { Notices } from './notice.ts'
import { PUBLISHED } from './published.ts'
import { deliver, Receiver } from './receiver.ts'
import { paramsOf } from './testing/context.ts'
import { pollingDelays } from './testing/delays.ts'
import { placeOf, regimeTimes } from './testing/regimes.ts'
import { WAY_NAMES, WAYS } from './ways.ts'
import { noticeAt, savedShareAt } from './worth.ts'

/** Written from the rule: look, and pause, until the thing has happened. */
function slowly(pauseAfter: (looks: number) => number, after: number): { at: number; looks: number } {
  let [at, looks] = [0, 1]
  while (at < after) at += pauseAfter(looks++)
  return { at, looks }
}

describe('looks', () => {
  it('are those of someone who looks and pauses', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 1, max: 2000 }),
        fc.integer({ min: 0, max: 100_000 }),
        (first, more, after) => {
          const cap = first + more
          expect(seenEvery(first, after)).toEqual(slowly(() => first, after))
          expect(seenDoubling(first, cap, after)).toEqual(
            slowly((looks) => Math.min(cap, first * 2 ** (looks - 1)), after),
          )
          expect(seenDoubling(first, Infinity, after)).toEqual(
            slowly((looks) => first * 2 ** (looks - 1), after),
          )
        },
      ),
    )
  })
  it('add interval / 2, cap / 2, and 44.3 % of the time where pauses double for ever', () => {
    for (const { observed, expected } of Object.values(pollingDelays(200_000))) {
      expect(observed / expected).toBeCloseTo(1, 2)
    }
  })
})

describe('webhooks', () => {
  const shape = { receiverOutages: 0, receiverOutage: 1, attemptFails: 0 }
  const stream = (name: string) => openStream(7, 0, name)
  it('are retried by the engine’s policy, until it gives up', () => {
    // Down for ever: ten attempts by the specification's example, the last after 75.6 h and jitter.
    const dead = new Receiver({ receiverOutages: 1e9, receiverOutage: 1e12, attemptFails: 0 }, stream('r'))
    const policy = POLICIES.get('standard-webhooks')!
    expect(deliver(policy, 10, dead, stream('d'))).toEqual({ at: Infinity, attempts: policy.retries + 1 })
    const up = new Receiver(shape, stream('r'))
    expect(deliver(policy, 10, up, stream('d'))).toEqual({ at: 10, attempts: 1 })
    const every = new Receiver({ ...shape, attemptFails: 0.999999 }, stream('r'))
    // Pub/Sub: 10 s doubled to 600 s, for a day.
    expect(deliver(POLICIES.get('eventarc')!, 0, every, stream('d')).attempts).toBe(149)
  })
  it('meet the share of time that the receiver is down', () => {
    const receiver = new Receiver(
      { receiverOutages: 1 / 900, receiverOutage: 100, attemptFails: 0 },
      stream('r'),
    )
    let down = 0
    for (let i = 0; i < 500_000; i++) if (receiver.isDown(i * 10)) down++
    expect(down / 500_000).toBeCloseTo(0.1, 2)
    // Asked again in any order it says the same.
    const times = Array.from({ length: 1000 }, (_, i) => i * 4999)
    const forwards = times.map((t) => receiver.isDown(t))
    expect(times.toReversed().map((t) => receiver.isDown(t))).toEqual(forwards.toReversed())
  })
})

describe('every way', () => {
  const job = (hours: number) => ({ submitted: 0, started: 60, ended: 3600 * hours, answers: 100 })
  test.each(WAY_NAMES)('%s names a policy that there is, and brings news after the end', (name) => {
    const { learning } = WAYS[name]
    expect(learning.kind !== 'webhook' || POLICIES.has(learning.policy)).toBe(true)
    const way = new Notices(paramsOf({ jobRate: '1/h' }), name, 3)
    for (let i = 0; i < 1000; i++) {
      const heard = way.heard(job(0.1 + i / 100))
      expect(heard.after).toBeGreaterThanOrEqual(0)
      expect(heard.requests).toBeGreaterThanOrEqual(1)
      expect(way.fetched(job(0.1 + i / 100), heard).after).toBeGreaterThanOrEqual(0)
    }
  })
  it('has waits that end: 12.5 min after four redirects, 50 min after twenty', () => {
    const of = (name: 'modal-4-hops' | 'modal-20-hops') => new Notices(paramsOf({ jobRate: '1/h' }), name, 3)
    expect(of('modal-4-hops').heard(job(750 / 3600))).toEqual({ after: 0, requests: 5 })
    expect(of('modal-4-hops').heard(job(751 / 3600)).after).toBe(Infinity)
    expect(of('modal-20-hops').heard(job(3000 / 3600))).toEqual({ after: 0, requests: 20 })
    expect(of('modal-20-hops').heard(job(3001 / 3600)).after).toBe(Infinity)
  })
  it('finds that the API cannot give what the submitter’s storage can', () => {
    const params = paramsOf({ jobRate: '1/h', unfetchable: '100%', fetchOutage: '2d', retention: '3d' })
    const fetches = (name: 'openai-webhook' | 'gemini-webhook'): number[] => {
      const way = new Notices(params, name, 3)
      return Array.from({ length: 2000 }, () => way.fetched(job(1), { after: 1, requests: 1 }).after)
    }
    const api = fetches('openai-webhook')
    const gone = api.filter((after) => after === Infinity).length / api.length
    // Outages are exponential, and retention is three days: e^-1.5.
    expect(gone).toBeGreaterThan(0.19)
    expect(gone).toBeLessThan(0.26)
    expect(Math.max(...fetches('gemini-webhook'))).toBeLessThan(1)
  })
})

it('a callback is worth 5 % of jobs under ten minutes, and of no others', () => {
  const params = paramsOf({ jobRate: '1/h', way: 'gemini-webhook' })
  expect(savedShareAt(params, 540, 0)).toBeGreaterThan(0.05)
  expect(savedShareAt(params, 660, 0)).toBeLessThan(0.05)
  expect(noticeAt({ ...params, way: 'poll-1min' }, 7200, NaN)).toBeCloseTo(30, 0)
})

test.each([
  ['calm', 2],
  ['busy', 6],
  ['stuck', 3],
] as const)(
  'published times lie within 5 to 95 per cent of the preset they speak of: %s',
  (preset, replications) => {
    const reports = PUBLISHED.filter((one) => one.preset === preset)
    expect(reports.length).toBeGreaterThan(2)
    const regime = regimeTimes(preset, replications)
    expect(reports.filter((one) => !placeOf(one, regime).isWithin)).toEqual([])
  },
)
