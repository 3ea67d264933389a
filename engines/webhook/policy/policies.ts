/**
 * The policies there are: what others publish, as data, and ours. Published schedules are read from
 * `retry-schedules.json`, which names their sources; what it says only in words is written out here.
 */
import type { Policy } from './policy.ts'
import published from './retry-schedules.json' with { type: 'json' }

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

const seconds = (delays: readonly number[]): number[] => delays.map((delay) => delay * SECOND)

/** The part of `retry-schedules.json` that is read. */
export interface Schedules {
  readonly schedules: Readonly<
    Record<
      'standard_webhooks_example' | 'svix_server' | 'hookdeck_outpost' | 'hook0',
      { readonly delays_s: readonly number[] }
    >
  >
}

/** Delays of a published schedule, and how many there are. */
const listed = ({ delays_s: delays }: { readonly delays_s: readonly number[] }) => ({
  delays: seconds(delays),
  retries: delays.length,
})

/** `first`, doubled up to `last`. */
function doubling(first: number, last: number): number[] {
  const delays = [first]
  while (delays.at(-1)! < last) delays.push(Math.min(2 * delays.at(-1)!, last))
  return delays
}

/** What a peer without the feature has. */
const PLAIN = {
  window: null,
  jitter: { kind: 'none' },
  retryAfter: null,
  timeout: 15 * SECOND,
  throttle: false,
  overloadDelay: 0,
  disableOnGone: false,
  disableAfter: null,
  breaker: null,
} as const satisfies Partial<Policy>

/** Every policy, with the published delays taken from `schedules`. */
const policiesFrom = ({ schedules }: Schedules): readonly Policy[] => [
  {
    name: 'flowbench',
    source: "this project's own: a breaker a receiver, so that an outage spends no attempts",
    // 2 s, tripled: a short hiccup is over in seconds; at 3 h the next attempt is never further than a working morning.
    delays: [...seconds([2, 6, 18, 54, 162, 486, 1458, 4374]), 3 * HOUR],
    retries: 16,
    window: null,
    jitter: { kind: 'equal' },
    retryAfter: { on: 'any failure', most: HOUR, mostTimes: Infinity, jittered: false },
    timeout: 15 * SECOND,
    throttle: true,
    overloadDelay: 0,
    disableOnGone: true,
    disableAfter: 120 * HOUR,
    breaker: { failures: 5, firstProbe: 5 * SECOND, lastProbe: 5 * MINUTE },
  },
  {
    ...PLAIN,
    name: 'standard-webhooks',
    source:
      'example in spec/standard-webhooks.md v1.0.0; "some" jitter and heed of Retry-After, figures ours',
    ...listed(schedules.standard_webhooks_example),
    jitter: { kind: 'added', share: 0.1, least: 0, most: HOUR },
    retryAfter: { on: 'any failure', most: 24 * HOUR, mostTimes: Infinity, jittered: false },
    timeout: 20 * SECOND,
    throttle: true,
    disableOnGone: true,
    disableAfter: 120 * HOUR,
  },
  {
    ...PLAIN,
    name: 'svix',
    source: 'svix-webhooks server/svix-server config.default.toml and worker.rs',
    ...listed(schedules.svix_server),
    jitter: { kind: 'around', share: 0.2 },
    retryAfter: { on: 'any failure', most: Infinity, mostTimes: 2, jittered: true },
    timeout: 30 * SECOND,
    overloadDelay: MINUTE,
    disableAfter: 120 * HOUR,
  },
  {
    ...PLAIN,
    name: 'outpost',
    source: 'hookdeck/outpost internal/config and internal/backoff',
    ...listed(schedules.hookdeck_outpost),
  },
  {
    ...PLAIN,
    name: 'convoy',
    source:
      'convoy retrystrategies/exponentialBackoff.go: min(2^n, 7200) s and U[0, 5) s; retry limit ours, it is configured',
    delays: doubling(2 * SECOND, 7200 * SECOND),
    retries: 20,
    jitter: { kind: 'added', share: 0, least: 5 * SECOND, most: 5 * SECOND },
    breaker: { failures: 10, firstProbe: 30 * SECOND, lastProbe: 30 * SECOND },
  },
  {
    ...PLAIN,
    name: 'hook0',
    source: 'hook0 output-worker/src/main.rs and documentation/explanation/webhook-retry-logic.md',
    ...listed(schedules.hook0),
    window: 8 * 24 * HOUR,
    jitter: { kind: 'added', share: 0.1, least: 2 * SECOND, most: 15 * MINUTE },
    retryAfter: { on: [429], most: 10 * HOUR, mostTimes: Infinity, jittered: false },
  },
  {
    ...PLAIN,
    name: 'eventarc',
    source: 'cloud.google.com/eventarc/docs/retry-events: doubling 10 s to 600 s, kept 24 h',
    delays: doubling(10 * SECOND, 600 * SECOND),
    retries: Infinity,
    window: 24 * HOUR,
  },
  {
    ...PLAIN,
    name: 'gemini-24h',
    source:
      'Gemini says "24 hours using exponential backoff" and no more: doubling 10 s to 1 h, full jitter, are ours',
    delays: doubling(10 * SECOND, HOUR),
    retries: Infinity,
    window: 24 * HOUR,
    jitter: { kind: 'full' },
    timeout: 5 * SECOND,
    disableAfter: 120 * HOUR,
  },
]

export const DEFAULT_POLICY = 'flowbench'

/** By name. */
export const POLICIES: ReadonlyMap<string, Policy> = new Map(
  policiesFrom(published).map((policy) => [policy.name, policy]),
)
