/**
 * Pages of real runs in Chromium: a sweep of a thousand points, a sweep with a search, a comparison and the index. Each is
 * whole, readable and accessible on a desk and on a phone, light and dark, and on paper.
 */
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { compareFolders } from '../reports/compare/read.ts'
import { writeRun } from '../reports/folder/write.ts'
import { writeIndex } from '../reports/page/index-page.ts'
import { axeViolations } from '../reports/testing/axe.ts'
import { describeInChromium, openOffline, type View } from '../reports/testing/chromium.ts'
import { layoutProblems } from '../reports/testing/layout.ts'
import { runScenario } from '../sims/lab/run/run.ts'
import { fixtureRunner, fixtureScenario, fixtureSim } from '../sims/lab/run/testing/fixture.ts'

const VIEWS: readonly View[] = [
  { width: 1280, height: 800, scheme: 'light' },
  { width: 390, height: 844, scheme: 'dark' },
]
/** A4 within margins of 1 cm, px. */
const PAPER: View = { width: 718, height: 1046, scheme: 'dark' }

const SCENARIOS = {
  thousand:
    'params: {demand: 400}\nsweep: {servers: 205..1204}\nuntil: {replications: 3}\nexpect: ["utilisation < 80 %", "p99(wait) < 2 s"]\n',
  panels:
    'sweep: {demand: [10, 20, 30, 40], noise: [50%, 100%]}\nfind: {smallest: servers, in: 5..90}\nuntil: {replications: 4}\nexpect: ["utilisation < 80 %"]\n',
  curves:
    'sweep: {servers: [30, 40, 50, 60], demand: [10, 15, 20]}\nuntil: {replications: 3}\nexpect: ["utilisation < 80 %"]\n',
  one: 'params: {servers: 40}\nuntil: {replications: 8}\nexpect: ["utilisation < 80 %"]\n',
  other: 'params: {servers: 41}\nuntil: {replications: 8}\nexpect: ["utilisation < 80 %"]\n',
} as const
type Name = keyof typeof SCENARIOS | 'compare' | 'index'

describeInChromium('pages of runs', (browser) => {
  let out: string
  const file = (name: Name): string =>
    join(out, name === 'compare' || name === 'index' ? `${name}.html` : join(name, 'report.html'))

  beforeAll(async () => {
    out = await mkdtemp(join(tmpdir(), 'flowbench-pages-'))
    for (const [name, yaml] of Object.entries(SCENARIOS)) {
      const sim = fixtureSim(true)
      const outcome = await runScenario(fixtureScenario(sim, yaml), {
        runner: fixtureRunner(sim),
        reproduce: `flowbench run ${name}.yaml`,
      })
      await writeRun({ ...outcome, scenarioYaml: yaml }, join(out, name))
    }
    const { page } = await compareFolders(join(out, 'one'), join(out, 'other'))
    await writeFile(file('compare'), await page!.render())
    await writeIndex(out)
  }, 60_000)
  afterAll(() => rm(out, { recursive: true, force: true }))

  const open = (name: Name, view: View) => openOffline(browser(), pathToFileURL(file(name)).href, view)
  const unfold = (page: Page) =>
    page.evaluate('document.querySelectorAll("details").forEach((one) => { one.open = true })')

  it.each(
    (['thousand', 'panels', 'curves', 'compare', 'index'] as const).flatMap((name) =>
      VIEWS.map((view) => ({ name, ...view })),
    ),
  )('$name is whole and accessible at $width px, $scheme', async ({ name, ...view }) => {
    const { page, complaints, close } = await open(name, view)
    expect(await layoutProblems(page)).toEqual([])
    await unfold(page)
    expect(await layoutProblems(page)).toEqual([])
    expect(await axeViolations(page)).toEqual([])
    expect(complaints).toEqual([])
    await close()
  })

  it.each(VIEWS)('a thousand points are read in three screens at $width px', async (view) => {
    const { page, close } = await open('thousand', view)
    expect(await page.evaluate('document.documentElement.scrollHeight')).toBeLessThan(3 * view.height)
    expect((await stat(file('thousand'))).size).toBeLessThan(2e6)
    await unfold(page)
    expect(await page.getByText('All 1,000 points are in').count()).toBe(1)
    await close()
  })

  it('each expected figure is drawn against what was swept, its limit named', async () => {
    const { page, close } = await open('thousand', VIEWS[0]!)
    for (const [title, limit] of [
      ['utilisation against servers', '< 80 %'],
      ['p99(wait) against servers', '< 2 s'],
    ] as const) {
      const chart = page.getByRole('img', { name: new RegExp(title.replaceAll(/[()]/g, '.')) })
      expect(await chart.count()).toBe(1)
      expect(await chart.locator('text', { hasText: limit }).count()).toBe(1)
    }
    await close()
  })

  it('a search for each value of a sweep has a panel for each, all with the limit', async () => {
    const { page, close } = await open('panels', VIEWS[0]!)
    const chart = page.getByRole('img', { name: /utilisation against servers/ })
    expect(await chart.locator('text', { hasText: 'demand = ' }).count()).toBe(6)
    expect(await chart.locator('text', { hasText: '< 80 %' }).count()).toBe(6)
    expect(await chart.locator('desc').textContent()).toContain('2 more combinations are in points.csv')
    await close()
  })

  it('a legend is complete: every curve of a sweep is named', async () => {
    const { page, close } = await open('curves', VIEWS[1]!)
    const chart = page.getByRole('img', { name: /utilisation against servers/ })
    for (const demand of [10, 15, 20])
      expect(await chart.locator('text', { hasText: new RegExp(`^demand = ${demand}$`) }).count()).toBe(1)
    await close()
  })

  it.each(['thousand', 'panels', 'compare'] as const)('%s keeps all columns on paper', async (name) => {
    const { page, close } = await open(name, PAPER)
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    await unfold(page)
    const cut = await page.evaluate<string[]>(
      '[...document.querySelectorAll("table")].filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1).map((one) => one.textContent.slice(0, 60))',
    )
    expect(await page.locator('table').count()).toBeGreaterThan(0)
    expect(cut).toEqual([])
    await close()
  })

  it('a thousand points print on a few pages', async () => {
    const { page, close } = await open('thousand', PAPER)
    const pdf = await page.pdf({ format: 'A4' })
    const pages = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)!.length
    expect(pages).toBeGreaterThan(0)
    expect(pages).toBeLessThan(5)
    await close()
  })
})
