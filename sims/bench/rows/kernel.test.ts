import { describe, expect, test } from 'vitest'
import { mmc } from '../../lab/analysis/theory/queues.ts'
import { Queue, rows } from './kernel.ts'

describe.each([
  ['M/M/1', { servers: 1, utilisation: 0.8, farTimers: 0 }, 2_000_000, 0.06],
  ['M/M/20', { servers: 20, utilisation: 0.9, farTimers: 0 }, 2_000_000, 0.06],
  ['M/M/20 beside far timers', { servers: 20, utilisation: 0.9, farTimers: 20_000 }, 1_000_000, 0.08],
] as const)('the benchmark queue, %s', (_name, model, events, tolerance) => {
  test('is what it says: Erlang C, cancellation, ties, far timers that fire', () => {
    const queue = new Queue(model)
    for (let done = 0; done < events; done += 100_000) expect(queue.run(100_000)).toBe(100_000)
    const expected = mmc(model.servers * model.utilisation, 1, model.servers)!.meanWait
    expect(Math.abs(queue.waited / queue.injected / expected - 1)).toBeLessThan(tolerance)
    expect(queue.cancelled).toBeGreaterThan(queue.injected / 10)
    expect(queue.farFired > 0).toBe(model.farTimers > 0)
    // Two events a customer, an eighth of a tie event, and few others.
    expect(queue.injected / events).toBeGreaterThan(0.46)
  })
})

test('a burst that does not add up says so (invariant 9)', () => {
  const queue = new Queue({ servers: 1, utilisation: 0.8, farTimers: 0 })
  queue.run(1000)
  queue.completed -= 1
  expect(queue.run(1000)).toBe(-1)
})

test('row ids are the stable ones', () => {
  expect(rows.map(({ id }) => id)).toEqual(['kernel/mm1', 'kernel/mm20', 'kernel/mm20-100k-far-timers'])
})
