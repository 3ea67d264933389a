import { expect, test } from 'vitest'
import { openStream } from '../../lab/kernel/random/stream.ts'
import { planOf } from './judge.ts'
import { rateOf, type Rate } from './rate.ts'
import { ratesOf } from './rates.ts'
import type { SoakRound } from './soak.ts'

test('exact intervals: the rule of three, and a published one', () => {
  // 0 of 20: below 1 - 0.025^(1/20); 7 of 20: Clopper and Pearson's 0.1539 to 0.5922.
  expect(rateOf(0, 20).high).toBeCloseTo(0.16843, 4)
  expect(rateOf(7, 20)).toMatchObject({ low: expect.closeTo(0.1539, 3), high: expect.closeTo(0.5922, 3) })
  expect(rateOf(20, 20)).toMatchObject({ low: expect.closeTo(0.83157, 4), high: 1 })
})

/** Rounds of a machine whose ratios spread by `spread` and are off by `bias`: base is not itself. */
function rounds(spread: number, bias = 0): SoakRound[] {
  const stream = openStream(5, 0, 'rounds')
  const noise = (): number => (stream.uniform() + stream.uniform() + stream.uniform() - 1.5) * 2 * spread
  return ['a', 'b'].flatMap((benchmark) =>
    Array.from({ length: 90 }, (_, i): SoakRound => {
      const block = `${benchmark}${Math.floor(i / 10)}`
      const common = { method: 'm', machine: 'x', clock: 'cpu', at: i, busy: false, load: 0 } as const
      const side = (seconds: number) => ({ seconds, peak: 1e8 })
      const slowed = [0.03, 0.05, 0.1].map((slower) => (1 + slower) * Math.exp(noise()))
      const ratio = Math.exp(bias + noise())
      return { ...common, benchmark, block, base: side(1), again: side(ratio), ratio, slowed }
    }),
  )
}

const ratesWith = async (all: SoakRound[]) => (await ratesOf(all, planOf(6), 500, openStream(1, 0, 'gates')))!

test('a quiet machine: no false alarm, slowdowns found, the stored baseline cries more often', async () => {
  const { falseAlarms, found, cleared, storedBaseline } = await ratesWith(rounds(0.02))
  expect(falseAlarms.found).toBe(0)
  expect(cleared).toBeGreaterThan(0.9)
  expect(found['10']!.found / found['10']!.of).toBe(1)
  expect(found['5']!.found).toBeGreaterThan(found['3']!.found)
  expect(storedBaseline.found).toBeGreaterThan(0)
})

test('each benchmark says for itself what was seen of a slowdown, and how often it is found', async () => {
  const quiet = rounds(0.02)
  // Planted: a copy of one of them that is not as slow as it is said to be.
  const all = quiet.map((round) => (round.benchmark === 'b' ? { ...round, slowed: [1, 1, 1] } : round))
  const { benchmarks, found } = await ratesWith(all)
  const { a, b } = benchmarks
  expect(a!.slowed['5']!.seen).toBeCloseTo(1.05, 1)
  expect(b!.slowed['5']!.seen).toBe(1)
  const share = ({ found: hits, of }: Rate) => hits / of
  expect([share(a!.slowed['10']!.found), share(b!.slowed['10']!.found)]).toEqual([1, 0])
  expect(share(found['10']!)).toBe(0.5)
})

test('planted: a second work tree that is slower by itself shows as false alarms', async () => {
  expect((await ratesWith(rounds(0.02, 0.05))).falseAlarms.found).toBeGreaterThan(400)
})

test('too few rounds say nothing', async () => {
  expect(await ratesOf(rounds(0.02).slice(0, 29), planOf(6), 100, openStream(1, 0, 'gates'))).toBeNull()
})

test('a day on which few rounds were played is left out: no gate is drawn from a block or two', async () => {
  const on = (day: number, all: SoakRound[]): SoakRound[] =>
    all.map((round) => ({ ...round, at: round.at + day * 86_400_000 }))
  const played = rounds(0.02)
  // Five rounds each of a day on which base was not itself.
  const few = on(1, rounds(0.02, 0.1)).filter(({ at }) => at % 86_400_000 < 5)
  const rates = await ratesWith([...played, ...few])
  expect([rates.days, rates.rounds, rates.falseAlarms.found]).toEqual([1, played.length, 0])
  // Enough of all days together, and of none by itself.
  const thin = [0, 1].flatMap((day) =>
    on(
      day,
      played.filter(({ at }) => at < 20),
    ),
  )
  expect(await ratesOf(thin, planOf(6), 100, openStream(1, 0, 'gates'))).toBeNull()
})
