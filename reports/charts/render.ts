/**
 * A chart specification to SVG: vega-lite compiles, a headless Vega view draws, and what Vega leaves out is added.
 *
 * Left out by Vega, and needed: `role="img"` with a title and a description that a screen reader speaks (the
 * specification's own `description` never reaches the SVG), ids that stay unique when several charts share one page,
 * and text widths measured in the font that will be shown. Drawing is deterministic: same specification and width,
 * same bytes. Nothing is ever loaded: a specification that names a URL, an image or a link is refused.
 */
import * as vega from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'
import { z } from 'zod'
import type { ChartSpec } from '../../sims/lab/contract/sim.ts'
import { cleanLine, escapeXml } from '../wording/escape.ts'
import { arrange } from './composed.ts'
import { textWidth } from './font.ts'
import { fitNames } from './room.ts'
import { colour, themeConfig } from './theme.ts'
import { wrap, wrapAxisTitles } from './wrap.ts'

export interface RenderOptions {
  /** Width of the whole drawing in CSS pixels. */
  readonly width: number
  /** Draws title and description above the plot, for a picture that stands alone. */
  readonly heading?: boolean
  /** Marks tell their values: for Vega in a page. */
  readonly interactive?: boolean
  /** Put before every id in the SVG; default the chart's name. Unique within one page. */
  readonly idPrefix?: string
}

/** A chart that cannot be drawn: its specification is wrong or wants something from outside. */
export class ChartError extends Error {
  override readonly name = 'ChartError'
  readonly chart: string
  constructor(chart: string, cause: unknown) {
    super(`chart ${chart}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    this.chart = chart
  }
}

interface TextItem {
  fontSize?: number
  fontWeight?: number | string
  limit?: number
}

// Vega asks for text widths here; with a function of one's own it neither guesses nor looks for a canvas.
// (Vega's own types leave out this export.)
const { textMetrics } = vega as unknown as {
  textMetrics: { width(item: TextItem, text: string | number | null): number }
}
textMetrics.width = (item, text) => {
  const width = textWidth(String(text ?? '').trim(), item.fontSize ?? 11, item.fontWeight)
  return item.limit && item.limit > 0 ? Math.min(width, item.limit) : width
}

/** A loader that loads nothing and remembers who asked: Vega itself would log the failure and draw on. */
function closedLoader() {
  const refused: string[] = []
  const refuse = (uri: string): never => {
    refused.push(uri)
    throw new Error(`wants ${JSON.stringify(uri.slice(0, 80))}; a chart holds its own data and links nowhere`)
  }
  return { refused, load: refuse, sanitize: refuse, http: refuse, file: refuse, options: {} }
}

/** The vega-lite specification with theme, width and (for a picture) heading; also what `NAME.vl.json` holds. */
export function themedSpec(chart: ChartSpec, options: RenderOptions): Record<string, unknown> {
  const { width, heading = false } = options
  const { spec, viewWidth } = arrange(cleanDeep(chart.spec) as Record<string, unknown>, width)
  const { room } = fitNames(spec, viewWidth ?? width)
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    usermeta: { flowbench: { title: chart.title, description: chart.description, table: chart.table } },
    ...(heading
      ? { title: headingOf(chart, width), padding: { left: 16, right: 20, top: 16, bottom: 14 } }
      : {}),
    ...(viewWidth !== null ? {} : { width, autosize: { type: 'fit-x', contains: 'padding' } }),
    ...spec,
    config: {
      ...themeConfig(width, viewWidth, room),
      ...(options.interactive === true ? { mark: { color: colour('accent'), tooltip: true } } : {}),
    },
  }
}

/**
 * Names from a scenario are all through a specification: as data, as keys, as titles that Vega puts into expressions,
 * where a line break would be a syntax error.
 */
function cleanDeep(value: unknown): unknown {
  if (typeof value === 'string') return cleanLine(value)
  if (Array.isArray(value)) return value.map(cleanDeep)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [cleanLine(key), cleanDeep(inner)]))
}

const chartShape = z.looseObject({
  usermeta: z.object({
    flowbench: z.object({
      title: z.string(),
      description: z.string(),
      table: z.object({
        columns: z.array(z.string()),
        rows: z.array(z.array(z.union([z.string(), z.number(), z.null()]))),
      }),
    }),
  }),
})
const THEMED = new Set(['$schema', 'usermeta', 'title', 'padding', 'width', 'autosize', 'config'])

/** The chart that `themedSpec` was made from, or null when this is no such specification. */
export function chartOf(name: string, json: unknown): ChartSpec | null {
  const parsed = chartShape.safeParse(json)
  if (!parsed.success) return null
  const spec = Object.fromEntries(Object.entries(parsed.data).filter(([key]) => !THEMED.has(key)))
  return { name, ...parsed.data.usermeta.flowbench, spec }
}

/** The Vega specification, its words broken to the width. Throws what Vega-Lite throws. */
export function compiled(chart: ChartSpec, options: RenderOptions): vega.Spec {
  const { width } = options
  const worded = wrapAxisTitles(fitNames(themedSpec(chart, options), width).spec, width)
  return compile(worded as TopLevelSpec, { logger: vega.logger(vega.Error) }).spec
}

/** Draws a chart. Throws `ChartError`. */
export async function renderSvg(chart: ChartSpec, options: RenderOptions): Promise<string> {
  let svg: string
  try {
    const spec = compiled(chart, options)
    const loader = closedLoader()
    const view = new vega.View(vega.parse(spec), { renderer: 'none', loader, logLevel: vega.None })
    vega.resetSVGDefIds()
    svg = await view.toSVG()
    view.finalize()
    if (loader.refused.length > 0) loader.load(loader.refused[0]!)
  } catch (cause) {
    throw new ChartError(chart.name, cause)
  }
  return describe(svg, chart, options.idPrefix ?? chart.name)
}

/** Title and description, role, and ids of its own. */
function describe(svg: string, chart: ChartSpec, prefix: string): string {
  const id = prefix.replaceAll(/[^\w-]/g, '-')
  const head = svg.indexOf('>')
  const open = svg
    .slice(0, head)
    .replace(/ class="[^"]*"/, '')
    .replace(
      '<svg',
      `<svg class="chart" role="img" aria-labelledby="${id}-title ${id}-desc" preserveAspectRatio="xMidYMin meet"`,
    )
  const body = svg
    .slice(head + 1)
    .replaceAll(/ id="([^"]*)"/g, ` id="${id}-$1"`)
    .replaceAll(/url\(#([^)]*)\)/g, `url(#${id}-$1)`)
    // One picture, one name: the roles inside would be announced a second time, a line as its first datum only.
    .replaceAll(/ (?:role|aria-[a-z]+)="[^"]*"/g, '')
  return (
    `${open}><title id="${id}-title">${escapeXml(chart.title)}</title>` +
    `<desc id="${id}-desc">${escapeXml(chart.description)}</desc>${body}`
  )
}

function headingOf(chart: ChartSpec, width: number): Record<string, unknown> {
  return {
    text: wrap(cleanLine(chart.title), 17, 600, width - 40),
    subtitle: wrap(cleanLine(chart.description), 12, 400, width - 40),
    anchor: 'start',
    // Of the whole drawing: beside wide axis labels, lines as long as the drawing would leave it.
    frame: 'bounds',
    fontSize: 17,
    fontWeight: 600,
    subtitleFontSize: 12,
    subtitlePadding: 6,
    offset: 16,
    color: colour('ink'),
    subtitleColor: colour('quiet'),
  }
}
