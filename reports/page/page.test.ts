import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ReportInput } from '../input.ts'
import { anyCodeUnits, hostileTexts } from '../testing/hostile.ts'
import { matches } from '../testing/matches.ts'
import { replaceTexts } from '../testing/replace.ts'
import { voiceFleet } from '../testing/voice-fleet.ts'
import { html, raw } from './html.ts'
import { renderPage } from './page.ts'

const run = voiceFleet()
/** Drawing is tested elsewhere; here a chart is a box. */
const page = (input: ReportInput): string =>
  renderPage(
    input,
    input.charts.map((chart) => ({ chart, wide: '<svg></svg>', narrow: '<svg></svg>' })),
  )
const all = page(run)

/** Every tag with its attribute names and fixed values: what a text must never change. */
const skeleton = (text: string): string[] =>
  [...text.matchAll(/<(\/?[a-z][a-z0-9]*)((?:\s+[a-z-]+(?:="[^"]*")?)*)\s*>/gi)].map(
    ([, tag, attributes]) =>
      `${tag}${[...attributes!.matchAll(/\s([a-z-]+)(?:="[^"]*")?/gi)].map(([, name]) => ` ${name}`).join('')}`,
  )
const hostile = (words: string): ReportInput => {
  const { charts, metricLabels, ...rest } = replaceTexts(run, words)
  // File names are checked where files are written; keys of records are texts too.
  const names = Object.fromEntries(
    Object.entries(metricLabels).map(([name, label], i) => [`${name}${words}${i}`, label]),
  )
  return { ...rest, charts: charts.map((chart, i) => ({ ...chart, name: `chart${i}` })), metricLabels: names }
}

describe('what the page says', () => {
  it('begins with question, answer, interval, verdict, what breaks first and the assumption that matters', () => {
    const body = all.slice(all.indexOf('<body'))
    const order = [
      'How many relay hosts carry a week of voice',
      '24 relay hosts keep p99 relay delay under 5\u00a0ms',
      '95\u00a0% interval 23 to 26 hosts',
      '>PASS<',
      'Breaks first',
      'relay CPU',
      '1.3\u00d7 the load asked about',
      'Rests most on',
      'share of weekly users who talk',
      'What was measured',
      'Theory beside observation',
      'Invariants',
      'How it was made',
      'flowbench run scenarios/voice-fleet-week.yaml --seed 7',
    ].map((words) => body.indexOf(words))
    expect(order.every((place) => place > 0)).toBe(true)
    expect(order).toEqual(order.toSorted((a, b) => a - b))
  })

  it('prints no percentile at an overloaded point', () => {
    const row = all.slice(all.indexOf('<th scope="row">8</th>'))
    expect(row.slice(0, row.indexOf('</tr>'))).toMatch(/OVERLOADED.*no figure/s)
  })

  it('marks the row of the answer, and only that', () => {
    expect(all.match(/<tr class="chosen">/g)).toHaveLength(1)
    expect(all).toContain('24<span class="vh"> (the answer)</span>')
  })

  it('shows of many points the neighbours of the answer, and all of them one click away', () => {
    const [point] = run.document.points
    const points = Array.from({ length: 57 }, (_, i) => ({ ...point!, at: { relayHosts: i + 8 } }))
    const text = page({ ...run, document: { ...run.document, points } })
    const [open, folded] = text.slice(text.indexOf('id="measured"')).split('<summary>All 57 points</summary>')
    const hosts = (part: string) =>
      [...part.matchAll(/<th scope="row">(\d+)/g)].map(([, value]) => Number(value))
    expect(hosts(open!)).toEqual([20, 21, 22, 23, 24, 25, 26, 27, 28])
    expect(hosts(folded!.slice(0, folded!.indexOf('</details>')))).toHaveLength(57)
  })

  it.each(['fail', 'overloaded'] as const)('says a verdict of %s in a word and a sign', (verdict) => {
    const text = page({ ...run, document: { ...run.document, verdict } })
    expect(text).toMatch(
      new RegExp(`class="verdict"><svg [^>]*>.*?</svg><span class="word">${verdict.toUpperCase()}`, 's'),
    )
  })

  it('warns on the first screen of a world that broke its rules', () => {
    const invariants = [
      { name: 'conservation', at: { hosts: 8 }, ok: false, detail: 'injected 5, completed 4' },
    ]
    const text = page({ ...run, document: { ...run.document, invariants } })
    expect(text.indexOf('Do not trust this answer')).toBeLessThan(text.indexOf('Breaks first'))
    expect(text).toContain('conservation at hosts = 8: injected 5, completed 4')
    expect(all).not.toContain('Do not trust')
  })

  it('tells three reasons to doubt on the first screen, and where the others are', () => {
    const reasons = [1, 2, 3, 4, 5].map((i) => ({
      code: 'precision' as const,
      text: `reason ${i}`,
      remedy: 'more',
    }))
    const text = page({ ...run, document: { ...run.document, trust: { level: 'weak', reasons } } })
    expect(text.match(/<p class="distrust">/g)).toHaveLength(3)
    expect(text).toContain('2 more reasons, under “Trust” below')
    expect(text.slice(text.indexOf('How it was made'))).toContain('reason 5')
    expect(all).not.toContain('more reason')
  })

  it('does without what a run does not have', () => {
    const { digest: _, ...document } = run.document
    const bare = page({
      document: {
        ...document,
        mode: 'live',
        answer: { ...document.answer, value: null, estimate: null, low: null, high: null, breaksFirst: null },
        expectations: [],
        invariants: [],
        theory: [],
        assumptions: [],
        counters: {},
        points: [{ at: {}, replications: 1, state: 'stable', metrics: {}, samples: {} }],
      },
      charts: [],
      series: {},
      scenarioYaml: '',
      metricLabels: {},
    })
    expect(bare).not.toMatch(/undefined|NaN|null|\[object/)
    expect(bare).toContain('a live run is never the same twice')
  })

  it('is the same bytes again', () => expect(page(voiceFleet())).toBe(all))
})

describe('the page as a document', () => {
  it('has a language, a title, one main, one h1, and headings that skip no level', () => {
    expect(all).toMatch(/^<!doctype html>\n<html lang="en">/)
    expect(all).toContain('<title>voice-fleet-week: PASS</title>')
    expect(all.match(/<main /g)).toHaveLength(1)
    const levels = [...all.matchAll(/<h([1-6])/g)].map(([, level]) => Number(level))
    expect(levels.filter((level) => level === 1)).toHaveLength(1)
    expect(levels[0]).toBe(1)
    for (const [i, level] of levels.entries()) expect(level - (levels[i - 1] ?? 0)).toBeLessThanOrEqual(1)
  })

  it('lets the keyboard skip to the answer and reach every box that scrolls', () => {
    expect(all).toMatch(/<body>\s*<a class="skip" href="#main">/)
    expect(all).toContain('<main id="main">')
    for (const [box] of matches(all, /<div class="scroll[^>]*>/g)) {
      expect(box).toMatch(/role="region" aria-label="[^"]+" tabindex="0"/)
    }
  })

  it('gives every header cell a scope, every table a caption or a summary, and every row a header', () => {
    for (const [cell] of matches(all, /<th[ >][^>]*/g)) expect(cell).toMatch(/scope="(?:col|row)"/)
    for (const [table] of matches(all, /<table>.*?<\/table>/gs)) {
      for (const [row] of matches(table.slice(table.indexOf('<tbody>')), /<tr.*?<\/tr>/gs)) {
        expect(row).toMatch(/^<tr[^>]*>\s*<th scope="row"/)
      }
    }
  })

  it('has unique ids, and every reference meets one', () => {
    const ids = [...all.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id!)
    expect(new Set(ids).size).toBe(ids.length)
    for (const [, list] of matches(all, / (?:aria-labelledby|aria-describedby)="([^"]*)"/g)) {
      for (const id of list!.split(' ')) expect(ids).toContain(id)
    }
  })

  it('needs nothing from outside and runs nothing', () => {
    expect(all).toContain('default-src &#39;none&#39;')
    expect(all).not.toMatch(/<script|<iframe|<object|<embed|<base|\son[a-z]+=|https?:\/\/(?!www\.w3\.org)/)
    for (const [, target] of matches(all, / (?:src|href)="([^"]*)"/g)) {
      expect(target).toMatch(/^(?:#|data:,|[\w-]+\.(?:json|csv|yaml)$|charts\/[\w-]+\.(?:svg|png)$)/)
    }
    for (const [, target] of matches(all, /url\(([^)]*)\)/g))
      expect(target).toMatch(/^data:font\/woff2;base64,/)
  })
})

describe('text from a scenario', () => {
  const harmless = skeleton(page(hostile('x')))

  it.each(hostileTexts)('changes no tag of the page: %j', (words) => {
    const text = page(hostile(words))
    expect(skeleton(text)).toEqual(harmless)
    expect(text).not.toMatch(/<script|<img|[\u202a-\u202e\u2066-\u2069]/)
  })

  it('changes no tag of the page, whatever it is', () => {
    fc.assert(
      fc.property(anyCodeUnits, (words) => {
        expect(skeleton(page(hostile(words)))).toEqual(harmless)
      }),
      { numRuns: 30 },
    )
  })
})

describe('the html template', () => {
  it('escapes all but what is marked as HTML, joins lists, and drops nothings', () => {
    const list = [html`<u></u>`, 1, null, false as const, undefined]
    expect(html`<p title="${'"'}">${'<b>'}${raw('<i>')}${list}</p>`.text).toBe(
      '<p title="&quot;">&lt;b&gt;<i><u></u>1</p>',
    )
  })
})

describe('a sweep of a thousand points', () => {
  const many = voiceFleet()
  const [point] = many.document.points
  const points = Array.from({ length: 1000 }, (_, i) => ({ ...point!, at: { relayHosts: 8 + i } }))
  const [first] = many.document.expectations
  const expectations = points.map(({ at }, i) => ({ ...first!, at, ok: i !== 700 }))
  const sweep = renderPage({ ...many, document: { ...many.document, points, expectations } }, [])

  it('shows a screenful, the failures first, and says where the rest is', () => {
    expect(sweep.length).toBeLessThan(2e6)
    expect(sweep.match(/<tr/g)!.length).toBeLessThan(100)
    expect(sweep).toContain('All 1,000 points are in <a href="points.csv">')
    expect(sweep).toContain('976 more are in <a href="result.json">')
    expect(sweep.indexOf('relayHosts = 708')).toBeLessThan(sweep.indexOf('relayHosts = 8<'))
    expect(sweep.indexOf('relayHosts = 708')).toBeGreaterThan(0)
  })
  it('folds all but its first charts away, once', () => {
    expect(sweep.match(/<summary>All else/g)).toHaveLength(1)
    expect(sweep.indexOf('<summary>All else')).toBeLessThan(sweep.indexOf('id="expectations"'))
    expect(renderPage(many, [])).not.toContain('<summary>All else')
  })
})
