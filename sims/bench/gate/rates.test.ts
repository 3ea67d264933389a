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

test('gates that were drawn know no more than the rounds they were drawn from', () => {
  expect(rateOf(0, 20_000, 30)).toMatchObject({ low: 0, high: rateOf(0, 30).high })
  expect(rateOf(10_000, 20_000, 30)).toMatchObject({ low: rateOf(15, 30).low, high: rateOf(15, 30).high })
})

/** Rounds of a machine whose ratios spread by `spread` and are off by `bias`: base is not itself. */
function rounds(spread: number, bias = 0, place = 'one'): SoakRound[] {
  const stream = openStream(5, 0, `rounds/${place}`)
  const noise = (): number => (stream.uniform() + stream.uniform() + stream.uniform() - 1.5) * 2 * spread
  return ['a', 'b'].flatMap((benchmark) =>
    Array.from({ length: 90 }, (_, i): SoakRound => {
      const block = `${place}${benchmark}${Math.floor(i / 10)}`
      const common = { method: 'm', machine: 'x', clock: 'cpu', at: i, busy: false, load: 0 } as const
      const side = (seconds: number) => ({ seconds, peak: 1e8 })
      const slowed = [0.03, 0.05, 0.1].map((slower) => (1 + slower) * Math.exp(noise()))
      const ratio = Math.exp(bias + noise())
      return { ...common, benchmark, block, place, base: side(1), again: side(ratio), ratio, slowed }
    }),
  )
}

const ratesWith = async (all: SoakRound[]) => (await ratesOf(all, planOf(6), 500, openStream(1, 0, 'gates')))!

test('a quiet machine: no false alarm, slowdowns found, the stored baseline cries more often', async () => {
  const { falseAlarms, found, cleared } = await ratesWith(rounds(0.02))
  expect(falseAlarms.found).toBe(0)
  expect(cleared).toBeGreaterThan(0.9)
  expect(found['10']!.found / found['10']!.of).toBe(1)
  expect(found['5']!.found).toBeGreaterThan(found['3']!.found)
  const lively = await ratesWith(rounds(0.03))
  expect(lively.falseAlarms.found).toBe(0)
  expect(lively.storedBaseline.found).toBeGreaterThan(0)
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

test('planted: work trees that differ by themselves show in as many gates as meet them, not as noise of all', async () => {
  const fair = ['one', 'two', 'three'].flatMap((place) => rounds(0.02, 0, place))
  const { falseAlarms, places } = await ratesWith([...fair, ...rounds(0.02, 0.05, 'four')])
  expect(places).toBe(4)
  expect(falseAlarms.found / falseAlarms.of).toBeGreaterThan(0.18)
  expect(falseAlarms.found / falseAlarms.of).toBeLessThan(0.32)
  expect(falseAlarms.high).toBeGreaterThan(falseAlarms.found / falseAlarms.of)
})

test('planted: a slowdown that one pair of work trees hides is missed by the gates that meet it', async () => {
  const hidden = rounds(0.02, 0, 'two').map((round) => ({ ...round, slowed: [1, 1, 1] }))
  const { found } = await ratesWith([...rounds(0.02), ...hidden])
  const share = found['10']!.found / found['10']!.of
  expect([share > 0.4, share < 0.6]).toEqual([true, true])
})

test('a pair of work trees holds one gate, however many are drawn: what they share may be its places', async () => {
  const { falseAlarms, found } = await ratesWith([...rounds(0.02, 0.05), ...rounds(0.02, 0, 'two')])
  expect(falseAlarms).toMatchObject({ of: 500, held: 2 })
  expect(falseAlarms.low).toBeLessThan(0.02)
  expect(falseAlarms.high).toBeGreaterThan(0.98)
  // Ninety rounds of each of two benchmarks in two places: what is found takes eight rounds or more, and twelve to confirm.
  expect(found['10']!.held).toBeGreaterThanOrEqual(8)
  expect(found['10']!.held).toBeLessThanOrEqual(16)
})

test('too few rounds say nothing', async () => {
  expect(await ratesOf(rounds(0.02).slice(0, 19), planOf(6), 100, openStream(1, 0, 'gates'))).toBeNull()
})

test('work trees in which few rounds were played are left out: no gate is drawn from a block or two', async () => {
  const played = rounds(0.02)
  // Five rounds each of work trees in which base was not itself.
  const few = rounds(0.02, 0.1, 'two').filter(({ at }) => at < 5)
  const rates = await ratesWith([...played, ...few])
  expect([rates.places, rates.rounds, rates.falseAlarms.found]).toEqual([1, played.length, 0])
  // Enough of all together, and of none by itself.
  const thin = ['one', 'two'].flatMap((place) => rounds(0.02, 0, place).filter(({ at }) => at < 15))
  expect(await ratesOf(thin, planOf(6), 100, openStream(1, 0, 'gates'))).toBeNull()
})
