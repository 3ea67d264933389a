/**
 * When a failed delivery goes again: a policy is data, and these are the pure functions that read it. Times in ms. The
 * random draw, uniform in [0, 1), is an argument.
 */

/** What an attempt came to. */
export interface Outcome {
  /** The response's status; null when there was none. */
  readonly status: number | null
  /** Why there was none, or why it does not count: `timeout`, `blocked address`, `ECONNREFUSED`, ... */
  readonly error: string | null
  /** What the response asked for by `Retry-After`, ms. */
  readonly retryAfter: number | null
}

export type Verdict = 'delivered' | 'failed' | 'throttled' | 'gone'

/** How a delay `d` is spread by a draw `u`. */
export type Jitter =
  | { readonly kind: 'none' }
  /** d (1 - share + 2 share u): around the delay. */
  | { readonly kind: 'around'; readonly share: number }
  /** d + u x, x = clamp(share d, least, most): never early. */
  | { readonly kind: 'added'; readonly share: number; readonly least: number; readonly most: number }
  /** u d. */
  | { readonly kind: 'full' }
  /** d/2 + u d/2. */
  | { readonly kind: 'equal' }

export interface RetryAfterRule {
  /** Which failures are listened to. */
  readonly on: 'any failure' | readonly number[]
  /** A hint counts up to this, ms, */
  readonly most: number
  /** and up to so many times the policy's own delay. */
  readonly mostTimes: number
  /** True where jitter is laid over the hint as well. */
  readonly jittered: boolean
}

export interface BreakerRule {
  /** Failures in a row that open it. */
  readonly failures: number
  /** Between probes while it is open: first, then doubled up to the last; spread over [half, whole]. */
  readonly firstProbe: number
  readonly lastProbe: number
}

export interface Policy {
  readonly name: string
  /** What is published, by whom; or that it is this project's own. */
  readonly source: string
  /** Delays before the first, second, ... retry; the last one serves all later ones. */
  readonly delays: readonly number[]
  /** Retries after the first attempt, at most. */
  readonly retries: number
  /** No attempt begins later than this after acceptance, a replay, or the first attempt after a hold; null: no limit. */
  readonly window: number | null
  readonly jitter: Jitter
  readonly retryAfter: RetryAfterRule | null
  /** One attempt may take so long. */
  readonly timeout: number
  /** 429, 502 and 504 slow the whole endpoint down. */
  readonly throttle: boolean
  /** After a timeout or a 429 the delay is at least this. */
  readonly overloadDelay: number
  /** 410 disables the endpoint. */
  readonly disableOnGone: boolean
  /** An endpoint that has failed for so long, without one success, is disabled; null: never. */
  readonly disableAfter: number | null
  readonly breaker: BreakerRule | null
}

export const TIMEOUT = 'timeout'

/** Standard Webhooks: 2xx succeeds, all else fails, redirects too; 410 says stop; 429, 502 and 504 say slower. */
export function judge({ status, error }: Outcome): Verdict {
  if (status === null || error !== null) return 'failed'
  if (status >= 200 && status < 300) return 'delivered'
  if (status === 410) return 'gone'
  return status === 429 || status === 502 || status === 504 ? 'throttled' : 'failed'
}

/** The policy's own delay before retry `retry` (1 for the first), without jitter. */
export function baseDelay({ delays }: Policy, retry: number): number {
  return delays[Math.min(retry, delays.length) - 1]!
}

export function spread(jitter: Jitter, delay: number, draw: number): number {
  switch (jitter.kind) {
    case 'none':
      return delay
    case 'around':
      return delay * (1 - jitter.share + 2 * jitter.share * draw)
    case 'added':
      return delay + draw * Math.min(Math.max(jitter.share * delay, jitter.least), jitter.most)
    case 'full':
      return draw * delay
    default:
      return (delay + draw * delay) / 2
  }
}

/**
 * Ms until retry number `retry`, after an attempt that came to `outcome` and ended `age` ms after its window began. Null
 * when the policy gives up.
 */
export function nextDelay(
  policy: Policy,
  retry: number,
  outcome: Outcome,
  age: number,
  draw: number,
): number | null {
  if (retry > policy.retries) return null
  let delay = baseDelay(policy, retry)
  if (outcome.status === 429 || outcome.error === TIMEOUT) delay = Math.max(delay, policy.overloadDelay)
  const hint = heeded(policy.retryAfter, outcome, delay)
  const jittered = policy.retryAfter?.jittered
    ? spread(policy.jitter, Math.max(delay, hint), draw)
    : Math.max(spread(policy.jitter, delay, draw), hint)
  return policy.window !== null && age + jittered > policy.window ? null : jittered
}

/** How much of a hint counts, ms; 0 for none. */
function heeded(rule: RetryAfterRule | null, { status, retryAfter }: Outcome, delay: number): number {
  if (rule === null || retryAfter === null || status === null) return 0
  if (rule.on !== 'any failure' && !rule.on.includes(status)) return 0
  return Math.min(retryAfter, rule.most, rule.mostTimes * delay)
}

/** For how long a throttling response holds the whole endpoint back. */
export function holdFor(policy: Policy, outcome: Outcome): number {
  return Math.max(1000, heeded(policy.retryAfter, outcome, Infinity))
}

/** The longest a message can be told to wait: what is due later than that was written by another clock. */
export function longestDelay(policy: Policy): number {
  const longest = Math.max(...policy.delays, policy.overloadDelay)
  const added = policy.jitter.kind === 'added' ? policy.jitter.most : longest
  const hint =
    policy.retryAfter === null ? 0 : Math.min(policy.retryAfter.most, policy.retryAfter.mostTimes * longest)
  return Math.max(longest, hint) + added
}

/** Delay until the next probe, after `probes` of them failed. */
export function probeDelay({ firstProbe, lastProbe }: BreakerRule, probes: number, draw: number): number {
  return spread({ kind: 'equal' }, Math.min(firstProbe * 2 ** Math.min(probes, 40), lastProbe), draw)
}

/** Nominal times of all attempts, ms from the first, each failing at once: what is published of a schedule. */
export function attemptTimes(policy: Policy, most = 1000): number[] {
  const plain: Policy = { ...policy, jitter: { kind: 'none' } }
  const times = [0]
  const failure: Outcome = { status: 500, error: null, retryAfter: null }
  while (times.length < most) {
    const now = times.at(-1)!
    const delay = nextDelay(plain, times.length, failure, now, 0)
    if (delay === null) break
    times.push(now + delay)
  }
  return times
}
