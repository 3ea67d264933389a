/**
 * The page in Chromium, offline, on a desk and on a phone, light and dark: no complaint, nothing cut off, nothing over
 * something else, and the answer above the fold. A page full of hostile text is held to the same.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { palette } from '../charts/theme.ts'
import { writeIndex } from './index-page.ts'
import { axeViolations } from '../testing/axe.ts'
import { describeInChromium, openOffline, type View } from '../testing/chromium.ts'
import { hostileTexts } from '../testing/hostile.ts'
import { bottomOf, layoutProblems } from '../testing/layout.ts'
import { replaceTexts } from '../testing/replace.ts'
import { voiceFleet } from '../testing/voice-fleet.ts'
import { writeReport, writeRun } from '../folder/write.ts'

const views: readonly View[] = [
  { width: 1280, height: 800, scheme: 'light' },
  { width: 1280, height: 800, scheme: 'dark' },
  { width: 390, height: 844, scheme: 'light' },
  { width: 390, height: 844, scheme: 'dark' },
]

describeInChromium('the report page', (browser) => {
  let out: string
  const urls = { report: '', hostile: '', index: '' }
  beforeAll(async () => {
    out = await mkdtemp(join(tmpdir(), 'flowbench-page-'))
    const run = voiceFleet()
    const { page } = await writeReport(run, out)
    const all = hostileTexts.join(' ')
    const { charts } = run
    const hostile = replaceTexts({ ...run, charts: [] }, all)
    const file = await writeRun(
      { ...hostile, charts: charts.map((chart) => ({ ...chart, title: all, description: all })) },
      join(out, 'hostile'),
    )
    const { path } = await writeIndex(out)
    urls.report = pathToFileURL(page).href
    urls.hostile = pathToFileURL(file.page).href
    urls.index = pathToFileURL(path).href
  }, 60_000)
  afterAll(() => rm(out, { recursive: true, force: true }))

  it.each(views)('is whole and readable at $width px, $scheme', async (view) => {
    const { page, complaints, close } = await openOffline(browser(), urls.report, view)
    expect(await layoutProblems(page)).toEqual([])
    expect(await bottomOf(page, 'h1, .answer, .range, .verdict, .facts')).toBeLessThanOrEqual(view.height)
    expect(await page.evaluate('document.fonts.check("600 16px Inter")')).toBe(true)
    const ground = await page.evaluate<string>('getComputedStyle(document.querySelector(".chart rect")).fill')
    const hex = palette.ground[view.scheme].slice(1)
    expect(ground).toBe(
      `rgb(${[0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join(', ')})`,
    )
    // With every table open, too.
    await page.evaluate('document.querySelectorAll("details").forEach((one) => { one.open = true })')
    expect(await layoutProblems(page)).toEqual([])
    expect(await axeViolations(page)).toEqual([])
    expect(complaints).toEqual([])
    await close()
  })

  it('shows each chart once, named and described to a screen reader', async () => {
    const { page, close } = await openOffline(browser(), urls.report, views[0]!)
    const charts = page.getByRole('img')
    expect(await charts.count()).toBe(4)
    const knee = page.getByRole('img', { name: /Where the fleet bends.*The dashed line is the 5 ms limit/ })
    expect(await knee.count()).toBe(1)
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.className')).toBe('skip')
    await close()
  })

  it.each([views[0]!, views[3]!])(
    'stays whole when every text is hostile, at $width px, $scheme',
    async (view) => {
      const { page, complaints, close } = await openOffline(browser(), urls.hostile, view)
      expect(await page.evaluate('typeof pwned')).toBe('undefined')
      expect(await page.evaluate('document.scripts.length + document.images.length')).toBe(0)
      const sideways = (await layoutProblems(page)).filter((problem) =>
        /sideways|beyond|clipped/.test(problem),
      )
      expect(sideways).toEqual([])
      expect(complaints).toEqual([])
      await close()
    },
  )

  it('prints dark on white, in one column, whatever the scheme', async () => {
    const { page, close } = await openOffline(browser(), urls.report, {
      width: 720,
      height: 1000,
      scheme: 'dark',
    })
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)')
    expect(await page.evaluate('getComputedStyle(document.querySelector(".chart rect")).fill')).toBe(
      'rgb(255, 255, 255)',
    )
    const problems = await layoutProblems(page)
    // Paper takes smaller type than a screen.
    expect(problems.filter((problem) => !problem.startsWith('too small'))).toEqual([])
    await close()
  })

  it.each([views[0]!, views[3]!])('has an index that leads to it, at $width px, $scheme', async (view) => {
    const { page, complaints, close } = await openOffline(browser(), urls.index, view)
    expect(await layoutProblems(page)).toEqual([])
    await page.locator('a', { hasText: '24 relay hosts keep' }).click()
    await page.waitForURL(/voice-fleet-week\/report\.html$/)
    expect(complaints).toEqual([])
    await close()
  })
})
