/** What is told and what is judged where a forgery was acted upon: one in all replications is one too many. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Measures, Results, Sim } from '../lab/contract/sim.ts'
import { runInline } from '../lab/run/testing/inline.ts'
import { answer, type Point } from './answer.ts'
import { webhookTrust } from './index.ts'
import { trustParams, type TrustParams } from './params.ts'

const SCENARIO = readFileSync(new URL('../../scenarios/webhook-trust.yaml', import.meta.url), 'utf8')
/** Few of everything, and nothing uncertain, for which it would be run again. */
const SMALL = [
  'attacks=1',
  'mutations=20',
  'flood=5',
  'endpoints=5',
  'forgeEvery=4h',
  'genuineEvery=8h',
  'jobLength=6h',
  'detection=12h',
  'deploy=2h',
]

/** The scenario, with so many forgeries acted upon in each replication. */
async function judged(metric: string, seen: readonly number[]) {
  const planted: Sim<TrustParams, Measures> = {
    ...webhookTrust,
    replicate: (params, ctx) => {
      const measures = webhookTrust.replicate(params, ctx)
      return { ...measures, metrics: { ...measures.metrics, [metric]: seen[ctx.replication]! } }
    },
  }
  const set = [...SMALL.map((one) => `params.${one}`), 'sweep.secret=[static-overlap]']
  const { document } = await runInline(planted, SCENARIO, { environment: 'quick', set })
  const failed = document.expectations.filter(({ ok }) => !ok).map((one) => one.metric)
  return { verdict: document.verdict, failed, reasons: document.trust.reasons, answer: document.answer }
}

describe.each(['acceptedOurs', 'mutatedAccepted', 'tokensOurs'])('%s', (metric) => {
  it('none in five replications passes', async () => {
    expect(await judged(metric, [0, 0, 0, 0, 0])).toMatchObject({ verdict: 'pass', failed: [], reasons: [] })
  })
  it.each([[[0, 0, 0, 0, 1]], [[4, 0, 0, 0, 0]], [[1, 1, 1, 1, 1]]])('%o fails', async (seen) => {
    expect(await judged(metric, seen)).toMatchObject({ verdict: 'fail', failed: [metric] })
  })
})

it('one mutated attack that was acted upon is not rounded away', async () => {
  const { answer: told } = await judged('mutatedAccepted', [0, 0, 1, 0, 0])
  expect(told.text).toContain('and 0.2 of 20 mutated ones')
})

const figure = (unit: string, value: number) => ({ unit, value, low: value, high: value })
const point = (written: object, hours: number): Point =>
  ({
    at: {},
    params: trustParams.parse({ jobLength: '6h', detection: '12h', deploy: '2h', ...written }),
    replications: [{ counters: { attacks: 20 } }],
    metrics: {
      acceptedOurs: figure('count', 0),
      forgedFor: figure('s', 3600 * hours),
      forgedEndpoints: figure('count', 0.4),
      openJobs: figure('count', 1),
      keyFetches: figure('count', 3),
    },
  }) as unknown as Point

it('kinds of secret are compared where all else is as at the chosen point', () => {
  const points = [
    point({ secret: 'static-overlap', detection: '1h' }, 25),
    point({ secret: 'per-request', detection: '1h' }, 3),
    point({ secret: 'static-overlap' }, 36),
    point({ secret: 'per-request' }, 4),
  ]
  const told = (chosen: number, limits = {}) =>
    answer({ points, chosen: points[chosen], limits } as unknown as Results<TrustParams>)
  expect(told(3).text).toMatch(
    /A leaked static secret, rotated with 24 h of overlap, forges for 36 h in 0\.4 endpoints, for 1 job; a per-request key for 4 h in 0\.4 endpoints, for 1 job\.$/,
  )
  expect(told(0).text).toContain('forges for 25 h')
  expect(told(0).text).not.toContain('36 h')
  expect(told(2, { forgedFor: { op: '<', value: 1 } })).toMatchObject({ value: 36 * 3600, unit: 's' })
  const fetches = told(2, { keyFetches: { op: '<', value: 1 } })
  expect(fetches.value).toBe(3)
  expect(fetches.text).toContain('With static-overlap keyFetches is 3.')
})
