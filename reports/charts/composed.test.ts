import { describe, expect, it } from 'vitest'
import type { ChartSpec } from '../../sims/lab/contract/sim.ts'
import { renderSvg } from './render.ts'

const view = {
  mark: 'bar',
  encoding: { x: { field: 'a', type: 'quantitative' }, y: { field: 'b', type: 'nominal', title: null } },
}
const values = ['x', 'y', 'z'].map((b, a) => ({ a, b, c: `part ${a}` }))
const data = { values }
const specs: Record<string, Record<string, unknown>> = {
  hconcat: { data, hconcat: [view, view] },
  vconcat: { data, vconcat: [view, view] },
  concat: { data, columns: 3, concat: [view, view, view] },
  facet: { data, facet: { field: 'c', type: 'nominal' }, spec: view },
}
const size = (svg: string): [number, number] => {
  const [, width, height] = / width="(\d+)" height="(\d+)"/.exec(svg)!
  return [Number(width), Number(height)]
}

describe.each(Object.keys(specs))('a chart of several views by %s', (name) => {
  const chart: ChartSpec = {
    name,
    title: name,
    description: name,
    spec: specs[name]!,
    table: { columns: [], rows: [] },
  }

  it('keeps to its width on a desk and on a phone', async () => {
    for (const width of [800, 350]) {
      const [drawn] = size(await renderSvg(chart, { width }))
      expect(drawn).toBeLessThanOrEqual(width * 1.02)
      expect(drawn).toBeGreaterThan(width * 0.75)
    }
  })
})

it('puts views below one another on a phone', async () => {
  const chart: ChartSpec = {
    name: 'h',
    title: 'h',
    description: 'h',
    spec: specs['hconcat']!,
    table: { columns: [], rows: [] },
  }
  const [, tall] = size(await renderSvg(chart, { width: 350 }))
  const [, flat] = size(await renderSvg(chart, { width: 800 }))
  expect(tall).toBeGreaterThan(flat * 1.5)
})
