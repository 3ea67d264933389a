import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { POLICIES } from '../policy/policies.ts'
import type { Outcome, Policy } from '../policy/policy.ts'
import { seeded } from '../testing/random.ts'
import { answers, HOUR, MINUTE, ours, PER_MS, status, world } from '../testing/world.ts'
import { VirtualService, type Receiver } from '../virtual/service.ts'
import { Scheduler } from './scheduler.ts'
import { ENDPOINT, MESSAGE, move, NoTransition } from './transitions.ts'

describe('outcomes', () => {
  test('2xx: delivered at once', () => {
    const { service, post, all } = world(answers(() => status(204)))
    post(3)
    service.runUntil(1000)
    expect(all().map(({ state, log }) => [state, log.length])).toEqual([1, 2, 3].map(() => ['delivered', 1]))
    expect(all().every(({ log }) => log[0]!.at === 0)).toBe(true)
  })

  test('failures go again by the policy until it gives up; the message is then dead, with every attempt kept', () => {
    const policy: Policy = { ...POLICIES.get('svix')!, jitter: { kind: 'none' } }
    const { service, post, all } = world(
      answers(() => status(500), 0),
      { policy },
    )
    post(1)
    service.runUntil(200 * HOUR)
    const [message] = all()
    expect(message!.state).toBe('dead')
    expect(message!.log.map(({ at }) => at / 1000)).toEqual([0, 5, 305, 2105, 9305, 27_305, 63_305, 99_305])
  })

  test('a retry due in 30 days fires at its millisecond', () => {
    const month = 30 * 24 * HOUR
    const policy: Policy = { ...ours, delays: [month], jitter: { kind: 'none' }, disableAfter: null }
    const { service, post, all } = world(
      answers((_, attempt) => status(attempt === 1 ? 500 : 200), 0),
      { policy },
    )
    post(1)
    service.runUntil(2 * month)
    expect(all()[0]!.log.map(({ at }) => at)).toEqual([0, month])
  })

  test('a redirect is a failure and a retry is due', () => {
    const { service, post, all } = world(answers((_, attempt) => status(attempt === 1 ? 301 : 200)))
    post(1)
    service.runUntil(10)
    service.runUntil(100)
    expect(all()[0]).toMatchObject({ state: 'pending', log: [{ status: 301 }] })
    expect(all()[0]!.due).toBeGreaterThan(1000)
  })

  test('Retry-After holds the whole endpoint back, and 429 halves what is under way', () => {
    const sent: number[] = []
    const { service, post } = world(
      (seq, attempt, now) => {
        sent.push(now)
        return { outcome: sent.length <= 4 ? status(429, 60_000) : status(200), after: 100 }
      },
      { concurrency: 4 },
    )
    post(12)
    service.runUntil(59_000)
    expect(sent).toEqual([0, 0, 0, 0])
    service.runUntil(10 * MINUTE)
    expect(sent.slice(4).every((at) => at >= 60_100)).toBe(true)
    // 4 halved four times is 1; each success makes room for one more.
    expect(sent.filter((at) => at === 60_100)).toHaveLength(1)
  })

  test('410 disables, what is there and what comes is held, and goes out after a resume', () => {
    let gone = true
    const { service, post, all } = world(answers(() => status(gone ? 410 : 200)))
    post(1)
    service.runUntil(1000)
    expect(service.scheduler.endpointState(1)).toBe('disabled')
    expect(service.store.events).toMatchObject([{ event: 'endpoint.disabled.gone' }])
    post(10)
    service.runUntil(48 * HOUR)
    expect(all().map(({ state }) => state)).toEqual(Array.from({ length: 11 }, () => 'pending'))
    expect(service.scheduler.counters.sent).toBe(1)
    gone = false
    service.act((scheduler, now) => scheduler.apply(1, 'resume', now))
    service.runUntil(49 * HOUR)
    expect(all().every(({ state }) => state === 'delivered')).toBe(true)
  })

  test('an endpoint that fails for 120 h is disabled with an event; nothing is lost', () => {
    const { service, post, all } = world(answers(() => status(500)))
    post(5)
    service.runUntil(130 * HOUR)
    expect(service.scheduler.endpointState(1)).toBe('disabled_due_to_failed_deliveries')
    expect(service.store.events).toMatchObject([{ endpoint: 1, event: 'endpoint.disabled.failing' }])
    expect(service.store.events[0]!.at).toBeGreaterThanOrEqual(120 * HOUR)
    expect(all().filter(({ state }) => state === 'pending')).toHaveLength(5)
  })
})

describe('the breaker', () => {
  const outage = (from: number, to: number): Receiver =>
    answers((now) => status(now >= from && now < to ? 500 : 200))

  test('while it is open one probe at a time goes out, and messages wait without spending attempts', () => {
    const { service, post, all } = world(outage(0, 20 * HOUR))
    post(200)
    service.runUntil(19 * HOUR)
    const { sent, probes } = service.scheduler.counters
    // Until the fifth failure, and what was under way by then; from there a probe in 2.5 to 5 minutes.
    expect(sent - probes).toBeLessThanOrEqual(16 + 5)
    expect(probes).toBeGreaterThan((19 * HOUR) / (5 * MINUTE))
    expect(Math.max(...all().map(({ tries }) => tries))).toBeLessThanOrEqual(1)
    service.runUntil(21 * HOUR)
    expect(all().every(({ state }) => state === 'delivered')).toBe(true)
    const last = Math.max(...all().map(({ log }) => log.at(-1)!.at))
    expect(last).toBeLessThan(20 * HOUR + 6 * MINUTE)
  })

  test('back again, it drains at the rate, fresh ones first', () => {
    const { service, post, all } = world(outage(0, HOUR), { rate: 2 })
    post(2000)
    service.runUntil(HOUR + 6 * MINUTE)
    const [fresh] = post(1)
    service.runUntil(HOUR + 6 * MINUTE + 2000)
    expect(service.store.messages.get(fresh!)!.state).toBe('delivered')
    expect(all().filter(({ state }) => state === 'pending').length).toBeGreaterThan(1000)
    service.runUntil(2 * HOUR)
    expect(all().every(({ state }) => state === 'delivered')).toBe(true)
    const times = all()
      .flatMap(({ log }) => log.map(({ at }) => at))
      .filter((at) => at > HOUR + 6 * MINUTE)
      .sort((a, b) => a - b)
    for (let i = 1; i < times.length; i++) expect(times[i]! - times[i - 1]!).toBeGreaterThanOrEqual(499)
  })
})

test('the rate is kept over any second, whatever comes', () => {
  const sent: number[] = []
  const { service, post } = world(
    (_seq, _attempt, now) => {
      sent.push(now)
      return { outcome: status(200), after: 5 }
    },
    { rate: 50 },
  )
  for (let i = 0; i < 20; i++) {
    service.runUntil(i * 137)
    post(30)
  }
  service.runUntil(HOUR)
  expect(sent).toHaveLength(600)
  for (let i = 0; i + 55 < sent.length; i++) expect(sent[i + 55]! - sent[i]!).toBeGreaterThanOrEqual(1000)
})

describe('others are not held up', () => {
  /** Delays of 999 good endpoints' messages beside one that is as told. */
  function delays(one: Outcome & { readonly after: number }): number[] {
    const service = VirtualService.logged(
      { start: 0, lane: Infinity },
      (seq, _attempt, _now) =>
        seq % 1000 === 0 ? { outcome: one, after: one.after } : { outcome: status(200), after: 30 },
      seeded(1),
    )
    for (let id = 0; id < 1000; id++) {
      service.act((scheduler, now) =>
        scheduler.addEndpoint(id, { policy: ours, concurrency: 16, rate: null }, now),
      )
    }
    for (let ms = 0; ms < 30; ms++) {
      service.runUntil(ms * 1000)
      for (let id = 0; id < 1000; id++) service.accept(id, ms * 1000 * PER_MS + id)
    }
    service.runUntil(5 * MINUTE)
    return [...service.store.messages]
      .filter(([seq]) => seq % 1000 !== 0)
      .map(([, { log }]) => log.at(-1)!.at + log.length)
  }

  test('one dead, or hanging, receiver among 1,000: every delay of the others is the same as without it', () => {
    const well = delays({ ...status(200), after: 30 })
    expect(delays({ status: null, error: 'ECONNREFUSED', retryAfter: null, after: 1 })).toEqual(well)
    expect(delays({ status: null, error: 'timeout', retryAfter: null, after: 15_000 })).toEqual(well)
  })

  test('2,000 hanging receivers take all slots but some: a good one is still served at once', () => {
    const late = 100 * PER_MS
    const service = VirtualService.logged(
      { start: 0, lane: Infinity, maxInFlight: 4096 },
      (seq) =>
        seq >= late
          ? { outcome: status(200), after: 10 }
          : { outcome: { status: null, error: 'timeout', retryAfter: null }, after: 15_000 },
      seeded(1),
    )
    const settings = { policy: { ...ours, breaker: null }, concurrency: 16, rate: null }
    for (let id = 0; id <= 2000; id++)
      service.act((scheduler, now) => scheduler.addEndpoint(id, settings, now))
    for (let i = 0; i < 40_000; i++) service.accept(i % 2000, i)
    service.runUntil(100)
    expect(service.scheduler.load.inFlight).toBeGreaterThan(4000)
    service.accept(2000, late)
    service.runUntil(200)
    expect(service.store.messages.get(late)).toMatchObject({ state: 'delivered', log: [{ at: 100 }] })
  })
})

describe('memory', () => {
  test('any lane, any order of events: the same messages are delivered, none late, as with everything in memory', () => {
    const settings = { policy: { ...ours, jitter: { kind: 'none' as const } }, concurrency: 1000, rate: null }
    const run = (options: { lane: number; maxJobs?: number }, plan: readonly [number, number][]) => {
      const service = VirtualService.logged(
        { start: 0, ...options },
        (seq, attempt) => ({ outcome: status((seq * 7 + attempt * 3) % 5 < 2 ? 200 : 503), after: 10 }),
        seeded(1),
      )
      for (let id = 0; id < 3; id++)
        service.act((s, now) =>
          s.addEndpoint(id, { ...settings, policy: { ...settings.policy, breaker: null } }, now),
        )
      for (const [at, burst] of plan) {
        service.runUntil(at)
        for (let i = 0; i < burst; i++) service.accept(i % 3, at * PER_MS + i)
      }
      service.runUntil(100 * HOUR)
      return service
    }
    const plan = fc.array(fc.tuple(fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 1, max: 60 })), {
      maxLength: 6,
    })
    fc.assert(
      fc.property(
        plan,
        fc.integer({ min: 4, max: 40 }),
        fc.constantFrom(20, 100, 100_000),
        (gaps, lane, maxJobs) => {
          let at = 0
          const times = gaps.map(([gap, burst]): [number, number] => [(at += gap), burst])
          const [all, few] = [run({ lane: Infinity }, times), run({ lane, maxJobs }, times)]
          expect([...few.store.messages.values()].map(({ state, tries }) => [state, tries])).toEqual(
            [...all.store.messages.values()].map(({ state, tries }) => [state, tries]),
          )
          expect(few.scheduler.load).toEqual({ jobs: 0, inFlight: 0 })
          // Paged in before it was due: no later than the turns that a narrow lane takes.
          const isWide = lane >= 20 && maxJobs > 20
          const lateness = [...few.store.messages].flatMap(([seq, { log }]) => {
            const there = all.store.messages.get(seq)!.log
            return log.map(({ at }, i) => (at - there[i]!.at) / (i + 1))
          })
          expect(isWide ? Math.max(0, ...lateness) : 0).toBeLessThanOrEqual(50)
        },
      ),
      { numRuns: 60 },
    )
  })

  test('what waits for hours does not keep out what is due now', () => {
    const policy: Policy = { ...ours, delays: [3 * HOUR], breaker: null }
    const { service, post, all } = world(
      answers((_now, attempt, seq) => status(seq < 8 && attempt === 1 ? 500 : 200)),
      { policy },
      { lane: 8 },
    )
    post(8)
    service.runUntil(1000)
    post(60)
    service.runUntil(10_000)
    expect(all().filter(({ state }) => state === 'delivered')).toHaveLength(60)
    service.runUntil(4 * HOUR)
    expect(all().every(({ state }) => state === 'delivered')).toBe(true)
  })

  test('a failure that finds no room leaves the others that wait where they are: none is late', () => {
    const policy: Policy = { ...ours, delays: [2000, 3 * HOUR], jitter: { kind: 'none' }, breaker: null }
    const { service, post } = world(
      answers((_now, attempt, seq) => status(attempt < (seq < 8 ? 3 : 2) ? 500 : 200)),
      { policy },
      { lane: 8 },
    )
    post(8)
    service.runUntil(5000)
    // Eight wait for three hours, which is all the room there is.
    const [late] = post(1)
    service.runUntil(10 * HOUR)
    expect(service.store.messages.get(late!)!.log.map(({ at }) => at)).toEqual([5000, 7020])
    expect(service.scheduler.load.jobs).toBe(0)
  })

  test('a deleted endpoint is forgotten with all that waited, also where a failure found no room before', () => {
    const policy: Policy = { ...ours, delays: [3 * HOUR], jitter: { kind: 'none' }, breaker: null }
    const { service, post } = world(
      answers(() => status(500)),
      { policy },
      { lane: 8 },
    )
    post(8)
    service.runUntil(5000)
    post(1)
    service.runUntil(6000)
    expect(service.scheduler.load.jobs).toBeGreaterThan(0)
    service.act((scheduler, now) => scheduler.apply(1, 'delete', now))
    expect(service.scheduler.load).toEqual({ jobs: 0, inFlight: 0 })
    expect(service.scheduler.earliest()).toBe(Infinity)
  })

  test('a page that cannot be read for an endpoint which is deleted by then leaves no alarm behind', () => {
    const scheduler = new Scheduler({ start: 0 })
    scheduler.addEndpoint(1, { policy: ours, concurrency: 16, rate: null }, 0, { empty: false })
    scheduler.accepted(1, 1, 0, 0)
    expect(scheduler.take().map((effect) => effect.do)).toEqual(['load', 'send'])
    scheduler.apply(1, 'delete', 0)
    scheduler.notLoaded(1, 0)
    scheduler.responded(1, status(200), 1, () => 0)
    scheduler.saved(1, 1)
    expect(() => scheduler.advance(HOUR)).not.toThrow()
  })

  test('a start reads a little of each endpoint; what is then due at once comes in pages that grow', () => {
    const policy: Policy = { ...ours, delays: [3 * HOUR], jitter: { kind: 'none' }, breaker: null }
    const settings = { policy, concurrency: 1000, rate: null }
    const before = VirtualService.logged({ start: 0 }, () => ({ outcome: status(500), after: 1 }), seeded(1))
    before.act((scheduler, now) => scheduler.addEndpoint(1, settings, now))
    for (let i = 0; i < 3000; i++) before.accept(1, i)
    before.runUntil(HOUR)
    const { store } = before
    const late = (): number[] => [...store.messages.values()].map(({ log }) => log.at(-1)!.at - log[0]!.at)
    const after = new VirtualService(
      { start: HOUR },
      () => ({ outcome: status(200), after: 10 }),
      seeded(1),
      store,
    )
    after.act((scheduler, now) => scheduler.addEndpoint(1, settings, now, { empty: false }))
    after.runUntil(2 * HOUR)
    expect(after.scheduler.load.jobs).toBe(32)
    after.runUntil(4 * HOUR)
    expect([...store.messages.values()].every(({ state }) => state === 'delivered')).toBe(true)
    expect(Math.max(...late())).toBeLessThan(3 * HOUR + 50)
    expect(after.scheduler.counters.loads).toBeLessThan(12)
  })

  test('20,000 messages for a dead receiver: a few hundred in memory', () => {
    const { service } = world(
      answers(() => status(500)),
      {},
      { lane: 256 },
    )
    let most = 0
    for (let i = 0; i < 20_000; i++) {
      if (i % 100 === 0) service.runUntil(i)
      service.accept(1, i * PER_MS)
      most = Math.max(most, service.scheduler.load.jobs)
    }
    expect(most).toBeLessThanOrEqual(2 * 256 + 16)
  })

  test('1,000 retries due while it was down: all go out after the start, at the rate', () => {
    const sent: number[] = []
    const service = VirtualService.logged(
      { start: 0 },
      (_seq, _attempt, now) => {
        sent.push(now)
        return { outcome: status(200), after: 5 }
      },
      seeded(1),
    )
    const start = 10 * MINUTE
    for (let i = 0; i < 1000; i++) {
      const seq = i * PER_MS
      service.store.messages.set(seq, {
        endpoint: 1,
        state: 'pending',
        tries: 1,
        attempts: 1,
        since: i,
        due: 1000 + i,
        log: [],
      })
    }
    service.runUntil(start)
    service.act((scheduler, now) =>
      scheduler.addEndpoint(1, { policy: ours, concurrency: 16, rate: 100 }, now, { empty: false }),
    )
    service.runUntil(HOUR)
    expect([...service.store.messages.values()].every(({ state }) => state === 'delivered')).toBe(true)
    expect(Math.min(...sent)).toBeGreaterThanOrEqual(start)
    expect(sent[999]! - sent[0]!).toBeGreaterThanOrEqual(9800)
  })
})

test('pause, resume, delete: what the tables say, and a deleted endpoint leaves nothing behind', () => {
  const { service, post, all } = world(answers(() => status(200), 100))
  post(40)
  service.runUntil(50)
  service.act((scheduler, now) => scheduler.apply(1, 'pause', now))
  service.runUntil(HOUR)
  expect(all().filter(({ state }) => state === 'delivered')).toHaveLength(16)
  service.act((scheduler, now) => scheduler.apply(1, 'resume', now))
  service.act((scheduler, now) => scheduler.apply(1, 'delete', now))
  service.runUntil(2 * HOUR)
  expect(service.scheduler.load).toEqual({ jobs: 0, inFlight: 0 })
  expect(service.scheduler.endpointState(1)).toBeUndefined()
  expect(() => move(ENDPOINT, 'deleted', 'resume')).toThrow(NoTransition)
  expect(() => move(MESSAGE, 'delivered', 'send')).toThrow('delivered cannot send')
})

test('same seed, same attempts', () => {
  const run = () => {
    const { service, post, all } = world(answers((now) => status(now % 3 === 0 ? 500 : 200)))
    post(50)
    service.runUntil(20 * HOUR)
    return all()
  }
  expect(run()).toEqual(run())
})
