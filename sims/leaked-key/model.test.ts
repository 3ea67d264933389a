import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { conserves } from '../lab/contract/conservation.ts'
import { distributionOfIn, figureOver, readFigure } from '../lab/contract/figure.ts'
import { simulatePart } from '../lab/contract/part.ts'
import type { Measures, Sim } from '../lab/contract/sim.ts'
import { openStream } from '../lab/kernel/random/stream.ts'
import { CONTROL_NAMES, CONTROLS, mostSpent, PUBLISHED_SPEND, type Control } from './controls.ts'
import { leakedKey } from './index.ts'
import { leakedKeyParams, type LeakedKeyParams } from './params.ts'
import { steal, type Owner, type Thief } from './theft.ts'
import { predictions } from './theory.ts'

const SIM = leakedKey as unknown as Sim
const paramsOf = (written: Record<string, unknown>): LeakedKeyParams => leakedKeyParams.parse(written)
const replicate = (params: LeakedKeyParams, replication = 0): Measures =>
  simulatePart(SIM, {
    sim: SIM.name,
    params,
    seed: 7,
    horizon: 'span',
    replication,
    part: 0,
    judged: {},
  }) as Measures

/**
 * Written from the rules, dollar by dollar sums over all minutes again and again: in any ten minutes no more than the
 * limit; nothing once the bill, which knows what was spent `lag` minutes ago, has reached the cap; nothing after the key
 * is revoked. Without bursts.
 */
function slowly(thief: Thief, control: Control, owner: Owner): number {
  const lag = owner.billingLag / 60
  const minutes: number[] = []
  const sum = (from: number, to: number): number =>
    minutes.slice(Math.max(0, from), Math.max(0, to)).reduce((total, one) => total + one, 0)
  let revokedAt = owner.noticed / 60
  let isTold = false
  for (let minute = 0; minute < owner.noticed / 60; minute++) {
    const known = sum(0, lag === 0 ? minute : minute + 1 - lag)
    if (control.alerts && !isTold && known >= owner.budget) {
      isTold = true
      revokedAt = Math.min(revokedAt, minute + owner.response / 60)
    }
    const left = lag === 0 ? control.cap - sum(0, minute) : Infinity
    const isDead = known >= control.cap || minute >= revokedAt || minute < Math.ceil(thief.begins / 60)
    const room = control.spendLimit - sum(minute - 9, minute)
    minutes.push(isDead ? 0 : Math.min(thief.rate / 10, room, left))
  }
  return sum(0, minutes.length)
}

describe('one theft', () => {
  const thieves = fc.record({
    begins: fc.integer({ min: 0, max: 7200 }),
    // Whole dollars a minute, so that both ways of summing are exact.
    rate: fc.integer({ min: 1, max: 200 }).map((dollars) => 10 * dollars),
    burstScv: fc.constant(0),
  })
  const owners = fc.record({
    billingLag: fc.integer({ min: 0, max: 90 }).map((minutes) => 60 * minutes),
    budget: fc.integer({ min: 0, max: 1000 }),
    response: fc.integer({ min: 0, max: 300 }).map((minutes) => 60 * minutes),
    noticed: fc.integer({ min: 1, max: 400 }).map((minutes) => 60 * minutes),
  })
  it('costs what the rules say, minute by minute', () => {
    fc.assert(
      fc.property(thieves, owners, fc.constantFrom(...CONTROL_NAMES), (thief, owner, name) => {
        const { spent } = steal(thief, CONTROLS[name], owner, openStream(1, 0, 'none'))
        expect(spent).toBeCloseTo(slowly(thief, CONTROLS[name], owner), 6)
      }),
      { numRuns: 300 },
    )
  })
  it('never passes the cap and what the lag lets through, nor the limit of any ten minutes', () => {
    fc.assert(
      fc.property(
        thieves,
        owners,
        fc.constantFrom('tier-1', 'tier-2', 'tier-3'),
        fc.integer({ min: 0, max: 1000 }),
        (thief, owner, name, seed) => {
          const control = CONTROLS[name]
          const bursty = { ...thief, burstScv: 2 }
          const { after, spent } = steal(bursty, control, owner, openStream(seed, 0, 'bursts'))
          expect(spent).toBeLessThanOrEqual(mostSpent(control, owner.billingLag) * (1 + 1e-9))
          for (let i = 10; i < after.length; i++) {
            expect(after[i]! - after[i - 10]!).toBeLessThanOrEqual(control.spendLimit * (1 + 1e-9))
          }
        },
      ),
      { numRuns: 100 },
    )
  })
})

const AVID = { abuseRate: 5000, rateSpread: '100%' }

test.each([
  ['tier-1', 250, 10],
  ['tier-2', 2000, 50],
  ['tier-3', 20_000, 200],
] as const)(
  '%s costs its cap, and with a lag no more than the limit times the lag beside it',
  (control, cap, limit) => {
    const at = (billingLag: string): number =>
      replicate(paramsOf({ ...AVID, control, billingLag, thefts: 50 })).metrics['mostSpent']!
    expect(at('0s')).toBeCloseTo(cap, 6)
    expect(at('10min')).toBeLessThanOrEqual(cap + limit + 1e-6)
    expect(at('10min')).toBeGreaterThan(cap + limit / 2)
    expect(at('1h')).toBeLessThanOrEqual(cap + 6 * limit + 1e-6)
    expect(at('1h')).toBeGreaterThan(cap + 5 * limit - 1e-6)
  },
)

describe('without a cap', () => {
  const measures = Array.from({ length: 10 }, (_, i) => replicate(paramsOf({ control: 'uncapped' }), i))
  const figure = (name: string) => {
    const read = readFigure(name, leakedKey)
    if (!read.ok) throw new Error(read.message)
    return figureOver(read.figure, measures)!
  }
  it('the published case lies in the interval of the mean, and within 5 to 95 % of thefts', () => {
    const { low, high } = figure('mean(spend)').interval()!
    expect(low).toBeLessThan(PUBLISHED_SPEND)
    expect(high).toBeGreaterThan(PUBLISHED_SPEND)
    expect(figure('p5(spend)').value).toBeLessThan(PUBLISHED_SPEND)
    expect(figure('p95(spend)').value).toBeGreaterThan(PUBLISHED_SPEND)
  })
  it('the closed form does too', () => {
    const [form] = predictions(paramsOf({ control: 'uncapped' }))
    const { low, high } = figure('mean(spend)').interval()!
    expect(low).toBeLessThan(form!.expected)
    expect(high).toBeGreaterThan(form!.expected)
    // Two days less the wait for the first thief, at 286 dollars in ten minutes.
    expect(form!.expected / 286).toBeCloseTo(288 - 1.1, 0)
    expect(predictions(paramsOf({ control: 'tier-1' }))).toEqual([])
  })
})

test.each(CONTROL_NAMES)('%s: every theft ends once, and the measures are all there', (control) => {
  const measures = replicate(paramsOf({ control, thefts: 100 }))
  expect(conserves(measures.flow)).toEqual({ ok: true })
  expect(measures.flow.injected).toBe(100)
  expect(measures.invariants).toEqual([expect.objectContaining({ ok: true })])
  expect(distributionOfIn(measures, 'spend').count).toBe(100)
  // No theft ends by what is not there, and that needs no chances to show.
  const never = CONTROLS[control].cap === Infinity ? ['capped'] : []
  if (!CONTROLS[control].alerts) never.push('alerted')
  expect(Object.keys(measures.unseen!)).toEqual(never)
  expect(Object.keys(measures.metrics).toSorted()).toEqual(Object.keys(leakedKey.metrics).toSorted())
})

it('caps decide, not alarms: an alert leaves more than any tier’s cap alone would at the same rate', () => {
  const mean = (control: string): number => {
    const { sum, count } = distributionOfIn(replicate(paramsOf({ control })), 'spend')
    return sum / count
  }
  expect(mean('alert')).toBeGreaterThan(10 * mean('tier-1'))
  expect(mean('uncapped')).toBeGreaterThan(5 * mean('alert'))
})
