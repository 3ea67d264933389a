/** All drawings of a chart: two for the page, one that stands alone with its heading, and that one as a PNG. */
import type { Spec } from 'vega'
import type { ChartSpec } from '../../sims/lab/contract/sim.ts'
import { interactiveSpec } from './interactive.ts'
import { renderPng } from './png.ts'
import { renderSvg } from './render.ts'

/** Widths in CSS pixels: a desk and a stand-alone picture, and a phone. */
export const DESK = 800
export const PHONE = 350

export interface Drawing {
  readonly chart: ChartSpec
  /** For a page, where the heading is text of the page. */
  readonly wide: string
  readonly narrow: string
  /** With its heading, for a file. */
  readonly svg: string
  readonly png: Uint8Array
  /** For Vega in the page, when that was asked for. */
  readonly live?: { readonly wide: Spec; readonly narrow: Spec }
}

/** Throws `ChartError`. */
export async function draw(
  chart: ChartSpec,
  { interactive = false }: { readonly interactive?: boolean } = {},
): Promise<Drawing> {
  const svg = await renderSvg(chart, { width: DESK, heading: true })
  return {
    chart,
    wide: await renderSvg(chart, { width: DESK, idPrefix: `${chart.name}-wide` }),
    narrow: await renderSvg(chart, { width: PHONE, idPrefix: `${chart.name}-narrow` }),
    svg,
    png: renderPng(svg),
    ...(interactive
      ? {
          live: {
            wide: interactiveSpec(chart, { width: DESK }),
            narrow: interactiveSpec(chart, { width: PHONE }),
          },
        }
      : {}),
  }
}
