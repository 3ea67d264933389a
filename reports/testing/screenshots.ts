/**
 * Screenshots of a report, for eyes and for the README:
 *
 *     node reports/testing/screenshots.ts OUT_DIR [RUN_FOLDER]
 *
 * Writes the first screen and the whole page at 1280 and 390 px, light and dark. Without a run folder it takes the
 * made-up run of `voice-fleet.ts`.
 */
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { voiceFleet } from './voice-fleet.ts'
import { tryFolder } from '../folder/claim.ts'
import { writeReport } from '../folder/write.ts'
import { findChromium, launchChromium, openOffline } from './chromium.ts'

const [out = 'screenshots', run] = process.argv.slice(2)
const path = findChromium()
if (path === null) throw new Error('needs Chromium')
await tryFolder(out)
const dir = run === undefined ? (await writeReport(voiceFleet(), out)).dir : resolve(run)
const browser = await launchChromium(path)
for (const [width, height] of [
  [1280, 800],
  [390, 844],
] as const) {
  for (const scheme of ['light', 'dark'] as const) {
    const view = { width, height, scheme }
    const { page, close } = await openOffline(browser, pathToFileURL(join(dir, 'report.html')).href, view)
    await page.screenshot({ path: join(out, `${width}-${scheme}-first.png`) })
    await page.screenshot({ path: join(out, `${width}-${scheme}.png`), fullPage: true })
    await close()
  }
}
await browser.close()
