import { describe, expect, test } from 'vitest'
import { obeysLittle } from '../lab/contract/little.ts'
import { conserves } from '../lab/contract/conservation.ts'
import { studentInterval } from '../lab/analysis/interval.ts'
import { mmc } from '../lab/analysis/theory/queues.ts'
import { openStream } from '../lab/kernel/random/stream.ts'
import type { Measures } from '../lab/contract/sim.ts'
import { simulate } from './model.ts'
import type { TimedMmcParams as MmcParams } from './params.ts'
import { figureOver, readFigure } from '../lab/contract/figure.ts'
import { METRICS, OBSERVATIONS } from './metrics.ts'
import { predictions } from './theory.ts'

const SIM = { metrics: METRICS, observations: OBSERVATIONS }

const twenty: MmcParams = {
  serviceScv: 1,
  urgentShare: 0,
  arrivalRate: 18,
  serviceTime: 1,
  servers: 20,
  span: 600,
  warmUp: 200,
}

function replicate(params: MmcParams, replication = 0, seed = 1): Measures {
  return simulate(params, {
    replication,
    horizon: 'steady',
    part: 0,
    stream: (name) => openStream(seed, replication, name),
    judged: () => [],
    progress: () => {},
  })
}

const many = (params: MmcParams, n: number, seed = 1): Measures[] =>
  Array.from({ length: n }, (_, replication) => replicate(params, replication, seed))

/** What each replication says of a figure. */
function values(runs: readonly Measures[], metric: string): number[] {
  const read = readFigure(metric, SIM)
  if (!read.ok) throw new Error(read.message)
  return figureOver(read.figure, runs)!.samples.map((sample) => sample!)
}

describe('agrees with theory (invariant 5)', () => {
  // At 99.9 %, as the seeds are fixed once: a wrong model is tens of standard errors off, a right one stays inside.
  test.each<[string, MmcParams, number]>([
    ['M/M/1 at 0.5', { ...twenty, arrivalRate: 5, serviceTime: 0.1, servers: 1, span: 1000, warmUp: 20 }, 20],
    [
      'M/M/3 at 0.8',
      { ...twenty, arrivalRate: 0.6, serviceTime: 4, servers: 3, span: 20_000, warmUp: 800 },
      20,
    ],
    ['M/M/20 at 0.9', { ...twenty, span: 1800 }, 40],
  ])('%s: wait, share delayed, queue and utilisation', (_name, params, replications) => {
    const runs = many(params, replications)
    expect(predictions(params)).toHaveLength(4)
    for (const { metric, expected } of predictions(params)) {
      const { low, high } = studentInterval(values(runs, metric), 0.999)
      expect([metric, low! <= expected && expected <= high!]).toEqual([metric, true])
    }
  })
  test('the 99th percentile of the wait and the time in the system too', () => {
    const params: MmcParams = {
      ...twenty,
      arrivalRate: 5,
      serviceTime: 0.1,
      servers: 1,
      span: 4000,
      warmUp: 20,
    }
    const runs = many(params, 20)
    const exact = mmc(5, 0.1, 1)!
    const p99 = studentInterval(values(runs, 'p99(wait)'), 0.999)
    const time = studentInterval(values(runs, 'mean(timeInSystem)'), 0.999)
    const number = studentInterval(values(runs, 'mean(inSystem)'), 0.999)
    expect(Math.abs(p99.value - exact.waitQuantile(0.99))).toBeLessThan(p99.halfWidth!)
    expect(Math.abs(time.value - exact.meanTime)).toBeLessThan(time.halfWidth!)
    expect(Math.abs(number.value - exact.meanInSystem)).toBeLessThan(number.halfWidth!)
  })
  test('service that is 2 % slower than theory assumes is caught', () => {
    const runs = many({ ...twenty, serviceTime: 1.02 }, 40)
    const { low } = studentInterval(values(runs, 'utilisation'), 0.999)
    expect(low!).toBeGreaterThan(0.9)
  })
})

describe('every run conserves (invariant 1), is causal (invariant 2) and obeys Little (invariant 5)', () => {
  const cases: readonly MmcParams[] = [
    twenty,
    { ...twenty, servers: 1000, arrivalRate: 900, span: 60 },
    { ...twenty, arrivalRate: 40 },
    { ...twenty, arrivalRate: 0.001, span: 100 },
    { ...twenty, warmUp: 0 },
    { ...twenty, warmUp: 5000, span: 1 },
    { ...twenty, arrivalRate: 0.9, serviceTime: 1, servers: 1, span: 20_000, warmUp: 0 },
  ]
  test.each(cases)('%j', (params) => {
    for (const measures of many(params, 3)) {
      expect(conserves(measures.flow)).toEqual({ ok: true })
      expect(measures.little.map(obeysLittle)).toEqual([{ ok: true }, { ok: true }])
      expect(measures.invariants.map(({ ok }) => ok)).toEqual([true, true, true])
    }
  })
  test('Little is checked to rounding and what crosses the ends: a tenth of a percent of lost time shows', () => {
    const { little } = replicate({
      ...twenty,
      arrivalRate: 0.5,
      serviceTime: 1,
      servers: 1,
      span: 200_000,
      warmUp: 100,
    })
    expect(little).toHaveLength(2)
    for (const sample of little) {
      expect(sample.tolerance!).toBeLessThan(0.0005)
      expect(obeysLittle({ ...sample, meanTime: sample.meanTime * 1.001 }).ok).toBe(false)
    }
  })
})

test('pure (invariant 3): the same replication gives the same measures, another one others', () => {
  expect(replicate(twenty, 3)).toEqual(replicate(twenty, 3))
  expect(replicate(twenty, 3).metrics).not.toEqual(replicate(twenty, 4).metrics)
})

test('common random numbers (invariant 4): with one server more nobody waits longer on average', () => {
  for (let replication = 0; replication < 10; replication++) {
    const with20 = replicate(twenty, replication)
    const with21 = replicate({ ...twenty, servers: 21 }, replication)
    expect(with21.flow.injected).toBe(with20.flow.injected)
    expect(with21.metrics['offeredLoad']! * 21).toBeCloseTo(with20.metrics['offeredLoad']! * 20, 10)
    expect(values([with21], 'mean(wait)')[0]!).toBeLessThan(values([with20], 'mean(wait)')[0]!)
  }
})

describe('overload (invariant 6)', () => {
  test.each([20, 20.5, 40])(
    'at %f arrivals per second there is no steady state, and none is printed',
    (arrivalRate) => {
      const { state, metrics, flow } = replicate({ ...twenty, arrivalRate })
      expect(state).toBe('overloaded')
      for (const metric of ['delayed', 'mean(queue)', 'mean(inSystem)', 'mean(timeInSystem)']) {
        expect(metrics[metric]).toBeNull()
      }
      expect(metrics['utilisation']!).toBeGreaterThan(0.95)
      expect(flow.queued + flow.running).toBeGreaterThan(0)
      expect(predictions({ ...twenty, arrivalRate })).toEqual([])
    },
  )
  test('at 0.9 no replication is called overloaded', () => {
    expect(many(twenty, 40).some(({ state }) => state === 'overloaded')).toBe(false)
  })
})

test('the series shows the warm-up from empty, equally spaced in the window', () => {
  const { t, values: customers } = replicate(twenty).series!['inSystem']!
  expect(t[0]).toBe(0)
  expect(customers[0]).toBe(0)
  expect(t.at(-1)).toBeCloseTo(800, 9)
  expect(t.length).toBe(customers.length)
  expect(t.toSorted((a, b) => a - b)).toEqual(t)
  expect(t.filter((at) => at >= 200)).toHaveLength(201)
})

test('nobody comes: no wait to report, and nothing breaks', () => {
  const { metrics, observations, state } = replicate({
    ...twenty,
    arrivalRate: 1e-9,
    serviceTime: 1,
    servers: 1,
    span: 10,
    warmUp: 0,
  })
  expect(state).toBe('stable')
  expect(observations!['wait']!.count).toBe(0)
  expect(metrics).toMatchObject({ delayed: null, 'mean(queue)': 0, utilisation: 0 })
})
