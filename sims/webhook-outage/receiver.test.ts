import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Stream } from '../lab/kernel/random/stream.ts'
import { exponential } from '../lab/kernel/random/exponential.ts'
import { openStream } from '../lab/kernel/random/stream.ts'
import { Receiver } from './receiver.ts'

interface Outage {
  readonly from: number
  readonly to: number
  readonly left: number
}

/**
 * The rules, played out: a server takes the first in line, works at the speed of the moment until the work is done or the
 * speed changes, and takes the next. Whoever comes while `queue` others wait is sent away: null.
 */
function played(
  arrivals: readonly number[],
  { capacity, queue, outage }: { capacity: number; queue: number; outage: Outage },
  service: Stream,
): (number | null)[] {
  const speed = (at: number): number => (at >= outage.from && at < outage.to ? outage.left : 1) * capacity
  const changeAfter = (at: number): number =>
    at < outage.from ? outage.from : at < outage.to ? outage.to : Infinity
  let free = 0
  const starts: number[] = []
  return arrivals.map((arrival) => {
    if (starts.filter((start) => start > arrival).length >= queue && free > arrival) return null
    starts.push(Math.max(free, arrival))
    let left = exponential(service, 1)
    let now = Math.max(free, arrival)
    while (left > 0) {
      const until = changeAfter(now)
      const rate = speed(now)
      if (rate > 0 && now + left / rate <= until) {
        now += left / rate
        left = 0
      } else {
        left -= rate * (until - now)
        now = until
      }
    }
    free = now
    return now
  })
}

test('a request ends, or is sent away, when a server that is played out step by step does so', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 0, max: 3000 }),
      fc.integer({ min: 1, max: 3000 }),
      fc.constantFrom(0, 0.1, 0.5, 1),
      fc.integer({ min: 0, max: 1000 }),
      fc.constantFrom(1, 2, 5, 1e9),
      (gaps, from, length, left, seed, queue) => {
        const outage = { from, to: from + length, left }
        const capacity = 0.01
        let at = 0
        const arrivals = gaps.map((gap) => (at += gap))
        const wanted = played(arrivals, { capacity, queue, outage }, openStream(seed, 0, 'service'))
        const service = openStream(seed, 0, 'service')
        const receiver = new Receiver({ capacity, queue, timeout: 700, outage, service })
        let wasted = 0
        arrivals.forEach((arrival, i) => {
          const { outcome, after } = receiver.answer(arrival)
          expect(outcome.status === 503).toBe(wanted[i] === null)
          if (outcome.status === 503) return
          const takes = wanted[i]! - arrival
          expect(outcome.error).toBe(takes > 700 + 1e-6 ? 'timeout' : null)
          expect(after).toBeCloseTo(Math.min(takes, 700), 5)
          if (outcome.error !== null) wasted++
        })
        expect(receiver.wasted > 0).toBe(wasted > 0)
      },
    ),
    { numRuns: 300 },
  )
})

test('down: refused at once, and nothing queues; full: 503 at once', () => {
  const outage = { from: 0, to: 100, left: null }
  const options = { capacity: 0.01, queue: 2, timeout: 1e6, service: openStream(1, 0, 'service') }
  const receiver = new Receiver({ ...options, outage })
  expect(receiver.answer(50)).toMatchObject({ outcome: { error: 'ECONNREFUSED' }, after: 1 })
  expect(receiver.accepted).toBe(0)
  const statuses = Array.from({ length: 8 }, () => receiver.answer(100).outcome.status)
  // One is worked on, two wait.
  expect(statuses).toEqual([200, 200, 200, 503, 503, 503, 503, 503])
})
