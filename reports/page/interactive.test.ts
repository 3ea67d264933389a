/** `--interactive` in Chromium: values under the mouse, a legend that toggles, and still nothing that loads or evaluates. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ChartSpec } from '../../sims/lab/contract/sim.ts'
import { palette } from '../charts/theme.ts'
import { axeViolations } from '../testing/axe.ts'
import { describeInChromium, openOffline, type View } from '../testing/chromium.ts'
import { hostileTexts } from '../testing/hostile.ts'
import { layoutProblems } from '../testing/layout.ts'
import { replaceTexts } from '../testing/replace.ts'
import { voiceFleet } from '../testing/voice-fleet.ts'
import { writeReport, writeRun } from '../folder/write.ts'

/** Three lines in a band each, as a sweep draws them. */
const values = ['geo', 'anycast', 'none'].flatMap((way, i) =>
  [1, 2, 3].map((x) => ({ way, x, y: x * (i + 1), low: x * i, high: x * (i + 2) })),
)
const axes = {
  x: { field: 'x', type: 'quantitative' },
  color: { field: 'way', type: 'nominal', title: null },
}
const lines: ChartSpec = {
  name: 'lines',
  title: 'Three ways',
  description: 'A line and a band for each of three ways.',
  spec: {
    data: { values },
    layer: [
      {
        mark: { type: 'area', style: 'band' },
        encoding: { ...axes, y: { field: 'low', type: 'quantitative' }, y2: { field: 'high' } },
      },
      {
        mark: { type: 'line', point: true },
        encoding: { ...axes, y: { field: 'y', type: 'quantitative', title: 'how much' } },
      },
    ],
  },
  table: { columns: ['way', 'x', 'y'], rows: values.map(({ way, x, y }) => [way, x, y]) },
}
const hostileSpec = (words: string): ChartSpec['spec'] => ({
  ...lines.spec,
  data: { values: values.map((row) => ({ ...row, way: row.way === 'geo' ? words : row.way })) },
})
const input = () => ({ ...voiceFleet(), charts: [...voiceFleet().charts, lines] })

const desk: View = { width: 1280, height: 800, scheme: 'dark' }

describeInChromium('the interactive page', (browser) => {
  let out: string
  let url: string
  beforeAll(async () => {
    out = await mkdtemp(join(tmpdir(), 'flowbench-live-'))
    url = pathToFileURL((await writeReport(input(), out, { interactive: true })).page).href
  }, 60_000)
  afterAll(() => rm(out, { recursive: true, force: true }))

  const openLive = async (at: string, view: View) => {
    const open = await openOffline(browser(), at, view)
    await open.page.waitForSelector('html[data-live]', { timeout: 20_000 })
    return open
  }

  it('tells the values of what the mouse is over', async () => {
    const { page, complaints, close } = await openLive(url, desk)
    expect(await page.locator('.tip').isVisible()).toBe(false)
    const bar = page.locator('#stage-utilisation-wide .mark-rect path').first()
    await bar.hover()
    await page.locator('.tip').waitFor({ state: 'visible' })
    expect(await page.locator('.tip').textContent()).toMatch(/us-east/)
    expect(complaints).toEqual([])
    await close()
  })

  it('shows one series alone when its entry in the legend is clicked, and all again', async () => {
    const { page, complaints, close } = await openLive(url, desk)
    const chart = page.locator('#stage-lines-wide')
    /** Marks that are still drawn in full: of each series an area, a line, and three points. */
    const whole = () =>
      page.evaluate<number>(
        '[...document.querySelectorAll("#stage-lines-wide [class*=layer] path:not(.background, .foreground)")].filter((path) => Number(getComputedStyle(path).opacity) > 0.5).length',
      )
    const entries = chart.locator('.role-legend-label text')
    expect(await entries.count()).toBe(3)
    expect(await whole()).toBe(15)
    await entries.nth(1).click()
    await expect.poll(whole).toBe(5)
    await entries.nth(2).click()
    await expect.poll(whole).toBe(10)
    await entries.nth(1).click()
    await entries.nth(2).click()
    await expect.poll(whole).toBe(15)
    expect(complaints).toEqual([])
    await close()
  })

  it.each([desk, { width: 390, height: 844, scheme: 'light' }] as const)(
    'is as whole, as dark and as accessible as the static one at $width px',
    async (view) => {
      const { page, complaints, close } = await openLive(url, view)
      expect(await layoutProblems(page)).toEqual([])
      expect(await axeViolations(page)).toEqual([])
      const ground = await page.evaluate<string>(
        'getComputedStyle(document.querySelector(".live")).backgroundColor',
      )
      const hex = palette.ground[view.scheme].slice(1)
      const parts = [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16))
      expect(ground).toBe(`rgb(${parts.join(', ')})`)
      expect(complaints).toEqual([])
      await close()
    },
  )

  it('runs its own scripts and no other, and may evaluate none', async () => {
    const { page, close } = await openLive(url, desk)
    const policy = await page.evaluate<string>(
      'document.querySelector("meta[http-equiv=Content-Security-Policy]").content',
    )
    expect(policy).toMatch(/default-src 'none';.*script-src(?: 'sha256-[\w+/=]+'){3}$/)
    const blocked = await page.evaluate<string>(`new Promise((done) => {
      document.addEventListener('securitypolicyviolation', (event) => done(event.violatedDirective))
      const script = document.createElement('script')
      script.textContent = 'window.pwned = 1'
      document.body.append(script)
    })`)
    expect(blocked).toBe('script-src-elem')
    expect(await page.evaluate('typeof pwned')).toBe('undefined')
    await close()
  })

  it('is not hurt by hostile text', async () => {
    const run = voiceFleet()
    const all = hostileTexts.join(' ')
    const charts = [{ ...replaceTexts(lines, all), name: 'lines', spec: hostileSpec(all) }]
    const hostile = { ...replaceTexts({ ...run, charts: [] }, all), charts }
    const { page: file } = await writeRun(hostile, join(out, 'hostile'), { interactive: true })
    const { page, complaints, close } = await openLive(pathToFileURL(file).href, desk)
    expect(await page.evaluate('typeof pwned')).toBe('undefined')
    expect(complaints).toEqual([])
    await close()
  })

  it('is static when nobody asks, and under two megabytes when somebody does', async () => {
    const { page } = await writeReport(voiceFleet(), join(out, 'static'))
    expect(await readFile(page, 'utf8')).not.toContain('<script')
    expect((await readFile(new URL(url), 'utf8')).length).toBeLessThan(2e6)
  })
})
