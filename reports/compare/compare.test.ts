import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openStream } from '../../sims/lab/kernel/random/stream.ts'
import { exponential } from '../../sims/lab/kernel/random/exponential.ts'
import type { RunDocument } from '../../sims/lab/contract/document.ts'
import { document as base } from '../testing/voice-fleet.ts'
import { renderComparisonPage } from './page.ts'
import { compareFolders } from './read.ts'
import { compareRuns, type Compared } from './runs.ts'
import { renderComparison } from './terminal.ts'

/** The waits of an M/M/1 queue by Lindley's recursion: mean, tail and share that waits, of each of `n` replications. */
function samplesOf(seed: number, service: number, n = 20): Record<string, number[]> {
  const samples: Record<string, number[]> = { mean: [], late: [], delayed: [], busy: [] }
  for (let replication = 0; replication < n; replication++) {
    const arrivals = openStream(seed, replication, 'arrivals')
    const services = openStream(seed, replication, 'services')
    let [wait, sum, late, delayed, busy] = [0, 0, 0, 0, 0]
    for (let i = 0; i < 2000; i++) {
      const served = exponential(services, service)
      sum += wait
      if (wait > 3) late++
      if (wait > 0) delayed++
      busy += served
      wait = Math.max(0, wait + served - exponential(arrivals, 2))
    }
    samples['mean']!.push(sum / 2000)
    samples['late']!.push(late / 2000)
    samples['delayed']!.push(delayed / 2000)
    samples['busy']!.push(busy / 4000)
  }
  return samples
}

function run(seed: number, service: number, n?: number): Compared {
  const samples = samplesOf(seed, service, n)
  const metrics = Object.fromEntries(
    Object.entries(samples).map(([name, values]) => {
      const value = values.reduce((sum, one) => sum + one, 0) / values.length
      return [name, { unit: 's', value, low: null, high: null }]
    }),
  )
  const point = { at: {}, replications: samples['mean']!.length, state: 'stable' as const, metrics, samples }
  const document: RunDocument = {
    ...base,
    sim: 'mm-c',
    seed,
    points: [point],
    expectations: [],
    digest: `${seed} ${service} ${n}`,
  }
  return { name: `service-${service}`, document, scenario: new Map([['params.serviceTime', `${service}s`]]) }
}

const isReal = ({ differences }: ReturnType<typeof compareRuns>): boolean =>
  differences.some((one) => one.isReal)

describe('what is real and what is noise', () => {
  test('no difference is claimed on 99 of 100 pairs of equal runs, all figures considered', () => {
    let claimed = 0
    for (let pair = 0; pair < 100; pair++) {
      if (isReal(compareRuns(run(2 * pair, 1), run(2 * pair + 1, 1)))) claimed++
    }
    expect(claimed).toBeLessThanOrEqual(1)
  })
  test('a difference of 3 % is found in 95 of 100 pairs with common random numbers, in few without', () => {
    // At half load a service longer by 1 % makes the mean wait longer by 3 %.
    let [paired, independent] = [0, 0]
    for (let pair = 0; pair < 100; pair++) {
      const found = compareRuns(run(pair, 1), run(pair, 1.01))
      if (found.differences.some(({ metric, isReal: real }) => metric === 'mean' && real)) paired++
      if (pair < 20 && isReal(compareRuns(run(pair, 1), run(pair + 1000, 1.01)))) independent++
    }
    expect(paired).toBeGreaterThanOrEqual(95)
    expect(independent).toBeLessThan(5)
  })
  test('a paired interval holds the true difference and is far narrower', () => {
    const true3 = (0.5 * 1.01 ** 2) / (1 - 0.505) - 0.5 / 0.5
    const paired = compareRuns(run(1, 1, 60), run(1, 1.01, 60)).differences.find(
      ({ metric }) => metric === 'mean',
    )!
    const apart = compareRuns(run(1, 1, 60), run(2, 1.01, 60)).differences.find(
      ({ metric }) => metric === 'mean',
    )!
    // Lindley's wait, with arrivals every two seconds: half of the textbook's, whose clock runs twice as fast.
    expect(paired.relative!).toBeGreaterThan(true3 - 0.01)
    expect(paired.relative!).toBeLessThan(true3 + 0.02)
    expect(apart.high! - apart.low!).toBeGreaterThan(5 * (paired.high! - paired.low!))
  })
  test('the same run is the same, one replication cannot tell', () => {
    const [a, b] = [run(1, 1), run(1, 1)]
    expect(compareRuns(a, b).verdict).toBe('same')
    expect(isReal(compareRuns(a, b))).toBe(false)
    const one = compareRuns(run(1, 1, 1), run(1, 2, 1))
    expect(one.verdict).toBe('unknown')
    expect(renderComparison(one)).toContain('CANNOT TELL')
  })
})

describe('how it is told', () => {
  const document = compareRuns(run(1, 1), run(1, 1.01))
  test('on a terminal: the verdict, what was changed, what differs', () => {
    const text = renderComparison(document)
    expect(text).toMatch(/^DIFFERENT {2}service-1 against service-1\.01: \d of 4 figures differ/)
    expect(text).toContain('params.serviceTime: 1s → 1.01s')
    expect(text).toMatch(/mean +\S.* → .*, \+[23]\.?\d* % \(.* to .* %\)/)
    expect(text).not.toContain('\u001b')
    expect(renderComparison(document, { colour: true })).toContain('\u001b[33mDIFFERENT')
  })
  test('as a page with a chart', async () => {
    const page = await renderComparisonPage(document)
    expect(page).toContain('<title>service-1 against service-1.01: DIFFERENT</title>')
    expect(page).toContain('<svg')
    expect(page).toContain('params.serviceTime')
  })
})

describe('what can be compared', () => {
  const folder = mkdtempSync(join(tmpdir(), 'flowbench-compare-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const write = (name: string, json: unknown): string => {
    mkdirSync(join(folder, name), { recursive: true })
    writeFileSync(join(folder, name, 'result.json'), JSON.stringify(json))
    writeFileSync(join(folder, name, 'scenario.yaml'), 'name: x\nparams: {a: {b: 3}}\n')
    return join(folder, name)
  }
  test('two documents of one kind that is known; anything else is named', async () => {
    const [a, b] = [write('a', run(1, 1).document), write('b', run(1, 1.01).document)]
    const { document, text, page } = await compareFolders(a, b)
    expect(document).toMatchObject({ verdict: 'real', method: 'paired', changes: [] })
    expect(text(false)).toMatch(/^DIFFERENT/)
    expect(page!.names).toEqual(['a', 'b'])
    const files = await compareFolders(join(a, 'result.json'), join(b, 'result.json'))
    expect(files.document).toMatchObject({ verdict: 'real' })
    // The file does not say what was asked, so nothing can be said to have been changed.
    const mixed = await compareFolders(a, join(b, 'result.json'))
    expect(mixed.document).toMatchObject({ verdict: 'real', changes: [] })
    const other = write('other', { schema: 'flowbench.unknown/1' })
    await expect(compareFolders(a, other)).rejects.toThrow(/flowbench\.unknown\/1, which cannot be compared/)
    await expect(compareFolders(other, other)).rejects.toThrow(
      /what can be compared is flowbench\.run\/1, flowbench\.shootout/,
    )
    await expect(compareFolders(a, join(folder, 'missing'))).rejects.toThrow(/missing/)
    await expect(compareFolders(write('odd', [1]), a)).rejects.toThrow(/schema/)
  })
})
