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

describe('a context that is summarised', () => {
  // A limit that is passed after five minutes, then every four or so, and tokens that are dear: context is all of latency.
  const dear = {
    ...params,
    contextPolicy: 'summarise' as const,
    contextLimit: 5000,
    prefillPerToken: 1e-3,
    attentionAt10k: 0,
  }

  it('has the mean of a call that the simulation gives, to a few per cent, minute by minute', () => {
    const ctx = context()
    const { stages } = simulateCalls(dear, drawAhead(dear, ctx), ctx, false)
    // Not in the sixth minute, in which nearly all are summarised: there it is a matter of seconds.
    const off = [1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14].map(
      (minute) => expectedLatency(dear, minute) / meanLatency(stages, minute)! - 1,
    )
    expect(Math.max(...off.map(Math.abs))).toBeLessThan(0.1)
  })

  it('goes down again, and comes to rest between the summary and the limit', () => {
    const at = (minute: number): number => contextAt(dear, minute, 2)
    expect(at(1)).toBeCloseTo(contextAt({ ...dear, contextPolicy: 'truncate' }, 1, 2), 6)
    const most = Math.max(...Array.from({ length: 14 }, (_, minute) => at(minute)))
    expect(most).toBeLessThan(5000)
    expect(at(1000)).toBeGreaterThan(2000)
    expect(Math.abs(at(1000) - at(1003))).toBeLessThan(150)
  })

  it('stays at its limit where a summary fills it', () => {
    expect(contextAt({ ...dear, summary: 4000 }, 1000, 2)).toBe(5000)
  })

  it('is fitted as any other: what a token costs is found again', () => {
    const made = { ...dear, prefillPerToken: 4e-4 }
    const points = [1, 4, 7, 11].map((minute) => ({ minute, seconds: expectedLatency(made, minute) }))
    expect(fit(dear, points)).toBeCloseTo(4e-4, 6)
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
