/**
 * What a person would see wrong with a page, found by measuring it in the browser: things cut off, things over one
 * another, words too small or too faint. The audit is a text because it runs in the page, where this project's types
 * do not reach.
 */
import type { Page } from 'playwright-core'

const AUDIT = String.raw`(() => {
  const problems = []
  const width = document.documentElement.clientWidth
  const name = (element) => element.tagName.toLowerCase() + (element.getAttribute('class') ? '.' + element.getAttribute('class') : '') + ' "' + element.textContent.trim().slice(0, 40) + '"'
  const hidden = (element) => element.closest('.vh, .skip') !== null || element.getClientRects().length === 0
  const inBox = (element) => element.parentElement !== null && element.parentElement.closest('.scroll') !== null

  if (document.documentElement.scrollWidth > width) problems.push('the page scrolls sideways: ' + document.documentElement.scrollWidth + ' > ' + width)

  for (const element of document.body.querySelectorAll('*')) {
    if (hidden(element) || inBox(element)) continue
    const box = element.getBoundingClientRect()
    if (box.right > width + 1 || box.left < -1) problems.push('beyond the viewport: ' + name(element) + ' ' + Math.round(box.left) + '..' + Math.round(box.right))
    const style = getComputedStyle(element)
    if (!element.closest('svg') && !element.matches('.scroll') && style.overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1) problems.push('clipped: ' + name(element))
  }

  // Charts: every word inside its drawing, none over another, none too small to read.
  for (const svg of document.querySelectorAll('svg.chart')) {
    if (hidden(svg)) continue
    const frame = svg.getBoundingClientRect()
    const said = svg.querySelector('desc')?.textContent ?? svg.getAttribute('aria-label') ?? ''
    if (/dashed/.test(said) && svg.querySelector('[stroke-dasharray]') === null) problems.push('called dashed, and nothing is: ' + said.slice(0, 60))
    const words = [...svg.querySelectorAll('text')].filter((text) => text.textContent.trim() !== '' && getComputedStyle(text).opacity !== '0')
    const boxes = words.map((text) => {
      const { left, right, top, bottom } = text.getBoundingClientRect()
      const slack = (bottom - top) * 0.22
      return { text, left: left + 1, right: right - 1, top: top + slack, bottom: bottom - slack }
    })
    for (const [i, a] of boxes.entries()) {
      if (a.left < frame.left - 1 || a.right > frame.right + 1 || a.top < frame.top - 1 || a.bottom > frame.bottom + 1) problems.push('cut off in a chart: ' + name(a.text))
      for (const b of boxes.slice(i + 1)) {
        if (a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom) problems.push('overlapping in a chart: ' + name(a.text) + ' and ' + name(b.text))
      }
      if (a.text.textContent.includes('\u2026')) problems.push('cut short in a chart: ' + name(a.text))
      const scale = frame.width / svg.viewBox.baseVal.width
      const size = parseFloat(getComputedStyle(a.text).fontSize) * scale
      if (size < 10.5) problems.push('too small in a chart: ' + name(a.text) + ' ' + size.toFixed(1) + ' px')
    }
  }

  // Contrast of every word against the first ground behind it (WCAG 2.2, 1.4.3).
  const rgb = (css) => { const [r, g, b, a = '1'] = css.match(/[\d.]+/g) ?? ['0', '0', '0', '0']; return { r: +r, g: +g, b: +b, a: +a } }
  const luminance = ({ r, g, b }) => { const f = (v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4 }; return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b) }
  const contrast = (a, b) => { const [x, y] = [luminance(a), luminance(b)].sort((p, q) => p - q); return (y + 0.05) / (x + 0.05) }
  for (const element of document.body.querySelectorAll('*')) {
    if (hidden(element) || element.closest('svg') || ![...element.childNodes].some((node) => node.nodeType === 3 && node.nodeValue.trim() !== '')) continue
    let behind = element
    while (behind && rgb(getComputedStyle(behind).backgroundColor).a === 0) behind = behind.parentElement
    const ground = behind ? rgb(getComputedStyle(behind).backgroundColor) : { r: 255, g: 255, b: 255 }
    const ratio = contrast(rgb(getComputedStyle(element).color), ground)
    if (ratio < 4.5) problems.push('too faint: ' + name(element) + ' ' + ratio.toFixed(2))
    if (parseFloat(getComputedStyle(element).fontSize) < 12) problems.push('too small: ' + name(element))
  }
  return [...new Set(problems)]
})()`

/** Everything that is wrong with how the open page is laid out; empty when nothing is. */
export const layoutProblems = (page: Page): Promise<string[]> => page.evaluate<string[]>(AUDIT)

/** The lowest edge of the elements, in pixels from the top of the page; throws when there is none. */
export async function bottomOf(page: Page, selector: string): Promise<number> {
  const boxes = await Promise.all((await page.locator(selector).all()).map((one) => one.boundingBox()))
  const edges = boxes.map((box) => (box === null ? 0 : box.y + box.height))
  if (edges.length === 0) throw new Error(`nothing matches ${selector}`)
  return Math.max(...edges)
}
