import { describe, expect, it } from 'vitest'
import { simulateCalls } from './calls.ts'
import { drawAhead } from './draws.ts'
import { contextAt, expectedLatency, fit } from './fit.ts'
import { turnLatencyParams } from './params.ts'
import { meanLatency } from './stages.ts'
import { context } from '../lab/contract/testing/context.ts'

const params = turnLatencyParams.parse({ callRate: '0.5/s', inferenceServers: 1000, span: '1h' })

describe('the mean of a call', () => {
  it('is what the simulation gives, to a few per cent', () => {
    const ctx = context()
    const { stages } = simulateCalls(params, drawAhead(params, ctx), ctx, false)
    for (const minute of [1, 5, 12]) {
      const simulated = meanLatency(stages, minute)!
      expect(Math.abs(expectedLatency(params, minute) / simulated - 1)).toBeLessThan(0.05)
    }
  })

  it('has a context that stops at its limit', () => {
    const capped = { ...params, contextLimit: 3000 }
    expect(contextAt(capped, 12, 1)).toBe(3000)
    expect(contextAt(capped, 1, 1)).toBeLessThan(3000)
  })
})

describe('the fit', () => {
  it('finds the parameter that made the points', () => {
    const made = { ...params, prefillPerToken: 4e-4 }
    const points = [1, 4, 11].map((minute) => ({ minute, seconds: expectedLatency(made, minute) }))
    expect(fit(params, points)).toBeCloseTo(4e-4, 9)
  })

  it('is never below zero, however quick the published answers', () => {
    expect(fit(params, [{ minute: 5, seconds: 0.1 }])).toBe(0)
  })
})
