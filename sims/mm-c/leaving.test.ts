/** Queues that people run: patience, a full waiting room, the urgent first, service that scatters, a day. */
import { describe, expect, test } from 'vitest'
import { studentInterval } from '../lab/analysis/interval.ts'
import { conserves } from '../lab/contract/conservation.ts'
import { figureOver, readFigure } from '../lab/contract/figure.ts'
import { obeysLittle } from '../lab/contract/little.ts'
import type { Measures, Sim } from '../lab/contract/sim.ts'
import { openStream } from '../lab/kernel/random/stream.ts'
import { loadScenario } from '../lab/run/scenario/load.ts'
import { runInline } from '../lab/run/testing/inline.ts'
import { arrivalTimes, expectedArrivals, profileOf } from './arrivals.ts'
import { mmC } from './index.ts'
import { Line } from './line.ts'
import { METRICS, OBSERVATIONS } from './metrics.ts'
import { simulate } from './model.ts'
import { isBounded, mmcParams, offeredLoad, type TimedMmcParams } from './params.ts'
import { steady } from './steady.ts'
import { predictions } from './theory.ts'

const plain: TimedMmcParams = {
  arrivalRate: 4,
  serviceTime: 1,
  serviceScv: 1,
  servers: 5,
  urgentShare: 0,
  span: 1500,
  warmUp: 100,
}

function replicate(params: TimedMmcParams, replication = 0): Measures {
  return simulate(params, {
    replication,
    horizon: 'steady',
    part: 0,
    stream: (name) => openStream(11, replication, name),
    judged: () => [],
    progress: () => {},
  })
}

const many = (params: TimedMmcParams, n = 20): Measures[] =>
  Array.from({ length: n }, (_, replication) => replicate(params, replication))

function intervalOf(runs: readonly Measures[], metric: string) {
  const read = readFigure(metric, { metrics: METRICS, observations: OBSERVATIONS })
  if (!read.ok) throw new Error(read.message)
  return studentInterval(
    figureOver(read.figure, runs)!.samples.map((sample) => sample!),
    0.999,
  )
}

/** The closed forms that the intervals miss. */
const missed = (params: TimedMmcParams, runs: readonly Measures[], as = params): string[] =>
  predictions(as)
    .filter(({ metric, expected }) => {
      const { low, high } = intervalOf(runs, metric)
      return !(low! <= expected && expected <= high!)
    })
    .map(({ name }) => name)

const CASES: readonly (readonly [string, number, TimedMmcParams])[] = [
  ['Erlang A below saturation', 5, { ...plain, patience: 2 }],
  ['Erlang A at twice the load', 5, { ...plain, arrivalRate: 10, patience: 0.7 }],
  ['Erlang B, exponential', 2, { ...plain, waitingRoom: 0 }],
  ['Erlang B, service that scatters', 2, { ...plain, waitingRoom: 0, serviceScv: 4 }],
  ['M/M/c/K beyond saturation', 5, { ...plain, arrivalRate: 7, waitingRoom: 3 }],
  ['M/M/c/K+M', 6, { ...plain, arrivalRate: 6, waitingRoom: 4, patience: 1 }],
  ['Cobham on five servers', 6, { ...plain, urgentShare: 0.3 }],
  [
    'Cobham on one, constant service',
    6,
    { ...plain, arrivalRate: 0.8, servers: 1, serviceScv: 0, urgentShare: 0.5 },
  ],
  ['Pollaczek-Khinchine, constant', 4, { ...plain, arrivalRate: 0.8, servers: 1, serviceScv: 0 }],
  [
    'Pollaczek-Khinchine, scattering',
    4,
    { ...plain, arrivalRate: 0.6, servers: 1, serviceScv: 4, span: 6000 },
  ],
]

describe('agrees with theory (invariant 5), conserves (invariant 1), obeys Little', () => {
  test.each(CASES)('%s', (_name, rows, params) => {
    const runs = many(params)
    expect(predictions(params)).toHaveLength(rows)
    expect(missed(params, runs)).toEqual([])
    for (const { flow, little, invariants, state } of runs) {
      expect(conserves(flow)).toEqual({ ok: true })
      expect(little.map(obeysLittle)).toEqual([{ ok: true }, { ok: true }])
      expect(invariants.filter(({ ok }) => !ok)).toEqual([])
      expect(state).not.toBe('overloaded')
    }
  })
  test('a fifth more patience, load or urgency than theory was told is caught', () => {
    const [erlangA, , , , , , cobham] = CASES.map(([, , params]) => params)
    expect(missed(plain, many({ ...erlangA!, patience: 2.4, span: 6000 }), erlangA)).not.toEqual([])
    expect(missed(plain, many({ ...cobham!, urgentShare: 0.36, span: 6000 }), cobham)).not.toEqual([])
  })
})

test('common random numbers (invariant 4): more patience keeps every other customer’s luck', () => {
  const short = replicate({ ...plain, arrivalRate: 8, patience: 1 })
  const long = replicate({ ...plain, arrivalRate: 8, patience: 2 })
  expect(short.metrics['customers']).toBe(long.metrics['customers'])
  expect(short.metrics['abandoned']!).toBeGreaterThan(long.metrics['abandoned']!)
})

test('the urgent who come after the close still go first: two windows hold what the one of both does', () => {
  const sums = (warmUp: number, span: number): number[] =>
    many({ ...plain, arrivalRate: 0.95, servers: 1, urgentShare: 0.5, warmUp, span }).map(
      ({ observations }) => observations!['otherWait']!.sum,
    )
  const [first, second, both] = [sums(400, 60), sums(460, 60), sums(400, 120)]
  expect(first.map((sum, i) => sum + second[i]!)).toEqual(both.map((sum) => expect.closeTo(sum, 6)))
  expect(Math.max(...both)).toBeGreaterThan(1000)
})

test('a line whose customers leave from its middle gives the rest in order, and reuses their places', () => {
  const line = new Line()
  const places = [1, 2, 3, 4].map((arrived) => line.push(arrived))
  line.leave(places[0]!)
  line.leave(places[2]!)
  expect([line.size, line.arrivedAt(line.first)]).toEqual([2, 2])
  line.shift()
  expect([line.size, line.arrivedAt(line.first)]).toEqual([1, 4])
  line.leave(line.first)
  expect(line.size).toBe(0)
  for (let i = 0; i < 1000; i++) {
    expect(line.push(i)).toBeLessThan(8)
    line.shift()
  }
})

describe('a day', () => {
  const profile = [1, 3, 8, 4]
  test('has its mean, its parts, and as many customers as expected in any stretch of it', () => {
    const params = { ...plain, arrivalRate: 2, dayProfile: profile }
    expect(profileOf(params)!.rates).toEqual([0.5, 1.5, 4, 2])
    expect(expectedArrivals(params, 86_400)).toBeCloseTo(2 * 86_400, 6)
    expect(expectedArrivals(params, 86_400 + 30_000)).toBeCloseTo(2 * 86_400 + 0.5 * 21_600 + 1.5 * 8400, 6)
  })
  test('customers come with it: Poisson in number and in part', () => {
    const params = {
      ...plain,
      arrivalRate: 0.2,
      servers: 1000,
      dayProfile: profile,
      span: 86_400,
      warmUp: 0,
    }
    const runs = many(params, 10)
    expect(missed(params, runs)).toEqual([])
    // M_t/M/inf with services of a second: the number in the system follows the rate.
    const levels = runs.map(({ series }) => series!['inSystem']!.values)
    const mean = (from: number, to: number): number => {
      const part = levels.flatMap((values) => values.slice(from, to))
      return part.reduce((sum, value) => sum + value, 0) / part.length
    }
    expect(mean(102, 149) / mean(2, 49)).toBeGreaterThan(5)
    expect(mean(102, 149)).toBeLessThan(0.6)
  })
  test('has no steady state to ask about', () => {
    const text = `name: t\nquestion: q?\nsim: mm-c\nparams: {arrivalRate: 1/s, serviceTime: 1s, servers: 2, dayProfile: [1, 2], span: 1d}\n`
    const load = (more: string) =>
      loadScenario('f.yaml', text + more, new Map([['mm-c', mmC as unknown as Sim]]))
    expect(() => load('')).toThrow(/follows the day has no steady state: ask about a span/)
    expect(load('horizon: span\n').horizon).toBe('span')
    expect(() => load('horizon: span\nsweep: {patience: [0s, 1s]}\n')).toThrow(/patience/)
  })
})

test('a queue that bounds itself is never overloaded, and knows how long to be watched', async () => {
  const params = { ...plain, arrivalRate: 20, patience: 1 }
  expect([offeredLoad(params), isBounded(params)]).toEqual([4, true])
  expect(steady.relaxation!(params)).toBe(1)
  const { document } = await runInline(
    mmC,
    'name: t\nquestion: q?\nsim: mm-c\nparams: {arrivalRate: 6/s, serviceTime: 1s, servers: 5, patience: 2s}\nuntil: {replications: 20}\nexpect: [abandoned < 50 %, "share(wait < 1 s) > 10 %"]\n',
  )
  expect(document).toMatchObject({ verdict: 'pass', trust: { level: 'sound' } })
  expect(document.theory.filter(({ ok }) => !ok)).toEqual([])
  expect(document.answer.text).toMatch(/lose patience; share\(wait < 1 s\) is [\d.]+ %\.$/)
})

describe('a load of the user’s own', () => {
  const load = { every: '30min', arrivals: [1000, 4000, 500] }
  test('brings as many customers as it says, in its own order', () => {
    const params = mmcParams.parse({ load, serviceTime: '1s', servers: 4, span: '90min', warmUp: '0s' })
    expect(params.arrivalRate).toBeCloseTo(5500 / 5400, 9)
    expect(predictions(params, 'span')).toMatchObject([{ metric: 'customers', expected: 5500 }])
    expect(expectedArrivals(params, 3600)).toBeCloseTo(5000, 6)
    const next = arrivalTimes(openStream(3, 0, 'arrivals'), params, 0)
    const seen = [0, 0, 0]
    for (let at = next(0); at < 5400; at = next(at)) seen[Math.floor(at / 1800)]!++
    for (const [i, expected] of load.arrivals.entries())
      expect(Math.abs(seen[i]! - expected)).toBeLessThan(4 * Math.sqrt(expected))
  })

  describe('of which only a part is simulated', () => {
    const asked = async (arrivals: readonly number[], more = '') =>
      (
        await runInline(
          mmC,
          `name: t\nquestion: q?\nsim: mm-c\nseed: 1\nhorizon: span\nparams: {load: {every: 1h, arrivals: [${arrivals.join(', ')}]}, serviceTime: 1s, servers: 1, span: 1h${more}}\nuntil: {replications: 3}\nexpect: ["mean(wait) < 2 h"]\n`,
        )
      ).document
    const quiet = (count: number) => Array.from({ length: 23 }, () => count)
    test('twice what can be served is OVERLOADED, however little comes in the rest of the day', async () => {
      const { verdict, answer } = await asked([7200, ...quiet(0)])
      expect(verdict).toBe('overloaded')
      expect(answer.text).toContain('2.00 times as fast')
      expect(answer.breaksFirst!.multiple).toBeCloseTo(0.5, 9)
    })
    test('and an hour at half load is at half load, however much comes in the rest of the day', async () => {
      const { verdict, answer } = await asked([1800, ...quiet(10_000)])
      expect(verdict).toBe('pass')
      expect(answer.text).toMatch(
        /^At 50 % load on one server the mean wait is .* over 60 min from an empty start;/,
      )
      const warm = await asked([1800, ...quiet(1800)], ', warmUp: 10min')
      expect(warm.answer.text).toContain(' over 60 min after 10 min of warm-up;')
    })
    test('in which nobody comes', async () => {
      const { answer } = await asked([0, ...quiet(10)])
      expect(answer.text).toBe('No answer yet: mean(wait) has no value here.')
    })
  })

  test.each([
    [{ arrivalRate: '1/s' }, 'a load is given too: leave one of them out'],
    [{ dayProfile: [1, 2] }, 'a load is given too: leave one of them out'],
    [{ span: '2h' }, 'is longer than the load, which ends after 90 min'],
    [
      { load: undefined },
      'is missing: expected a rate such as 18/s, or a load of your own (load: { csv: FILE })',
    ],
  ])('%o beside it: %s', (more, message) => {
    const parsed = mmcParams.safeParse({ load, serviceTime: '1s', servers: 4, ...more })
    expect(parsed.error?.issues.map((issue) => issue.message)).toContain(message)
  })
})
