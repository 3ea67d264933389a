import { describe, expect, it, test, vi } from 'vitest'
import { PEER_RULES } from '../../engines/webhook/core.ts'
import { CONFORMANCE } from '../../engines/webhook/testing/index.ts'
import { conserves } from '../lab/contract/conservation.ts'
import { openStream } from '../lab/kernel/random/stream.ts'
import { attack, attackTokens, mutatedAttack, VERIFIERS } from './attacked.ts'
import { ATTACKS, signed, type Genuine } from './attacks.ts'
import { flood } from './flood.ts'
import { webhookTrust } from './index.ts'
import { simulate } from './model.ts'
import { outcomesOf } from './testing/outcomes.ts'
import { trustParams } from './params.ts'
import { OurReceiver } from './receivers.ts'
import { context } from '../lab/contract/testing/context.ts'
import { runInline } from '../lab/run/testing/inline.ts'
import { predictions } from './theory.ts'

const DAYS_4 = 4 * 86_400
const WRITTEN = {
  jobLength: '6h',
  detection: '12h',
  deploy: '2h',
  attacks: 5,
  mutations: 50,
  flood: 60,
  endpoints: 60,
  forgeEvery: '1h',
}
const paramsOf = (more: Record<string, unknown>) => trustParams.parse({ ...WRITTEN, ...more })

describe('every cell of the matrix is as the conformance file says', () => {
  const each = 20
  const { accepted } = attack(context(), DAYS_4, each)
  const caseOf = (like: string) => CONFORMANCE.filter(({ name }) => name === like)

  test.each(ATTACKS)('$label', (one) => {
    const [said, ...more] = caseOf(one.like)
    expect([said?.name, more]).toEqual([one.like, []])
    const cells = {
      standardwebhooks: said!.standardwebhooks,
      openai: said!.openaiLike,
      replicate: said!.replicateLike,
    }
    expect(accepted[one.name]).toEqual({
      // What the file says is accepted is a delivery that ours has processed before.
      ours: 0,
      ...Object.fromEntries(
        Object.entries(cells).map(([peer, verdict]) => [peer, verdict === 'accepted' ? each : 0]),
      ),
    })
    // Refused for the same reason: asked of a receiver that has seen nothing yet.
    const parts = {
      secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      id: 'msg_1',
      timestamp: 1_700_000_000,
      body: `${one.prefix?.(1_700_000_000) ?? ''}{"a": 1}`,
    }
    const genuine: Genuine = { ...parts, signature: signed(parts) }
    const attempt = one.forge(genuine)
    const fresh = new OurReceiver({ secrets: [genuine.secret] })
    expect(fresh.take(attempt, genuine.timestamp + attempt.after)).toBe(said!.verdict)
  })
  test('each verifier of others accepts some, and they differ', () => {
    const totals = VERIFIERS.map((verifier) =>
      Object.values(accepted).reduce((sum, counts) => sum + counts[verifier], 0),
    )
    expect(totals[0]).toBe(0)
    expect(Math.min(...totals.slice(1))).toBeGreaterThan(0)
    expect(Object.keys(PEER_RULES)).toHaveLength(totals.length - 1)
  })
})

test('mutated attacks of 10,000 seeds, twice: none is acted upon, each time for the same reasons', () => {
  const run = () => outcomesOf((seed) => mutatedAttack(openStream(seed, 0, 'mutation'), DAYS_4), 10_000)
  const [first, second] = [run(), run()]
  expect(first.fates['accepted']).toBeUndefined()
  expect(second).toEqual(first)
  // They get everywhere, also past the signature: what is refused as a duplicate is one that only the memory of ids stops.
  expect(Object.keys(first.fates).length).toBeGreaterThan(8)
  expect(first.fates['duplicate']).toBeGreaterThan(50)
})

it('a genuine token with another body: accepted as the guide does it, not acted upon by ours', () => {
  const { attempts, ours, guide } = attackTokens(context(), DAYS_4, 30)
  expect({ attempts, ours, guide }).toEqual({ attempts: 30, ours: 0, guide: 30 })
})

it('a flood of forged keys: three fetches at most, no forgery taken, a new key within the pause', () => {
  const { accepted, fetches, fetchesOfSample, takenAfter, forged } = flood(context(), 60, 300)
  expect(accepted).toBe(0)
  expect(forged).toBe(300)
  expect(fetches).toBeLessThanOrEqual(3)
  expect(fetchesOfSample).toBeGreaterThan(300)
  expect(takenAfter).not.toBeNull()
  expect(takenAfter!).toBeLessThanOrEqual(30)
})

it.each([60, 20, 90])('in a flood of %d s a new key waits half a pause of 30 s in the mean', (length) => {
  const waits = Array.from({ length: 40 }, (_, i) => flood(context(i), length, 60).takenAfter!)
  // A short flood is over before the next fetch, whose moment is then known.
  const [low, high] = length < 30 ? [30 - (3 / 4) * length, 30 - length / 4 + 1] : [0, 31]
  for (const wait of waits) expect(wait >= low && wait <= high).toBe(true)
  const mean = waits.reduce((sum, wait) => sum + wait, 0) / waits.length
  expect(Math.abs(mean - (low + high) / 2)).toBeLessThan((4 * (high - low)) / Math.sqrt(12 * waits.length))
})

it.each([
  [1, 7],
  [2, 2000],
  [10, 10],
  [0.5, 3],
  [60, 1],
  [7.3, 1000],
])('a flood of %d s is sent to its last of %i forgeries, in time', (length, forgeries) => {
  const { forged, accepted, fetchesOfSample } = flood(context(), length, forgeries)
  expect([forged, accepted]).toEqual([forgeries, 0])
  expect(fetchesOfSample).toBe(forgeries + Math.ceil(length))
})

it('forgeries of a flood that were not sent are told', async () => {
  vi.resetModules()
  vi.doMock('./flood.ts', () => ({
    flood: () => ({ forged: 59, accepted: 0, fetches: 1, fetchesOfSample: 1, takenAfter: 1 }),
  }))
  try {
    const { simulate: fresh } = await import('./model.ts')
    const { invariants } = fresh(paramsOf({ secret: 'per-request' }), context())
    expect(invariants.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual([
      'every forgery of the flood is sent',
    ])
  } finally {
    vi.doUnmock('./flood.ts')
    vi.resetModules()
  }
})

describe('a secret that leaks', () => {
  const run = (secret: string, more: Record<string, unknown> = {}) => {
    const params = paramsOf({ secret, ...more })
    const measures = simulate(params, context())
    expect(conserves(measures.flow)).toEqual({ ok: true })
    expect(measures.invariants.filter(({ ok }) => !ok)).toEqual([])
    expect(Object.keys(measures.metrics).toSorted()).toEqual(Object.keys(webhookTrust.metrics).toSorted())
    return { params, metrics: measures.metrics as Record<string, number> }
  }
  const HOUR = 3600

  test('with an overlap: believed until the last receiver has changed over, and no genuine delivery is refused', () => {
    const { metrics } = run('static-overlap')
    expect(metrics['forgedFor']!).toBeGreaterThan(30 * HOUR)
    expect(metrics['forgedFor']!).toBeLessThanOrEqual(36 * HOUR)
    expect(metrics['genuineRefused']).toBe(0)
  })
  test('revoked at once: believed for less, and genuine deliveries are refused until receivers change', () => {
    const { metrics } = run('static-at-once')
    expect(metrics['forgedFor']!).toBeGreaterThan(12 * HOUR)
    expect(metrics['forgedFor']!).toBeLessThanOrEqual(14 * HOUR)
    expect(metrics['forgedEndpoints']).toBe(60)
    // A mean of one hour of 96 in each endpoint.
    expect(metrics['genuineRefused']!).toBeGreaterThan(0.006)
    expect(metrics['genuineRefused']!).toBeLessThan(0.016)
  })
  test('a key of one request: one job at one endpoint', () => {
    const { metrics } = run('per-request', { forgeEvery: '5min', endpoints: 3 })
    expect(metrics['forgedFor']!).toBeLessThanOrEqual(6 * HOUR)
    expect([metrics['forgedEndpoints'], metrics['openJobs']]).toEqual([1, 1])
  })
  test.each([
    ['static-overlap', 'pass'],
    ['per-request', 'pass'],
    ['static-at-once', 'fail'],
  ])(
    '%s: no genuine delivery can be refused where sender and receiver share one: %s',
    async (secret, verdict) => {
      const small = 'jobLength: 6h, detection: 12h, deploy: 48h, attacks: 1, mutations: 0, flood: 1'
      const { document } = await runInline(
        webhookTrust,
        `name: t\nquestion: q?\nsim: webhook-trust\nseed: 1\nparams: {secret: ${secret}, ${small}}\nuntil: {replications: 3}\nexpect: [genuineRefused < 1 %]\n`,
      )
      expect([document.verdict, document.trust.reasons]).toEqual([verdict, []])
    },
  )
  test('where they are refused, endpoints are as many chances as there are', () => {
    const params = paramsOf({ secret: 'static-at-once', endpoints: 7, genuineEvery: '1min' })
    expect(simulate(params, context()).chances).toEqual({ genuineRefused: 7 })
  })
  test.each(['static-overlap', 'static-at-once'])(
    '%s, a leak that outlasts the span: jobs of the span',
    (secret) => {
      const { metrics } = run(secret, { detection: '72h', span: '24h', jobsAtOnce: 10 })
      expect(metrics['forgedFor']!).toBeLessThanOrEqual(24 * HOUR)
      // Ten at once that each take 6 h, at 60 endpoints.
      expect(metrics['openJobs']).toBe(60 * 10 * (1 + 24 / 6))
    },
  )
  test('as many forged events as the closed form says', () => {
    for (const secret of ['static-overlap', 'static-at-once']) {
      const { params, metrics } = run(secret)
      const [row, ...more] = predictions(params)
      expect(more).toEqual([])
      expect(Math.abs(metrics[row!.metric]! / row!.expected - 1)).toBeLessThan(0.15)
    }
    // The end of trust would lie beyond what is watched.
    expect(predictions(paramsOf({ span: '1d' }))).toEqual([])
  })
})
