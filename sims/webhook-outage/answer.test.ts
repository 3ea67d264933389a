import { describe, expect, it, test } from 'vitest'
import type { Results } from '../lab/contract/sim.ts'
import { answer } from './answer.ts'
import type { Point } from './edge.ts'
import { outageParams, type OutageParams } from './params.ts'

const WRITTEN = { capacity: '10/s', load: '1%', outage: '24h' }

/** A point as the runner makes it, with these figures. */
function point(written: Record<string, unknown>, figures: Record<string, number>): Point {
  const metrics = Object.fromEntries(
    Object.entries(figures).map(([name, value]) => [name, { unit: 's', value, low: value, high: value }]),
  )
  const params = outageParams.parse({ ...WRITTEN, ...written })
  return { at: {}, params, replications: [], state: 'stable', metrics, figures: {} }
}

const textOf = (points: readonly Point[]): string =>
  answer({ points, chosen: points[0]!, limits: {} } as unknown as Results<OutageParams>).text

const OUTPOST = point(
  { policy: 'outpost' },
  { lost: 0.645, attempts: 10.6, failedAttempts: 10.3, lastDelivery: 15_360 },
)

describe('an outage', () => {
  it('compares the worst schedule, the best known one and ours', () => {
    const svix = point(
      { policy: 'svix' },
      { lost: 0.0003, attempts: 6.8, failedAttempts: 5.82, lastDelivery: 43_200 },
    )
    const ours = point(
      { policy: 'flowbench' },
      { lost: 0, attempts: 1, failedAttempts: 0.05, lastDelivery: 2280 },
    )
    expect(textOf([OUTPOST, svix, ours])).toBe(
      'Of a million events in a 24 h outage Outpost’s schedule loses 64.5 %, the last comes 4.27 h after the return; Svix’s ' +
        'schedule loses 0.03 %, the last comes 12 h after the return; probe and paced drain delivers all within 38 min of the ' +
        'return with 432 failed attempts in place of 5.82 million. Of 3 policies flowbench brings every event through.',
    )
  })
  it('names what is undelivered when the run ends, and speaks of no loss and no lateness then', () => {
    const held = point({ policy: 'flowbench' }, { undelivered: 1, failedAttempts: 0.05 })
    const short = point({ policy: 'svix' }, { undelivered: 0.25, failedAttempts: 5.5 })
    expect(textOf([held])).toBe(
      'Of a million events in a 24 h outage flowbench’s schedule leaves 100 % undelivered when the run ends; none of them ' +
        'came to an end.',
    )
    expect(textOf([short, held])).toBe(
      'Of a million events in a 24 h outage Svix’s schedule leaves 25 % undelivered when the run ends; probe and paced drain ' +
        'leaves 100 % undelivered when the run ends with 432 failed attempts in place of 5.5 million.',
    )
    expect(
      answer({ points: [held], chosen: held, limits: {} } as unknown as Results<OutageParams>).value,
    ).toBe(1)
  })
  it('of one policy alone, or of one under several outages, speaks of that point', () => {
    const alone =
      'Of a million events in a 24 h outage Outpost’s schedule loses 64.5 %, the last comes 4.27 h after the return; it makes ' +
      '10.6 million attempts.'
    expect(textOf([OUTPOST])).toBe(alone)
    const shorter = point({ policy: 'outpost', outage: '1h' }, { lost: 0, attempts: 6, lastDelivery: 3000 })
    expect(textOf([OUTPOST, shorter])).toBe(alone)
    expect(textOf([OUTPOST, point({ policy: 'svix', outage: '1h' }, { lost: 0 })])).toBe(alone)
  })
})

it.each([
  ['before', '1h'],
  ['after', '2h'],
  ['settle', '1h'],
  ['arrivals', 'steady'],
  ['concurrency', 50],
  ['timeout', '1s'],
  ['schedule', ['1h']],
])('two policies are not compared where %s differs', (name, value) => {
  const svix = { lost: 0.0003, attempts: 6.8, failedAttempts: 5.82, lastDelivery: 43_200 }
  expect(textOf([OUTPOST, point({ policy: 'svix' }, svix)])).toContain('Svix')
  expect(textOf([OUTPOST, point({ policy: 'svix', [name]: value }, svix)])).not.toContain('Svix')
})

it('of a run that has ended too soon it does not say that no message came to an end', () => {
  expect(textOf([point({ policy: 'svix' }, { undelivered: 0.25, failedAttempts: 5.5 })])).toBe(
    'Of a million events in a 24 h outage Svix’s schedule leaves 25 % undelivered when the run ends; not all attempts have ' +
      'been made.',
  )
})

describe('an edge', () => {
  const at = (policy: string, load: string, after: number, down = after): Point =>
    point(
      { policy, load, hysteresis: 'measured', outage: '1min' },
      { goodputAfter: after, goodputDownwards: down, lastFailure: 90 },
    )

  test('between the last load at which goodput comes back and the first at which it does not', () => {
    const points = [
      at('quick-1', '45%', 1),
      at('quick-1', '55%', 0),
      at('quick-2', '30%', 1, 0),
      at('quick-2', '36%', 0),
    ]
    expect(textOf(points)).toBe(
      'With one quick retry this receiver is safe below 50 % load (whole at 45 %, none at 55 %); above it an outage of 60 s ' +
        'never ends until load falls to 45 %. With two quick retries that is 33 % load (whole at 30 %, none at 36 %), and it ' +
        'must fall below what was tried.',
    )
    expect(
      answer({ points, chosen: points[0]!, limits: {} } as unknown as Results<OutageParams>),
    ).toMatchObject({
      value: 0.5,
      low: 0.45,
      high: 0.55,
    })
  })
  test('no load is said to be safe that none below was tried of', () => {
    expect(
      textOf([
        at('quick-1', '60%', 0),
        at('quick-1', '70%', 0),
        at('quick-2', '30%', 1, 0),
        at('quick-2', '40%', 0),
      ]),
    ).toBe(
      'With one quick retry no load that was tried is safe: at 60 % an outage does not end until load falls below what was ' +
        'tried. With two quick retries this receiver is safe below 35 % load (whole at 30 %, none at 40 %); above it an outage ' +
        'of 60 s never ends until load falls below what was tried.',
    )
  })
  test('no policy is said to bring goodput back that brings back a part of it', () => {
    expect(textOf([at('flowbench', '20%', 1), at('flowbench', '80%', 0.97)])).toBe(
      'With flowbench it comes back at every load up to 80 %, the last attempt failing 90 s after the return.',
    )
    expect(textOf([at('flowbench', '20%', 1), at('flowbench', '80%', 0.4)])).toBe(
      'With flowbench it comes back at every load up to 20 %, and in part up to 80 %.',
    )
    expect(textOf([at('flowbench', '20%', 0.6), at('flowbench', '80%', 0.4)])).toBe(
      'With flowbench goodput comes back in part only, at every load.',
    )
  })
})

describe('which policies bring every event through', () => {
  const policy = (name: string, lost: number) =>
    point({ policy: name }, { lost, attempts: 7, failedAttempts: 6, lastDelivery: 60 })
  test.each([
    [[0, 0.2, 0], ' Of 3 policies Svix and flowbench bring every event through.'],
    [[0.1, 0.2, 0.3], ' Of 3 policies none brings every event through.'],
    [[0.1, 0, 0.3], ' Of 3 policies Outpost brings every event through.'],
  ])('%o', (lost, words) => {
    const points = ['svix', 'outpost', 'flowbench'].map((name, i) => policy(name, lost[i]!))
    expect(textOf(points).endsWith(`.${words}`)).toBe(true)
  })
  it('is not known of none while some are undelivered', () => {
    const open = point({ policy: 'hook0' }, { undelivered: 0.5, failedAttempts: 6 })
    expect(textOf([policy('svix', 0.1), open])).not.toContain('every event')
  })
})

it('has its number in the sentence, whatever is asked about', () => {
  const points = [
    OUTPOST,
    point({ policy: 'svix' }, { lost: 0, attempts: 6.8, failedAttempts: 5.8, lastDelivery: 9 }),
    point({ policy: 'eventarc' }, { lost: 0.0065, attempts: 78, failedAttempts: 77, lastDelivery: 70 }),
  ]
  const asked = (limits: object) =>
    answer({ points, chosen: points[2]!, limits } as unknown as Results<OutageParams>)
  expect(asked({ lost: { op: '<', value: 0.01 } })).toMatchObject({
    value: 0.0065,
    text: expect.stringContaining(
      'outage Eventarc’s schedule loses 0.65 %, the last comes 70 s after the return; Outpost’s',
    ),
  })
  expect(asked({ attempts: { op: '<', value: 20 } })).toMatchObject({
    value: 78,
    text: expect.stringMatching(/ With Eventarc attempts is 78 s\.$/),
  })
})

it('loads of another receiver are no part of a policy’s edge', () => {
  const at = (load: string, timeout: string, after: number): Point =>
    point(
      { policy: 'quick-1', load, timeout, hysteresis: 'measured', outage: '1min' },
      { goodputAfter: after, goodputDownwards: after, lastFailure: 90 },
    )
  const points = [at('45%', '10s', 1), at('55%', '10s', 0), at('15%', '60s', 0), at('50%', '1s', 1)]
  expect(textOf(points)).toContain('safe below 50 % load (whole at 45 %, none at 55 %)')
})
