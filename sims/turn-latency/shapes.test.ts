import { describe, expect, it } from 'vitest'
import { contextAt, serviceAt, transportAndWaits } from './fit.ts'
import { turnLatencyParams } from './params.ts'
import { compareShapes, distinct, fitShape, SHAPES } from './shapes.ts'

const params = turnLatencyParams.parse({ callRate: '0.5/s', inferenceServers: 1000, cacheHit: '0%' })
const start = transportAndWaits(params, 0) + serviceAt(params, params.instructions)
const MINUTES = [1, 4, 8, 12]

describe('a drift that is made by one mechanism', () => {
  it.each([
    ['endpointing', 1.5, () => start + 1.5],
    ['backlog', 0.02, (minute: number) => start + 0.02 * 60 * minute],
  ] as const)('%s is found, with its parameter, and foretold exactly', (shape, parameter, latency) => {
    const points = MINUTES.map((minute) => ({ minute, seconds: latency(minute) }))
    const [best, second] = compareShapes(params, points)
    expect(best!.shape).toBe(shape)
    expect(best!.parameter).toBeCloseTo(parameter, 9)
    expect(best!.leftOut).toBeLessThan(1e-9)
    expect(distinct(best!, second!)).toBe(true)
  })

  it('context too: what attention adds bends it away from a straight line', () => {
    const made = { ...params, prefillPerToken: 2e-4, attentionAt10k: 2 }
    const points = MINUTES.map((minute) => {
      let seconds = 1
      for (let i = 0; i < 50; i++)
        seconds = transportAndWaits(made, 0) + serviceAt(made, contextAt(made, minute, seconds))
      return { minute, seconds }
    })
    const [best] = compareShapes({ ...made, prefillPerToken: 1e-6 }, points)
    expect(best!.shape).toBe('context')
    expect(best!.parameter).toBeCloseTo(2e-4, 9)
  })
})

it('no drift at all is no reason for any', () => {
  const points = MINUTES.map((minute) => ({ minute, seconds: 0.9 * start }))
  for (const shape of SHAPES.filter((one) => one !== 'context'))
    expect(fitShape(params, shape, points)).toBe(0)
})
