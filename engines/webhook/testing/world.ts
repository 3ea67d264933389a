/** The scheduler in virtual time before a receiver that is a function: for tests. */
import { POLICIES } from '../policy/policies.ts'
import type { Outcome } from '../policy/policy.ts'
import { VirtualService, type Receiver } from '../virtual/service.ts'
import { seeded } from './random.ts'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const PER_MS = 2048
export const ours = POLICIES.get('flowbench')!

export const status = (code: number, retryAfter: number | null = null): Outcome => ({
  status: code,
  error: null,
  retryAfter,
})
export const answers =
  (outcome: (now: number, attempt: number, seq: number) => Outcome, after = 20): Receiver =>
  (seq, attempt, now) => ({ outcome: outcome(now, attempt, seq), after })

/** One endpoint, number 1, and what is accepted for it. */
export function world(
  receiver: Receiver,
  { policy = ours, rate = null as number | null, concurrency = 16 } = {},
  options = {},
) {
  const service = VirtualService.logged({ start: 0, lane: Infinity, ...options }, receiver, seeded(1))
  service.act((scheduler, now) => scheduler.addEndpoint(1, { policy, concurrency, rate }, now))
  const post = (count: number): number[] =>
    Array.from({ length: count }, (_, i) => {
      const seq = Math.floor(service.now) * PER_MS + i
      service.accept(1, seq)
      return seq
    })
  return { service, post, all: () => [...service.store.messages.values()] }
}
