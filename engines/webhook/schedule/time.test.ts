/** Clocks that step between two starts, and from when on a window counts. */
import { describe, expect, test } from 'vitest'
import { longestDelay, type Policy } from '../policy/policy.ts'
import { seeded } from '../testing/random.ts'
import { answers, HOUR, MINUTE, ours, PER_MS, status, world } from '../testing/world.ts'
import { VirtualService } from '../virtual/service.ts'

describe('a clock that was ahead, and stepped back', () => {
  /** A start, on `count` messages of one endpoint that were written by a clock `ahead` of this one. */
  function start(
    ahead: number,
    count: number,
    { tries, attempts = tries, answer = 200 }: { tries: number; attempts?: number; answer?: number },
    policy: Policy,
  ) {
    const now = 100 * HOUR
    const service = VirtualService.logged(
      { start: now },
      answers(() => status(answer)),
      seeded(1),
    )
    for (let i = 0; i < count; i++) {
      const due = now + ahead + i
      const message = { endpoint: 1, state: 'pending' as const, tries, attempts, since: due, due }
      service.store.messages.set(due * PER_MS, { ...message, log: [] })
    }
    service.act((scheduler, at) =>
      scheduler.addEndpoint(1, { policy, concurrency: 16, rate: null }, at, { empty: false }),
    )
    return { service, now, all: () => [...service.store.messages.values()] }
  }

  test.each([
    ['accepted by it and never tried', 0],
    ['replayed by it', 3],
  ])('what was %s goes at once, page by page', (_, attempts) => {
    const { service, now, all } = start(9 * HOUR, 1000, { tries: 0, attempts }, ours)
    service.runUntil(now + 10_000)
    expect(all().every(({ state }) => state === 'delivered')).toBe(true)
  })

  const hourly: Policy = { ...ours, delays: [HOUR], jitter: { kind: 'none' }, retryAfter: null }

  test('what is to be tried again waits no longer than a policy may ask for, however many there are', () => {
    const policy = hourly
    const { service, now, all } = start(9000 * HOUR, 1000, { tries: 1 }, policy)
    service.runUntil(now + longestDelay(policy) - 1)
    expect(all().every(({ state }) => state === 'pending')).toBe(true)
    service.runUntil(now + longestDelay(policy) + 10_000)
    expect(all().every(({ state }) => state === 'delivered')).toBe(true)
  })

  test('and what fails after the step waits its full delay, also when memory has no room for it', () => {
    const policy: Policy = { ...hourly, retries: 16, window: null, breaker: null }
    const { service, now, all } = start(9000 * HOUR, 3000, { tries: 1, answer: 500 }, policy)
    service.runUntil(now + 40 * HOUR)
    for (const { state, log } of all()) {
      const times = log.map(({ at }) => at)
      expect([state, times.length]).toEqual(['dead', 16])
      expect(times.every((at, i) => at - (times[i - 1] ?? now) >= HOUR)).toBe(true)
    }
  })
})

describe('what was written ahead of time', () => {
  const settings = { policy: ours, concurrency: 16, rate: null }
  const begun = (policy: Policy, stored: object) => {
    const now = 100 * HOUR
    const service = VirtualService.logged(
      { start: now },
      answers(() => status(500), 0),
      seeded(1),
    )
    const message = { endpoint: 1, state: 'pending' as const, tries: 0, attempts: 0, due: now }
    service.store.messages.set(now * PER_MS, { ...message, since: now + 9 * HOUR, log: [] })
    service.act((scheduler, at) =>
      scheduler.addEndpoint(1, { ...settings, policy }, at, { empty: false, ...stored }),
    )
    return { service, now, message: service.store.messages.get(now * PER_MS)! }
  }

  test('prolongs no window', () => {
    const policy: Policy = {
      ...ours,
      delays: [10 * MINUTE],
      window: HOUR,
      jitter: { kind: 'none' },
      breaker: null,
    }
    const { service, now, message } = begun(policy, { resumed: 109 * HOUR })
    service.runUntil(now + 8 * HOUR)
    expect([message.state, message.log.length]).toEqual(['dead', 7])
  })
  test('keeps no failing endpoint enabled for longer', () => {
    const { service, now } = begun(ours, { failingSince: 109 * HOUR })
    service.runUntil(now + 121 * HOUR)
    expect(service.scheduler.endpointState(1)).toBe('disabled_due_to_failed_deliveries')
  })
})

describe('a window counts from acceptance', () => {
  const policy: Policy = {
    ...ours,
    delays: [10 * MINUTE],
    retries: 1000,
    window: HOUR,
    jitter: { kind: 'none' },
    breaker: null,
  }

  test('and for what was held from the first attempt after it', () => {
    const { service, post, all } = world(
      answers(() => status(500), 0),
      { policy },
    )
    post(1)
    service.runUntil(15 * MINUTE)
    service.act((scheduler, now) => scheduler.apply(1, 'pause', now))
    service.runUntil(48 * HOUR)
    service.act((scheduler, now) => scheduler.apply(1, 'resume', now))
    service.runUntil(96 * HOUR)
    const minutes = all()[0]!.log.map(({ at }) => at / MINUTE)
    const resumed = 48 * 60
    expect(minutes).toEqual([0, 10, ...[0, 10, 20, 30, 40, 50, 60].map((at) => resumed + at)])
    expect(all()[0]!.state).toBe('dead')
  })

  test('which what comes in the moment of a resume is not older than', () => {
    const { service, post, all } = world(
      answers(() => status(500), 0),
      { policy },
      { lane: 1 },
    )
    // Acceptance is known to the millisecond.
    service.runUntil(15 * MINUTE + 0.4)
    service.act((scheduler, now) => scheduler.apply(1, 'pause', now))
    service.act((scheduler, now) => scheduler.apply(1, 'resume', now))
    post(8)
    service.runUntil(96 * HOUR)
    expect(all().map(({ log }) => log.length)).toEqual(Array(8).fill(6))
  })
})
