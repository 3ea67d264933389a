import { describe, expect, it } from 'vitest'
import type { AssumptionDocument, RunDocument } from '../../sims/lab/contract/document.ts'
import { voiceFleet } from '../testing/voice-fleet.ts'
import { renderSvg } from './render.ts'
import { tornadoChart } from './tornado.ts'

const { document, metricLabels } = voiceFleet()
const withAssumptions = (assumptions: readonly AssumptionDocument[]): RunDocument => ({
  ...document,
  assumptions,
})

interface Bar {
  from: number
  to: number
  fromText: string
  toText: string
  openText: string
}
const bars = (run: RunDocument): Bar[] =>
  (tornadoChart(run, metricLabels)!.spec['data'] as { values: Bar[] }).values

describe('the tornado', () => {
  it('draws one bar for each assumption, in the order of the document', () => {
    const chart = tornadoChart(document, metricLabels)!
    expect(chart.table.rows.map(([label]) => label)).toEqual(document.assumptions.map(({ label }) => label))
    expect(chart.table.rows[0]).toEqual(['share of weekly users who talk', '1 to 10 %', '9', '24', '46'])
    expect(chart.description).toContain('share of weekly users who talk')
  })

  it('puts the end that gives less at the left, whichever end that is', () => {
    const packets = bars(document)[2]!
    expect([packets.from, packets.to]).toEqual([20, 33])
    expect([packets.fromText, packets.toText]).toEqual(['750 k/s', '420 k/s'])
  })

  it('runs a bar to the edge, and says so, where an end has no answer', () => {
    const top = document.assumptions[0]!
    const [bar] = bars(withAssumptions([{ ...top, effect: { ...top.effect!, high: null } }]))
    expect(bar!.from).toBe(9)
    expect(bar!.to).toBeGreaterThan(24)
    expect(bar!.openText).toContain('10 %: no answer')
  })

  it('is drawn even when no end has an answer but the middle', async () => {
    const top = document.assumptions[0]!
    const run = withAssumptions([{ ...top, effect: { ...top.effect!, low: null, high: null } }])
    expect(await renderSvg(tornadoChart(run, metricLabels)!, { width: 350 })).not.toMatch(
      /NaN|Infinity|undefined/,
    )
  })

  it('is left out when nothing was probed or nothing has an answer', () => {
    expect(tornadoChart(withAssumptions([]), metricLabels)).toBeNull()
    const { effect, ...unprobed } = document.assumptions[0]!
    expect(tornadoChart(withAssumptions([unprobed]), metricLabels)).toBeNull()
    const none = { ...effect!, low: null, mid: null, high: null }
    expect(tornadoChart(withAssumptions([{ ...unprobed, effect: none }]), metricLabels)).toBeNull()
  })
})
