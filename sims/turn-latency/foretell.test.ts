import { expect, it } from 'vitest'
import { studentQuantile } from '../lab/analysis/student.ts'
import { normal } from '../lab/kernel/random/normal.ts'
import { openStream } from '../lab/kernel/random/stream.ts'
import { expectedLatency, fit, type FitPoint } from './fit.ts'
import { intervalOfReport, scatterOf } from './foretell.ts'
import { turnLatencyParams } from './params.ts'

const params = turnLatencyParams.parse({ callRate: '0.5/s', inferenceServers: 1000, span: '1h' })
const MINUTES = [1, 1.35, 9.5, 11]
/** Reports that lie about what is expected as ratios with this deviation. */
const DEVIATION = 0.3

const foretold = (others: readonly FitPoint[], minute: number): number =>
  expectedLatency({ ...params, prefillPerToken: fit(params, others) }, minute)

it('19 in 20 reports lie in the scatter that three others show', () => {
  const stream = openStream(4, 0, 'reports')
  const expected = MINUTES.map((minute) => expectedLatency(params, minute))
  const worlds = 200
  let inside = 0
  for (let world = 0; world < worlds; world++) {
    const points = MINUTES.map((minute, i) => ({
      minute,
      seconds: expected[i]! * Math.exp(DEVIATION * normal(stream)),
    }))
    const point = points[world % points.length]!
    const others = points.filter((other) => other !== point)
    const { deviation, degreesOfFreedom } = scatterOf(params, others)!
    const off = Math.abs(Math.log(point.seconds / foretold(others, point.minute)))
    if (off <= studentQuantile(0.975, degreesOfFreedom) * deviation) inside++
  }
  expect(inside / worlds).toBeGreaterThan(0.89)
  expect(inside / worlds).toBeLessThan(0.99)
})

it('with nothing assumed, the interval is that scatter about what the others foretell', () => {
  const others = MINUTES.slice(1).map((minute, i) => ({
    minute,
    seconds: expectedLatency(params, minute) * [0.8, 1, 1.25][i]!,
  }))
  const { deviation, degreesOfFreedom } = scatterOf(params, others)!
  const stream = openStream(4, 0, 'reports')
  const interval = intervalOfReport(params, others, 1, { draws: 300, drawn: () => params, stream })!
  const times = interval.map((seconds) => Math.log(seconds / foretold(others, 1)) / deviation)
  const t = studentQuantile(0.975, degreesOfFreedom)
  expect(times[0]! / -t).toBeGreaterThan(0.6)
  expect(times[0]! / -t).toBeLessThan(1.7)
  expect(times[1]! / t).toBeGreaterThan(0.6)
  expect(times[1]! / t).toBeLessThan(1.7)
})

it('scatter is that about the fit, with a degree of freedom for it', () => {
  const exact = MINUTES.map((minute) => ({ minute, seconds: expectedLatency(params, minute) }))
  expect(scatterOf(params, exact)!.deviation).toBeCloseTo(0, 9)
  expect(scatterOf(params, exact)!.degreesOfFreedom).toBe(3)
  const off = exact.map(({ minute, seconds }, i) => ({
    minute,
    seconds: seconds * (i % 2 === 0 ? 1.2 : 1 / 1.2),
  }))
  expect(scatterOf(params, off)!.deviation).toBeGreaterThan(0.15)
  expect(scatterOf(params, exact.slice(0, 1))).toBeNull()
})
