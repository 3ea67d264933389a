import { expect, test } from 'vitest'
import { openStream } from '../../lab/kernel/random/stream.ts'
import type { Played } from './duel.ts'
import { planOf } from './judge.ts'
import { Refused } from './refused.ts'
import { timeBoth, timeControls, type TimingOptions } from './timing.ts'

const options: TimingOptions = {
  plan: planOf(6),
  clock: 'cpu',
  cache: '',
  seed: 1,
  signal: new AbortController().signal,
  isOver: () => false,
  left: () => Infinity,
  onProgress: () => {},
}

const noise = openStream(2, 0, 'rounds')

/** A side that takes `seconds`, give or take a per cent. */
function side(seconds: number, { peak = 100e6, asleep = 0 } = {}): Played {
  const took = seconds * (1 + 0.02 * (noise.uniform() - 0.5))
  return {
    figures: [[took]],
    wall: took,
    p95: took,
    finish: { peak, gc: 0, asleep },
  }
}

const pairs = (head: (round: number) => Played, base = () => side(1)) => {
  let round = 0
  return () => Promise.resolve({ base: base(), head: head(round++) })
}

test('what did not change is clear after the first look, what is slower is found and confirmed', async () => {
  const same = await timeBoth(
    'a',
    pairs(() => side(1)),
    options,
  )
  expect(same).toMatchObject({ finding: 'clear', timing: { rounds: 8, confirming: 0 } })
  const slower = await timeBoth(
    'a',
    pairs(() => side(1.05)),
    options,
  )
  expect(slower).toMatchObject({ finding: 'slower', timing: { rounds: 14, confirming: 12 } })
  expect(slower!.ratio).toBeCloseTo(1.05, 1)
})

test('planted: what is slower for a while only is not confirmed, and stays undecided', async () => {
  const timed = await timeBoth(
    'a',
    pairs((round) => side(round < 14 ? 1.1 : 1)),
    options,
  )
  expect(timed).toMatchObject({ finding: 'undecided', timing: { rounds: 14, confirming: 45 } })
  expect(timed!.notes).toEqual(['found slower in 14 rounds, and not again in 45 fresh ones'])
})

test('of a run so brief that the clock is a part of it, that is said', async () => {
  const brief = () => ({ ...side(1), brief: 3e-6 })
  const timed = await timeBoth(
    'a',
    pairs(() => side(1), brief),
    options,
  )
  expect(timed!.notes).toEqual([expect.stringContaining('timed by itself, and one takes 3 us')])
})

test('planted: a tenth more memory fails; a tenth of little does not', async () => {
  const more = (peak: number) =>
    timeBoth(
      'a',
      pairs(
        () => side(1, { peak: 1.1 * peak }),
        () => side(1, { peak }),
      ),
      options,
    )
  expect((await more(100e6))!.finding).toBe('more memory')
  expect((await more(1e6))!.finding).toBe('undecided')
})

test('planted: a slowdown that is let through lets no memory through, nor the other way round', async () => {
  const found = async (kind: 'time' | 'memory', seconds: number, peak: number) => {
    const head = pairs(() => side(seconds, { peak }))
    return (await timeBoth('a', head, { ...options, accepted: new Set([kind]) }))!.finding
  }
  expect(await found('time', 1.2, 200e6)).toBe('more memory')
  expect(await found('time', 1.2, 100e6)).toBe('slower')
  expect(await found('memory', 1.2, 200e6)).toBe('slower')
  expect(await found('memory', 1, 200e6)).toBe('more memory')
  // Memory that is never known to be clear: nothing passes.
  let round = 0
  const unclear = pairs(() => side(1.2, { peak: [112e6, 106e6, 100e6][round++ % 3]! }))
  const timed = await timeBoth('a', unclear, { ...options, accepted: new Set(['time'] as const) })
  expect(timed!.finding).toBe('undecided')
})

test('planted: a benchmark that sleeps in every round, on either side, is refused; one that seemed to once is not', async () => {
  const asleep = { asleep: 0.4 }
  const both = pairs(
    () => side(1, asleep),
    () => side(1, asleep),
  )
  await expect(timeBoth('a', both, options)).rejects.toThrow(Refused)
  for (const [base, head] of [
    [0, 0.9],
    [0.9, 0],
  ] as const) {
    const one = pairs(
      () => side(1, { asleep: head }),
      () => side(1, { asleep: base }),
    )
    await expect(timeBoth('a', one, options)).rejects.toThrow(
      `${100 * base} % of its time or more at base and ${100 * head} % at head`,
    )
  }
  const once = await timeBoth(
    'a',
    pairs((round) => side(1, round === 1 ? asleep : {})),
    options,
  )
  expect(once!.finding).toBe('clear')
})

test('the order of two is said where it is asked for and sure', async () => {
  const ordered = (seconds: number) =>
    timeBoth(
      'a',
      pairs(() => side(seconds)),
      { ...options, wantsOrder: true },
    )
  expect((await ordered(0.98))!.order).toBe('head faster')
  expect((await ordered(1))!.order).toBeNull()
})

test('time that is up before a look says nothing', async () => {
  let left = 5
  expect(
    await timeBoth(
      'a',
      pairs(() => side(1)),
      { ...options, isOver: () => left-- === 0 },
    ),
  ).toBeNull()
})

test('controls: the slowed copy is found; planted: one that is not slower, or a base that is not itself, is not as it must be', async () => {
  const controls = async (again: number, slowed: number) =>
    (await timeControls('a', () => Promise.resolve([side(1), side(again), side(slowed)]), options)).map(
      ({ ok }) => ok,
    )
  expect(await controls(1, 1.1)).toEqual([true, true])
  expect(await controls(1, 1)).toEqual([true, false])
  expect(await controls(1.1, 1.1)).toEqual([false, true])
  expect(await controls(0.9, 1.1)).toEqual([false, true])
})

test('controls of base against itself fail in one run of a hundred at most, whichever way the noise falls', async () => {
  const wild = openStream(3, 0, 'wild')
  const noisy = (seconds: number): Played => side(seconds * Math.exp(0.1 * (wild.uniform() - 0.5)))
  let failed = 0
  for (let run = 0; run < 1000; run++) {
    const [same] = await timeControls('a', () => Promise.resolve([noisy(1), noisy(1), noisy(1.1)]), options)
    if (!same!.ok) failed++
  }
  expect(failed).toBeLessThanOrEqual(10)
})
