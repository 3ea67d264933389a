/** The audit of a page's layout finds each fault that it is for, planted alone in a page that is sound without it. */
import { expect, it } from 'vitest'
import { describeInChromium, openOffline } from './chromium.ts'
import { layoutProblems } from './layout.ts'

const chart = (words: string) =>
  `<svg class="chart" width="200" height="100" viewBox="0 0 200 100" font-size="12" font-family="sans-serif">${words}</svg>`

const FAULTS: readonly [fault: RegExp, body: string][] = [
  [/^the page scrolls sideways/, '<p style="width: 900px">wide</p>'],
  [/^beyond the viewport/, '<p style="position: absolute; left: -50px">left</p>'],
  [/^clipped/, '<p style="width: 40px; overflow: hidden; white-space: nowrap">much too long for it</p>'],
  [/^cut off in a chart/, chart('<text x="180" y="50">beyond the frame</text>')],
  [/^overlapping in a chart/, chart('<text x="10" y="50">one</text><text x="14" y="52">two</text>')],
  [/^too small in a chart/, chart('<text x="10" y="50" font-size="8">tiny</text>')],
  [/^cut short in a chart/, chart('<text x="10" y="50">a context capped at 4,&hellip;</text>')],
  [/^called dashed/, chart('<desc>The dashed line is the mean.</desc><path d="M0 50H200" stroke="black"/>')],
  [/^too faint/, '<p style="color: #aaaaaa">faint</p>'],
  [/^too small:/, '<p style="font-size: 9px">small</p>'],
]

describeInChromium('the layout audit', (browser) => {
  const audit = async (body: string): Promise<string[]> => {
    const html = `<!doctype html><html lang="en"><body style="margin: 8px; background: #fff">${body}</body></html>`
    const url = `data:text/html,${encodeURIComponent(html)}`
    const { page, close } = await openOffline(browser(), url, { width: 400, height: 400, scheme: 'light' })
    const problems = await layoutProblems(page)
    await close()
    return problems
  }

  it('has nothing against a sound page', async () => {
    const sound = `<p>words</p>${chart('<text x="10" y="30">one</text><text x="10" y="60">two</text>')}`
    expect(await audit(sound)).toEqual([])
  })

  it.each(FAULTS)('finds what is %s', async (fault, body) => {
    expect((await audit(`<p>words</p>${body}`)).filter((problem) => fault.test(problem))).toHaveLength(1)
  })
})
