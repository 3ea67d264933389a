/** The share of results of which nobody hears, where nobody was seen not to. */
import { describe, expect, it } from 'vitest'
import { POLICIES } from '../../engines/webhook/core.ts'
import type { Measures } from '../lab/contract/sim.ts'
import { openStream } from '../lab/kernel/random/stream.ts'
import { estimateOf } from '../lab/run/testing/estimate.ts'
import { batchPending } from './index.ts'
import { deliver, Receiver, type ReceiverShape } from './receiver.ts'
import { plain, replicate } from './testing/context.ts'
import { chanceOfGivingUp } from './unheard.ts'

const HOUR = 3600
const EVENTS = 4000

/** Of events to receivers of their own, each long past its start, those that are given up; one by one. */
function givenUp(policy: string, shape: ReceiverShape): number {
  const draws = openStream(7, 0, `draws/${policy}`)
  // The receiver forgets how it began at this rate.
  const start = 20 / (shape.receiverOutages + 1 / shape.receiverOutage)
  let lost = 0
  for (let i = 0; i < EVENTS; i++) {
    const receiver = new Receiver(shape, openStream(7, i, `receiver/${policy}`))
    if (deliver(POLICIES.get(policy)!, start, receiver, draws).at === Infinity) lost++
  }
  return lost / EVENTS
}

describe('a webhook that is given up', () => {
  const shapes: readonly (readonly [name: string, shape: ReceiverShape])[] = [
    ['attempts that fail', { receiverOutages: 0, receiverOutage: 1, attemptFails: 0.6 }],
    ['long outages', { receiverOutages: 1 / (40 * HOUR), receiverOutage: 80 * HOUR, attemptFails: 0 }],
    ['many short outages', { receiverOutages: 1 / 600, receiverOutage: 1200, attemptFails: 0 }],
    ['both', { receiverOutages: 1 / (20 * HOUR), receiverOutage: 20 * HOUR, attemptFails: 0.3 }],
  ]
  const cases = shapes.flatMap(([name, shape]) =>
    ['standard-webhooks', 'eventarc', 'gemini-24h'].map((policy) => [policy, name, shape] as const),
  )
  it.each(cases)('%s, %s: is as likely as it is known to be, or less', (policy, _name, shape) => {
    const known = chanceOfGivingUp(POLICIES.get(policy)!, shape)
    const seen = givenUp(policy, shape)
    const error = 4 * Math.sqrt((known * (1 - known)) / EVENTS)
    expect(seen).toBeLessThanOrEqual(known + error)
    // Its window may leave a policy that waits at random more attempts than it surely makes.
    const least = policy === 'gemini-24h' ? 0 : 0.99 * known - error
    expect(seen).toBeGreaterThanOrEqual(least)
  })

  it('by hand: ten attempts that fail by themselves; a receiver that is down for good', () => {
    const policy = POLICIES.get('standard-webhooks')!
    const fails = { receiverOutages: 0, receiverOutage: 1, attemptFails: 0.5 }
    expect(chanceOfGivingUp(policy, fails)).toBeCloseTo(0.5 ** 10, 12)
    const down = { receiverOutages: 1, receiverOutage: 1e15, attemptFails: 0 }
    expect(chanceOfGivingUp(policy, down)).toBeCloseTo(1, 6)
    expect(chanceOfGivingUp(policy, { receiverOutages: 0, receiverOutage: 1, attemptFails: 0 })).toBe(0)
  })
})

/** Some 330 jobs of a minute in a week, in a queue that has always room. */
const calm = (written: Record<string, unknown>) =>
  plain({
    jobRate: '2/h',
    slots: 20,
    requestTime: '1min',
    span: '7d',
    warmUp: '0s',
    way: 'openai-webhook',
    ...written,
  })

describe('results of which everybody heard', () => {
  it('are hardly ever unheard, where the receiver is hardly ever down: two replications show it', () => {
    const params = calm({})
    const measured = [0, 1].map((replication) => replicate(params, replication))
    const { value, high } = estimateOf(batchPending, params, 'unheard', measured)
    expect(value).toBe(0)
    expect(high).toBeLessThan(1e-9)
  })

  it('the bound holds the truth where a receiver may be down for days, which that of each result would not', () => {
    const params = calm({ receiverOutages: '1/w', receiverOutage: '2d', attemptFails: '0%' })
    const measured = Array.from({ length: 200 }, (_, replication) => replicate(params, replication))
    const truth = measured.reduce((sum, { metrics }) => sum + metrics['unheard']!, 0) / measured.length
    expect(truth).toBeGreaterThan(0.01)
    const wrong = (seen: (one: Measures) => Measures): number => {
      const missed = measured.map((one) => {
        const { value, high } = estimateOf(batchPending, params, 'unheard', [seen(one), seen(one)])
        return value === 0 && high! < truth
      })
      return missed.filter(Boolean).length / missed.length
    }
    expect(wrong((one) => one)).toBeLessThanOrEqual(0.05)
    const byResult = (one: Measures): Measures => ({ ...one, unseen: {}, chances: { unheard: 300 } })
    expect(wrong(byResult)).toBeGreaterThan(0.05)
  })

  it('are each a chance where the receiver has no outages', () => {
    const chances = (written: Record<string, unknown>) => replicate(calm(written)).chances!
    expect(chances({ receiverOutages: '0/w' })['unheard']).toBeGreaterThan(200)
    expect(chances({})).not.toHaveProperty('unheard')
    expect(chances({ receiverOutages: '0/w', way: 'modal-4-hops' })).not.toHaveProperty('unheard')
  })
})
