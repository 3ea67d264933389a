/**
 * Runs that were confidently wrong once, each with the exact value that theory gives: a run too short for its question, a
 * pool at twice its load, a precision that was missed, a search that stopped at the edge of its range. What is tested is
 * what a planner sees: verdict, answer, trust.
 */
import { describe, expect, test } from 'vitest'
import { mmc } from '../lab/analysis/theory/queues.ts'
import type { RunDocument } from '../lab/contract/document.ts'
import type { Sim } from '../lab/contract/sim.ts'
import { runInline, type InlineOptions } from '../lab/run/testing/inline.ts'
import { mmC } from './index.ts'

const sim = mmC as unknown as Sim
const run = (rest: string, options?: InlineOptions) =>
  runInline(sim, `name: t\nquestion: q?\nsim: mm-c\nseed: 1\n${rest}`, options)
const queue = async (rest: string, options?: InlineOptions): Promise<RunDocument> =>
  (await run(rest, options)).document

const codes = ({ trust }: RunDocument): string[] => trust.reasons.map(({ code }) => code)
const CALLS = 'arrivalRate: 0.7/s, serviceTime: 3.5min'
const TWENTY = 'arrivalRate: 18/s, serviceTime: 1s, servers: 20'

describe('a run that is too short for its own question (invariant 6a)', () => {
  const short = `params: {${CALLS}, servers: 161, span: 1h}\nuntil: {replications: 3}\nexpect: ["mean(wait) < 5 s"]\n`
  test('a tight interval far from the truth gives no PASS, and says what would do', async () => {
    const exact = mmc(0.7, 210, 161)!.meanWait
    expect(exact).toBeCloseTo(2.69, 2)
    const document = await queue(short)
    expect(document.answer.high!).toBeLessThan(exact)
    expect(document).toMatchObject({ verdict: 'weak', trust: { level: 'weak' } })
    const [reason] = document.trust.reasons
    expect(reason!.code).toBe('run-length')
    expect(reason!.text).toMatch(/^mean\(wait\) needs 10\.8 d in all; this run has 3 h/)
    expect(reason!.remedy).toBe('--set params.span=4d')
    expect((await queue(short, { acceptWeak: true })).verdict).toBe('pass')
    // A verdict on a weak run does not make it a sound one.
    expect((await queue(short, { acceptWeak: true })).trust.level).toBe('weak')
  })
  test('what hardly ever happens is said to take for ever, and no such span is asked for', async () => {
    const rare = `params: {arrivalRate: 1.8/s, serviceTime: 1s, servers: 24, span: 2min}\nuntil: {replications: 3}\nexpect: ["mean(wait) < 5 s"]\n`
    const [reason] = (await queue(rare)).trust.reasons
    expect(reason!.text).toMatch(/^mean\(wait\) would take more than a million days, .* this run has 6 min$/)
    expect(reason!.remedy).not.toContain('--set')
  })
  test('without a span it gets the one it needs, and holds the truth', async () => {
    const document = await queue(short.replace(', span: 1h', ''))
    expect(document).toMatchObject({ verdict: 'pass', trust: { level: 'sound' } })
    expect(document.points[0]!.time).toMatchObject({ chosen: true })
    expect(document.answer.low!).toBeLessThan(2.69)
    expect(document.answer.high!).toBeGreaterThan(2.69)
  })
  test('a p99 of some eight customers is no figure', async () => {
    const few =
      'params: {arrivalRate: 0.1/s, serviceTime: 8s, servers: 1, span: 80s}\nuntil: {replications: 5}\n'
    const document = await queue(`${few}expect: ["p99(wait) < 60 s"]\n`)
    expect(document).toMatchObject({ verdict: 'weak', trust: { level: 'none' }, answer: { value: null } })
    expect(document.points[0]!.metrics['p99(wait)']!.value).toBeNull()
    expect((await queue(`${few}expect: ["p99(wait) < 60 s"]\n`, { acceptWeak: true })).verdict).toBe('weak')
  })
  test('a clear failure stays one, however short the run', async () => {
    const document = await queue(
      'params: {arrivalRate: 0.95/s, serviceTime: 1s, servers: 1, span: 20min}\nuntil: {replications: 10}\nexpect: ["p99(wait) < 10 ms"]\n',
    )
    expect(document.verdict).toBe('fail')
    expect(document.trust.level).toBe('none')
    expect(document.answer.text).not.toContain('No answer yet')
  })
  test('a search that is hopeless says so, and nothing of the length that it was cut short to', async () => {
    const document = await queue(
      'params: {arrivalRate: 18/s, serviceTime: 1s}\nfind: {smallest: servers, in: 19..21}\nexpect: ["p95(wait) < 1 ms"]\n',
    )
    expect(document).toMatchObject({
      verdict: 'fail',
      answer: { text: 'Not even 21 servers, the largest searched, meets the expectations.', value: null },
      trust: { level: 'sound', reasons: [] },
    })
  })
  test('a warm-up shorter than the memory of the queue is told', async () => {
    const document = await queue(
      `params: {${CALLS}, servers: 161, span: 5h, warmUp: 1min}\nuntil: {replications: 60}\nexpect: ["mean(wait) < 5 s"]\n`,
    )
    expect(codes(document)).toContain('warm-up')
    expect(document.verdict).toBe('weak')
  })
  test('the same hours are a sound answer about a shift that opens empty, and the sentence says so', async () => {
    const document = await queue(
      `horizon: span\nparams: {${CALLS}, servers: 161, span: 8h}\nuntil: {replications: 40}\nexpect: ["mean(wait) < 5 s"]\n`,
    )
    expect(document).toMatchObject({ verdict: 'pass', trust: { level: 'sound' }, horizon: 'span' })
    expect(document.answer.text).toContain('over 8 h from an empty start')
    expect(document.points[0]!.time).toEqual({ span: 28_800, warmUp: 0, chosen: false })
  })
})

describe('a precision that was asked for', () => {
  test('and missed is told', async () => {
    const document = await queue(
      `params: {${TWENTY}, span: 10min, warmUp: 10min}\nuntil: {halfWidth: 0.5%, replications: 3..8}\nexpect: ["mean(wait) < 0.5 s"]\n`,
    )
    const reason = document.trust.reasons.find(({ code }) => code === 'precision')!
    expect(reason.text).toMatch(/^mean\(wait\): asked 0\.5 %, reached \d+(\.\d+)? % at 8 replications$/)
  })
  test('weakens a run only when the limit lies inside the interval', async () => {
    const text = (limit: string): string =>
      `params: {${TWENTY}, span: 30min}\nuntil: {halfWidth: 0.5%, replications: 20..20}\nexpect: ["mean(wait) < ${limit}"]\n`
    const inside = await queue(text('0.276 s'))
    expect(inside.verdict).toBe('weak')
    const outside = await queue(text('2 s'))
    expect(outside).toMatchObject({ verdict: 'pass', trust: { level: 'sound' } })
    expect(codes(outside)).toEqual(['precision'])
  })
  test('is reached, however far the limit: 10 % of the mean, not of 100 s', async () => {
    const document = await queue(
      `params: {${TWENTY}, span: 10min}\nuntil: {halfWidth: 10%, replications: 3..500}\nexpect: ["mean(wait) < 100 s"]\n`,
    )
    const { value, low, high } = document.points[0]!.metrics['mean(wait)']!
    expect(document.points[0]!.replications).toBeGreaterThan(20)
    expect((high! - low!) / 2 / value!).toBeLessThanOrEqual(0.1)
    expect(low!).toBeLessThan(0.2754)
    expect(high!).toBeGreaterThan(0.2754)
  })
})

test('the middle of the tornado is the headline, and its ends have intervals from as many replications', async () => {
  const document = await queue(
    'params: {arrivalRate: {low: 17.5/s, mid: 18/s, high: 18.5/s}, serviceTime: 1s, servers: 20, span: 10min}\nuntil: {replications: 40}\nexpect: ["mean(wait) < 1 s"]\n',
  )
  const { effect } = document.assumptions[0]!
  expect(effect!.mid).toBe(document.answer.value)
  for (const [end, rate] of [
    ['low', 17.5],
    ['high', 18.5],
  ] as const) {
    const [low, high] = effect!.intervals![end]!
    const exact = mmc(rate, 1, 20)!.meanWait
    expect(low).toBeLessThan(exact)
    expect(high).toBeGreaterThan(exact)
  }
})

describe('the range of a search', () => {
  const exact = Array.from({ length: 40 }, (_, i) => 150 + i).find(
    (servers) => mmc(0.7, 210, servers)!.waitQuantile(0.99) < 20,
  )!
  const find = (range: string, more = ''): string =>
    `params: {${CALLS}, servers: 160${more}}\nfind: {smallest: servers, in: ${range}}\nuntil: {replications: 5}\nexpect: ["p99(wait) < 20 s"]\n`
  test('the exact smallest, 168, lies outside: no interval pretends otherwise', async () => {
    expect(exact).toBe(168)
    const document = await queue(find('148..167', ', span: 8h, warmUp: 1h'))
    expect(document.verdict).toBe('weak')
    expect(document.answer).toMatchObject({ value: null, high: null })
    expect(codes(document)).toContain('undecided')
  })
  test('found for sure, it is the exact one or just above', async () => {
    const least = Array.from({ length: 12 }, (_, i) => 19 + i).find(
      (servers) => mmc(18, 1, servers)!.waitQuantile(0.99) < 1,
    )!
    const document = await queue(
      'params: {arrivalRate: 18/s, serviceTime: 1s}\nfind: {smallest: servers, in: 20..30}\nuntil: {replications: 10}\nexpect: ["p99(wait) < 1 s"]\n',
    )
    expect(document).toMatchObject({ verdict: 'pass', trust: { level: 'sound' } })
    expect(document.answer.value!).toBeGreaterThanOrEqual(least)
    expect(document.answer.value!).toBeLessThanOrEqual(least + 1)
    expect(document.answer.estimate!).toBeLessThanOrEqual(document.answer.value!)
  })
  test('the lowest searched is named as such', async () => {
    const document = await queue(find('190..192', ', span: 2d'))
    expect(document.answer).toMatchObject({ value: 190, low: null })
    expect(document.answer.text).toContain('It is the lowest value searched: less may do.')
  })
})

describe('a share that is far from its limit', () => {
  const asked = (params: string, expected: string, replications: number): Promise<RunDocument> =>
    queue(`params: {${params}}\nuntil: {replications: ${replications}}\nexpect: ["${expected}"]\n`)
  const idle = 'arrivalRate: 10/s, serviceTime: 1s, servers: 40, span: 10min'
  const hotline = 'arrivalRate: 48/min, serviceTime: 1min, servers: 100'

  test.each([
    [idle, 'share(wait < 1 s) > 90 %', 3],
    [idle, 'share(wait > 1 s) < 10 %', 3],
    [`${hotline}, waitingRoom: 0, span: 12h`, 'lost < 3 %', 5],
    [`${hotline}, patience: 2min, span: 12h`, 'abandoned < 3 %', 5],
  ])('need not be seen to be below it: %s, %s', async (params, expected, replications) => {
    const { verdict, trust } = await asked(params, expected, replications)
    expect([verdict, trust]).toEqual(['pass', { level: 'sound', reasons: [] }])
  })

  test('is told how long it takes to see that, and not how long until it is seen', async () => {
    const { verdict, trust } = await asked(idle, 'share(wait < 1 s) > 99.99 %', 3)
    expect(verdict).toBe('weak')
    const reason = trust.reasons.find(({ code }) => code === 'run-length')!
    expect(reason.text).toMatch(/^share\(wait < 1 s\) needs [\d.]+ d in all; this run has 30 min/)
    expect(reason.remedy).toMatch(/^--set params\.span=/)
  })

  test('is not simulated until it is seen', async () => {
    const { verdict, trust, points } = await asked(`${hotline}, waitingRoom: 0`, 'lost < 3 %', 5)
    expect([verdict, trust.level]).toEqual(['pass', 'sound'])
    expect(points[0]!.metrics['customers']!.value! * 5).toBeLessThan(1e6)
  })

  test('near it it takes what it takes', async () => {
    // Erlang B: 2.6 % of 48 erlangs find 57 lines busy.
    const short = await asked(`${hotline.replace('100', '57')}, waitingRoom: 0, span: 2h`, 'lost < 3 %', 5)
    expect([short.verdict, codes(short)]).toEqual(['weak', ['run-length']])
  })
})

test('a p99 of zero is 0 s', async () => {
  const document = await queue(
    `params: {${CALLS}, servers: 190, span: 8h}\nuntil: {replications: 3}\nexpect: ["p99(wait) < 1 s"]\n`,
  )
  expect(document.points[0]!.metrics['p99(wait)']).toEqual({ unit: 's', value: 0, low: 0, high: 0 })
  expect(document).toMatchObject({ verdict: 'pass', trust: { level: 'sound' } })
})

test('a mean of which nothing was seen is no figure, and refutes no theory', async () => {
  // One customer in 107 waits, so the p99 is 0 s and a few minutes show it; the mean wait would take days.
  const document = await queue(
    'params: {arrivalRate: 15.4/s, serviceTime: 1s, servers: 26, span: 2s}\nuntil: {replications: 20}\nexpect: ["p99(wait) < 23 ms"]\n',
  )
  const mean = document.points[0]!.metrics['mean(wait)']!
  expect(mean).toMatchObject({ value: null, low: null, high: null })
  expect(document.theory[0]).toMatchObject({ metric: 'mean(wait)', ok: false, observed: null })
  expect(codes(document)).not.toContain('theory')
})

test('of thousands of whom none waited it is said that nobody waited, not that nobody came', async () => {
  const document = await queue(
    'params: {arrivalRate: 10/s, serviceTime: 1s, servers: 40, span: 10min}\nuntil: {replications: 3}\nexpect: ["p99(wait) < 1 s"]\n',
  )
  expect(document.verdict).toBe('pass')
  expect(document.points[0]!.metrics['customers']!.value!).toBeGreaterThan(5000)
  expect(document.answer.text).toBe('At 25 % load on 40 servers nobody was seen to wait.')
})

test('what was never seen is bounded by replications and windows, not by packets', async () => {
  const calm = await queue(
    'params: {arrivalRate: 1/d, serviceTime: 1s, servers: 5, span: 300d}\nuntil: {replications: 4}\n',
  )
  const { value, high } = calm.points[0]!.metrics['delayed']!
  expect(value).toBe(0)
  expect(high!).toBeGreaterThan(0)
})

test('any percentile and share can be asked of a declared observation, and has a chart', async () => {
  const outcome = await run(
    'params: {arrivalRate: 9/s, serviceTime: 0.1s, servers: 1}\nuntil: {replications: 20}\nexpect: ["p95(wait) < 10 s", "share(wait < 1 s) > 50 %", "p90(wait) < 3 s"]\n',
  )
  const { document, charts } = outcome
  const { metrics } = document.points[0]!
  const exact = mmc(9, 0.1, 1)!
  for (const [name, truth] of [
    ['p95(wait)', exact.waitQuantile(0.95)],
    ['p90(wait)', exact.waitQuantile(0.9)],
    ['share(wait < 1 s)', 1 - exact.waitTail(1)],
  ] as const) {
    const { low, high } = metrics[name]!
    expect([name, low! < truth && truth < high!]).toEqual([name, true])
  }
  expect(document.expectations.map(({ metric }) => metric)).toEqual([
    'p95(wait)',
    'share(wait < 1 s)',
    'p90(wait)',
  ])
  const chart = charts.find(({ name }) => name === 'distribution-wait')!
  expect(chart.table.rows.length).toBeGreaterThan(5)
  expect(JSON.stringify(chart.spec)).toContain('"log"')
})

test('headroom can be asked: the load at which an expectation breaks, not only saturation', async () => {
  const ask = (limit: number): string =>
    `params: {${TWENTY}, span: 30min}\nuntil: {replications: 20}\nexpect: ["mean(wait) < 0.75 s", "headroom >= ${limit}"]\n`
  // Erlang C: 0.75 s at 95 % load, 1.056 times today's.
  expect(mmc(18 * 1.056, 1, 20)!.meanWait).toBeCloseTo(0.75, 1)
  const enough = await queue(ask(1.02))
  expect(enough.verdict).toBe('pass')
  expect(enough.answer.breaksFirst!.name).toBe('mean(wait) < 0.75 s')
  expect(Math.abs(enough.answer.breaksFirst!.multiple - 1.056)).toBeLessThan(0.03)
  expect((await queue(ask(1.2))).verdict).toBe('fail')
})

test('the headline of a sweep speaks for its worst point', async () => {
  const document = await queue(
    'sweep: {servers: [30, 21, 25]}\nparams: {arrivalRate: 18/s, serviceTime: 1s}\nuntil: {replications: 10}\nexpect: ["mean(wait) < 1 s"]\n',
  )
  expect(document.answer.text).toMatch(/^At the worst of 3 points \(servers = 21\): at 85\.7 % load/)
})

test('a p99 of 0 s that a few minutes show is no figure: 1.2 % wait, and of 180 customers often none', async () => {
  const params = 'horizon: span\nparams: {arrivalRate: 1/min, serviceTime: 0.72 s, servers: 1, span: 1h}\n'
  const runs = await Promise.all(
    Array.from({ length: 40 }, (_, seed) =>
      runInline(
        sim,
        `name: t\nquestion: q?\nsim: mm-c\nseed: ${seed + 1}\n${params}until: {replications: 3}\nexpect: ["p99(wait) < 10 ms"]\n`,
      ),
    ),
  )
  // In truth it is 0.13 s.
  expect(mmc(1 / 60, 0.72, 1)!.waitQuantile(0.99)).toBeCloseTo(0.13, 2)
  expect(runs.filter(({ document }) => document.verdict === 'pass')).toEqual([])
  const calm = runs.filter(({ document }) => document.points[0]!.metrics['delayed']!.value === 0)
  expect(calm.length).toBeGreaterThan(0)
  for (const { document } of calm) {
    expect(codes(document)).toEqual(['run-length'])
    expect(document.points[0]!.metrics['p99(wait)']).toMatchObject({ value: null, low: null, high: null })
  }
})
