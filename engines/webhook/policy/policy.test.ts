import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { POLICIES } from './policies.ts'
import { attemptTimes, judge, longestDelay, nextDelay, probeDelay, spread, type Outcome } from './policy.ts'
import { retryAfter } from './retry-after.ts'
import published from './retry-schedules.json' with { type: 'json' }

const HOUR = 3_600_000
const failed = (over: Partial<Outcome> = {}): Outcome => ({
  status: 500,
  error: null,
  retryAfter: null,
  ...over,
})
const policy = (name: string) => POLICIES.get(name)!
const seconds = (name: string): number[] => attemptTimes(policy(name)).map((ms) => ms / 1000)

describe('published schedules, attempt by attempt', () => {
  // Sources: the `source` of each policy.
  test.each([
    ['standard-webhooks', [0, 5, 305, 2105, 9305, 27_305, 63_305, 113_705, 185_705, 272_105]],
    ['svix', [0, 5, 305, 2105, 9305, 27_305, 63_305, 99_305]],
    ['outpost', [0, 30, 90, 210, 450, 930, 1890, 3810, 7650, 15_330, 30_690]],
  ])('%s', (name, times) => expect(seconds(name)).toEqual(times))

  test('the file’s own sums of its delays', () => {
    const { schedules } = published
    expect(seconds('standard-webhooks')).toEqual(schedules.standard_webhooks_example.attempt_times_s)
    expect(seconds('svix')).toEqual(schedules.svix_server.attempt_times_s)
    expect(seconds('outpost')).toEqual(schedules.hookdeck_outpost.attempt_times_s)
    expect(seconds('hook0')).toEqual(schedules.hook0.attempt_times_s)
    expect(seconds('eventarc')).toHaveLength(schedules.eventarc_pubsub.attempts_within_24h)
  })
  test('hook0: 25 attempts, 9 of them in a day, the last after 179.554 h', () => {
    const times = attemptTimes(policy('hook0'))
    expect(times).toHaveLength(25)
    expect(times.filter((ms) => ms <= 24 * HOUR)).toHaveLength(9)
    expect(times.at(-1)! / HOUR).toBeCloseTo(179.554, 3)
  })

  test('eventarc: 149 attempts in its 24 h', () => expect(attemptTimes(policy('eventarc'))).toHaveLength(149))

  test('convoy: min(2^n, 7200) s', () => {
    expect(seconds('convoy').slice(0, 4)).toEqual([0, 2, 6, 14])
    const times = seconds('convoy')
    expect(times.at(-1)! - times.at(-2)!).toBe(7200)
  })

  test('gemini-24h: none begins after 24 h', () => {
    expect(attemptTimes(policy('gemini-24h')).at(-1)).toBeLessThanOrEqual(24 * HOUR)
  })
})

test('peaks of 10,000 deliveries that failed in one second, at the step nearest 5 minutes', () => {
  // The laws' arithmetic: how many fall into the fullest second.
  const peak = (name: string, retry: number): number => {
    const counts = new Map<number, number>()
    for (let i = 0; i < 10_000; i++) {
      const delay = nextDelay(policy(name), retry, failed(), 0, i / 10_000)!
      const second = Math.floor(delay / 1000)
      counts.set(second, (counts.get(second) ?? 0) + 1)
    }
    return Math.max(...counts.values())
  }
  expect(peak('outpost', 4)).toBe(10_000)
  expect(peak('convoy', 8)).toBe(2000)
  expect(peak('hook0', 3)).toBe(556)
  expect(peak('svix', 2)).toBe(84)
})

test('every delay lies between 0 and the longest, whatever the draw, the retry and the hint', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...POLICIES.values()),
      fc.integer({ min: 1, max: 400 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      fc.option(fc.integer({ min: 0, max: 1e12 })),
      fc.constantFrom(429, 500, 503, 301),
      (one, retry, draw, hint, status) => {
        const delay = nextDelay(one, retry, failed({ status, retryAfter: hint }), 0, draw)
        if (delay === null) return
        expect(delay).toBeGreaterThanOrEqual(0)
        expect(delay).toBeLessThanOrEqual(longestDelay(one))
      },
    ),
  )
})

describe('Retry-After is heeded as each policy does', () => {
  const hinted = (name: string, over: Partial<Outcome>, draw = 0.5) =>
    nextDelay(policy(name), 1, failed(over), 0, draw)! / 1000
  test('flowbench: any failure, an hour at most, never earlier', () => {
    expect(hinted('flowbench', { retryAfter: 120_000 })).toBe(120)
    expect(hinted('flowbench', { retryAfter: 1e12 })).toBe(3600)
    expect(hinted('flowbench', { retryAfter: 0 }, 0.999)).toBeCloseTo(2, 2)
  })
  test('svix: twice the delay at most, and jittered', () => {
    expect(hinted('svix', { retryAfter: 1e9 }, 0.5)).toBe(10)
    expect(hinted('svix', { retryAfter: 1e9 }, 0)).toBe(8)
  })
  test('hook0: 429 alone', () => {
    expect(hinted('hook0', { status: 503, retryAfter: 60_000 }, 0)).toBe(3)
    expect(hinted('hook0', { status: 429, retryAfter: 60_000 }, 0)).toBe(60)
  })
  test('outpost, convoy: not at all', () => {
    expect(hinted('outpost', { status: 429, retryAfter: 900_000 })).toBe(30)
    expect(hinted('convoy', { status: 429, retryAfter: 900_000 }, 0)).toBe(2)
  })
})

test('svix waits a minute after a timeout or a 429', () => {
  expect(nextDelay(policy('svix'), 1, failed({ status: null, error: 'timeout' }), 0, 0.5)).toBe(60_000)
  expect(nextDelay(policy('svix'), 1, failed({ status: 429 }), 0, 0.5)).toBe(60_000)
})

test('what counts as what', () => {
  const of = (status: number | null, error: string | null = null) =>
    judge({ status, error, retryAfter: null })
  for (const status of [200, 201, 202, 204, 299]) expect(of(status)).toBe('delivered')
  for (const status of [300, 301, 302, 304, 307, 308, 400, 404, 500, 503]) expect(of(status)).toBe('failed')
  for (const status of [429, 502, 504]) expect(of(status)).toBe('throttled')
  expect(of(410)).toBe('gone')
  expect(of(null, 'ECONNREFUSED')).toBe('failed')
  expect(of(200, 'timeout')).toBe('failed')
})

test('probes: doubled from the first to the last, between half and whole, after any number of them', () => {
  const rule = { failures: 5, firstProbe: 5000, lastProbe: 300_000 }
  expect(probeDelay(rule, 0, 0)).toBe(2500)
  expect(probeDelay(rule, 2, 0.999_999)).toBeCloseTo(20_000, 0)
  expect(probeDelay(rule, 1e9, 0)).toBe(150_000)
})

test('jitter laws: means over uniform draws', () => {
  const mean = (kind: Parameters<typeof spread>[0]): number => {
    let sum = 0
    for (let i = 0; i < 1000; i++) sum += spread(kind, 100, (i + 0.5) / 1000)
    return sum / 1000
  }
  expect(mean({ kind: 'none' })).toBe(100)
  expect(mean({ kind: 'full' })).toBeCloseTo(50, 6)
  expect(mean({ kind: 'equal' })).toBeCloseTo(75, 6)
  expect(mean({ kind: 'around', share: 0.2 })).toBeCloseTo(100, 6)
  expect(mean({ kind: 'added', share: 0.1, least: 20, most: 50 })).toBeCloseTo(110, 6)
})

describe('Retry-After, read', () => {
  const now = Date.UTC(2026, 10, 26, 12, 0, 0)
  test.each([
    ['0', 0],
    ['120', 120_000],
    ['9999999999', 9_999_999_999_000],
    ['Thu, 26 Nov 2026 12:01:00 GMT', 60_000],
    ['Thursday, 26-Nov-26 12:01:00 GMT', 60_000],
    ['Thu Nov 26 12:01:00 2026', 60_000],
    ['Sun Nov  1 12:01:00 2026', 0],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 0],
    ['Thu, 26 Nov 2026 11:00:00 GMT', 0],
  ])('%j', (text, ms) => expect(retryAfter(text, now)).toBe(ms))
  test.each([
    '-3',
    '+3',
    '1.5',
    '',
    'abc',
    ' 5',
    '5 ',
    '5, 6',
    '1e3',
    '0x10',
    '99999999999',
    '٣',
    '120s',
    'Thu, 31 Feb 2026 12:00:00 GMT',
    'Thu, 26 Nov 2026 25:00:00 GMT',
    '2026-11-26T12:01:00Z',
    'tomorrow',
    'Thu, 26 Nov 2026 12:01:00 +0000',
  ])('%j is ignored', (text) => expect(retryAfter(text, now)).toBeNull())
  test('no header', () => expect(retryAfter(undefined, now)).toBeNull())
  test('a date survives the way there and back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e9 }), (s) => {
        expect(retryAfter(new Date(1000 * s).toUTCString(), 0)).toBe(1000 * s)
      }),
    )
  })
})
