import { Resvg } from '@resvg/resvg-js'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ChartSpec } from '../../sims/lab/contract/sim.ts'
import { hostileTexts } from '../testing/hostile.ts'
import { matches } from '../testing/matches.ts'
import { voiceFleet } from '../testing/voice-fleet.ts'
import { FONT_FILES } from './font.ts'
import { renderPng } from './png.ts'
import { ChartError, chartOf, renderSvg, themedSpec } from './render.ts'
import { wrap } from './wrap.ts'
import { palette } from './theme.ts'
import { tornadoChart } from './tornado.ts'

const run = voiceFleet()
const charts = [tornadoChart(run.document, run.metricLabels)!, ...run.charts]

/** resvg reads SVG with a strict XML parser, so what it takes is well-formed. */
const parse = (svg: string) =>
  new Resvg(svg, { font: { loadSystemFonts: false, fontFiles: Object.values(FONT_FILES) } })

const simple = (words: string, over: Partial<ChartSpec> = {}): ChartSpec => ({
  name: 'simple',
  title: words,
  description: words,
  spec: {
    data: { values: [{ name: words, value: 3 }] },
    mark: 'bar',
    encoding: {
      x: { field: 'value', type: 'quantitative', title: words },
      y: { field: 'name', type: 'nominal', title: words },
      color: { field: 'name', type: 'nominal', title: words },
    },
  },
  table: { columns: [words], rows: [[words]] },
  ...over,
})

describe.each(charts)('the chart $name', (chart) => {
  let wide: string
  let narrow: string
  beforeAll(async () => {
    wide = await renderSvg(chart, { width: 800, heading: true })
    narrow = await renderSvg(chart, { width: 350, idPrefix: `${chart.name}-narrow` })
  }, 60_000)

  it('is an image with a title and a description that a screen reader finds', () => {
    expect(wide).toMatch(/^<svg class="chart" role="img" aria-labelledby="(\S+)-title \1-desc"/)
    expect(wide).toContain(`<title id="${chart.name}-title">`)
    expect(wide).toContain(`<desc id="${chart.name}-desc">`)
    expect(wide.match(/role=|aria-/g)).toHaveLength(2)
  })

  it('is drawn to the same bytes again', async () => {
    expect(await renderSvg(chart, { width: 800, heading: true })).toBe(wide)
  })

  it('is as wide as asked, on a desk and on a phone', () => {
    expect(Math.abs(parse(wide).width - 800)).toBeLessThanOrEqual(2)
    expect(Math.abs(parse(narrow).width - 350)).toBeLessThanOrEqual(2)
  })

  it('holds no colour but those that a page can turn dark', () => {
    const used = new Set(matches(wide, / (?:fill|stroke)="([^"]*)"/g).map(([, value]) => value!))
    const known = new Set<string>([
      ...Object.values(palette).map(({ light }) => light),
      'none',
      'transparent',
    ])
    expect([...used].filter((value) => !known.has(value))).toEqual([])
  })

  it('has ids of its own, each used by no other drawing', () => {
    const ids = (svg: string) => matches(svg, / id="([^"]*)"/g).map(([, id]) => id!)
    expect(new Set(ids(wide)).size).toBe(ids(wide).length)
    expect(ids(narrow).filter((id) => ids(wide).includes(id))).toEqual([])
    // Of the four, one refers to ids: its lines are clipped.
    if (chart.name === 'utilisation') matches(wide, /url\(#/g)
    for (const [, id] of wide.matchAll(/url\(#([^)]*)\)/g)) expect(ids(wide)).toContain(id)
  })

  it('becomes a PNG at two device pixels to one, with its words on it', () => {
    const png = Buffer.from(renderPng(wide))
    expect(png.readUInt32BE(16)).toBe(2 * parse(wide).width)
    const mute = renderPng(wide.replaceAll(/<text[^>]*>.*?<\/text>/gs, ''))
    expect(png.length).toBeGreaterThan(mute.length * 1.25)
    expect(Buffer.from(renderPng(wide)).equals(png)).toBe(true)
  })

  it('comes back from its own specification', () => {
    const json: unknown = JSON.parse(JSON.stringify(themedSpec(chart, { width: 800, heading: true })))
    expect(chartOf(chart.name, json)).toEqual(chart)
  })
})

describe('what a chart may not do', () => {
  it.each([
    ['load data', { data: { url: 'https://example.com/data.csv' }, mark: 'point' }],
    ['read a file', { data: { url: 'file:///etc/passwd' }, mark: 'point' }],
    [
      'show an image',
      {
        data: { values: [{ u: 'https://example.com/x.png' }] },
        mark: 'image',
        encoding: { url: { field: 'u' } },
      },
    ],
    ['be no chart', { mark: 'no such mark', data: { values: [] } }],
  ])('%s', async (_, spec) => {
    await expect(renderSvg(simple('x', { spec }), { width: 400 })).rejects.toThrow(ChartError)
  })

  it('link anywhere', async () => {
    const spec = {
      data: { values: [{ link: 'javascript:alert(1)', value: 1 }] },
      mark: 'bar',
      encoding: { href: { field: 'link' }, x: { field: 'value', type: 'quantitative' } },
    }
    await expect(renderSvg(simple('x', { spec }), { width: 400 })).rejects.toThrow(ChartError)
  })
})

describe('text from a scenario in a chart', () => {
  let plain: string
  beforeAll(async () => {
    plain = await renderSvg(simple('x'), { width: 400, heading: true })
  })

  it.each(hostileTexts)('stays text: %j', async (words) => {
    const svg = await renderSvg(simple(words), { width: 400, heading: true })
    parse(svg)
    expect(svg).not.toMatch(/<(?:script|img|iframe|foreignObject)/i)
    // oxlint-disable-next-line no-control-regex -- control characters are what must be absent
    expect(svg).not.toMatch(/[\u0000-\u0008\u200e\u200f\u202a-\u202e\u2066-\u2069]/)
    const tags = (text: string) => new Set([...text.matchAll(/<\/?[a-zA-Z]+/g)].map(([tag]) => tag))
    expect(
      [...tags(svg)].filter((tag) => !tags(plain).has(tag) && tag !== '<tspan' && tag !== '</tspan'),
    ).toEqual([])
  })
})

describe('wrapping', () => {
  it('keeps every word of an axis title on a narrow chart', async () => {
    const title = 'minutes since the start of the span, each cluster at its own peak hour'
    const spec = {
      data: { values: [{ a: 1, b: 2 }] },
      mark: 'point',
      encoding: {
        x: { field: 'a', type: 'quantitative', title },
        y: { field: 'b', type: 'quantitative', title },
      },
    }
    const svg = await renderSvg(simple('x', { spec }), { width: 350 })
    const words = [...svg.matchAll(/<t(?:ext|span)[^>]*>([^<]+)/g)].map(([, line]) => line).join(' ')
    expect(words).not.toContain('\u2026')
    for (const word of title.split(' '))
      expect(words.split(/\s+/).filter((one) => one === word).length).toBeGreaterThanOrEqual(2)
  })

  it('breaks between words and never within one', () => {
    expect(wrap('a b', 12, 400, 1000)).toEqual(['a b'])
    expect(wrap('relay delay', 12, 400, 30)).toEqual(['relay', 'delay'])
    expect(wrap('x'.repeat(200), 12, 400, 30)).toEqual(['x'.repeat(200)])
  })
})
