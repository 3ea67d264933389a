/** A policy whose delays a test can wait for: 20 ms, doubled, many times. */
import { POLICIES, DEFAULT_POLICY } from '../policy/policies.ts'
import type { Policy } from '../policy/policy.ts'

export const TESTING_POLICY: Policy = {
  ...POLICIES.get(DEFAULT_POLICY)!,
  name: 'testing',
  source: 'for tests',
  delays: [20, 40, 80, 160, 320],
  retries: 12,
  timeout: 2000,
  breaker: { failures: 5, firstProbe: 50, lastProbe: 400 },
}
