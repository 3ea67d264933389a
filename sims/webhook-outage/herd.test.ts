import { describe, expect, test } from 'vitest'
import { POLICIES, VirtualService, type Policy } from '../../engines/webhook/core.ts'
import { openStream } from '../lab/kernel/random/stream.ts'
import { contend, LAWS, PUBLISHED } from './testing/aws-jitter.ts'
import herd from './testing/herd-peaks.json' with { type: 'json' }

/** When the retries come of deliveries that all fail in the same moment, ms later, sorted; by the engine's scheduler. */
function retriesOf(policy: Policy, count: number): number[] {
  const stream = openStream(7, 0, 'herd')
  const at: number[] = []
  const service = VirtualService.logged(
    { start: 0, lane: Infinity, maxJobs: Infinity, maxInFlight: 10 * count },
    (_seq, attempt, now) => {
      if (attempt === 2) at.push(now)
      return { outcome: { status: attempt === 1 ? 500 : 200, error: null, retryAfter: null }, after: 0 }
    },
    () => stream.uniform(),
  )
  service.act((scheduler, now) => scheduler.addEndpoint(1, { policy, concurrency: count, rate: null }, now))
  for (let i = 0; i < count; i++) service.accept(1, i)
  service.runUntil(3_600_000)
  return at.toSorted((a, b) => a - b)
}

describe('10,000 deliveries that fail in one second, at the step nearest 5 minutes', () => {
  const step = (name: string, ms: number): Policy => ({ ...POLICIES.get(name)!, delays: [ms], breaker: null })
  const policies: Readonly<Record<string, Policy>> = {
    'no jitter (Outpost, 240 s or 480 s step)': step('outpost', 240_000),
    'Convoy, flat 5 s': step('convoy', 256_000),
    'Hook0, 180 s step, 10 %': step('hook0', 180_000),
    'Svix, 300 s step, +-20 %': step('svix', 300_000),
    'full jitter on 300 s': step('gemini-24h', 300_000),
  }
  test.each(herd.rows)('$policy: $peak_per_s a second', ({ policy, spread_s: spread, peak_per_s: peak }) => {
    const at = retriesOf(policies[policy]!, herd.N)
    expect(at).toHaveLength(herd.N)
    const seconds = (at.at(-1)! - at[0]!) / 1000
    // Without a spread all in one second; else the mean rate over the spread.
    const rate = at.length / (spread === 0 ? Math.max(1, Math.ceil(seconds)) : seconds)
    expect(Math.abs(rate / peak - 1)).toBeLessThan(0.05)
  })
})

describe('the jitter laws against the published simulator', () => {
  const RUNS = 30
  /** Standard errors that a figure may be off, of both means together: 40 figures are compared. */
  const FAR = 4

  test.each(PUBLISHED)('%i clients, %s: %f ms, %f calls', (clients, law, ms, calls) => {
    const stream = openStream(7, clients, `aws/${law}`)
    const runs = Array.from({ length: RUNS }, () => contend(clients, law, stream))
    for (const [mine, published] of [
      [runs.map((run) => run.ms), ms],
      [runs.map((run) => run.calls), calls],
    ] as const) {
      const mean = mine.reduce((a, b) => a + b) / RUNS
      const variance = mine.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (RUNS - 1)
      const error = Math.sqrt(variance * (1 / RUNS + 1 / 100))
      expect(Math.abs(mean - published) / error).toBeLessThan(FAR)
    }
  })
  test('every law is among the published ones', () => {
    expect(new Set(PUBLISHED.map(([, law]) => law))).toEqual(new Set(LAWS))
  })
})
