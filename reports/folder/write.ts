/**
 * A run's folder: written here, read back here.
 *
 *     out/<scenario>/report.html      the page, self-contained
 *                    charts/NAME.svg  and .png, each with its heading; NAME.vl.json, the vega-lite specification
 *                    result.json      the document, the bytes that `--json` prints
 *                    points.csv       every point with all its figures
 *                    series.csv       series over virtual time
 *                    scenario.yaml    the scenario that ran
 *                    run.json         what a rebuild needs besides: labels, series, the order of charts
 *
 * All of them are replaced together (`whole.ts`): a folder is a whole run, or says that it is none.
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { RunDocument } from '../../sims/lab/contract/document.ts'
import type { ChartSpec, Series } from '../../sims/lab/contract/sim.ts'
import { draw, DESK } from '../charts/drawings.ts'
import { chartOf, themedSpec } from '../charts/render.ts'
import { tornadoChart } from '../charts/tornado.ts'
import { folderName, readDocument, readJson, readShape, readText, RunFolderError } from './folder.ts'
import type { ReportInput } from '../input.ts'
import { renderPage } from '../page/page.ts'
import { pointsCsv } from './points-csv.ts'
import { seriesCsv } from './series-csv.ts'
import { readWhole, replaceFiles, type FolderFile } from './whole.ts'

export type { ReportInput } from '../input.ts'
export { folderName, RunFolderError } from './folder.ts'

const REPORT_SCHEMA = 'flowbench.report/1'

export interface WrittenFiles {
  /** The run's folder. */
  readonly dir: string
  /** The page. */
  readonly page: string
  /** Every file, relative to `dir`, in the order written. */
  readonly files: readonly string[]
}

export interface WriteOptions {
  /** Charts that tell their values and whose legends toggle; half a megabyte more. Default, they are pictures. */
  readonly interactive?: boolean
}

/** The document as text: what `--json` prints and `result.json` holds, byte for byte. */
export const documentText = (document: RunDocument): string => `${JSON.stringify(document, null, 2)}\n`

/** Writes the report of a run to `out/<scenario>/`. Throws `ChartError`, or the file system's error. */
export const writeReport = (
  input: ReportInput,
  out: string,
  options: WriteOptions = {},
): Promise<WrittenFiles> => writeRun(input, join(out, folderName(input.document.scenario)), options)

/** Writes the report of a run into this very folder. */
export async function writeRun(
  input: ReportInput,
  dir: string,
  options: WriteOptions = {},
): Promise<WrittenFiles> {
  const tornado = tornadoChart(input.document, input.metricLabels)
  const drawings = []
  for (const chart of tornado === null ? input.charts : [tornado, ...input.charts]) {
    if (!/^[\w-]{1,80}$/.test(chart.name))
      throw new RunFolderError(dir, `a chart cannot be named "${chart.name}"`)
    drawings.push(await draw(chart, options))
  }
  const files: FolderFile[] = []
  const put = (name: string, bytes: string | Uint8Array): void => void files.push({ name, bytes })
  for (const { chart, svg, png } of drawings) {
    put(`charts/${chart.name}.svg`, `${svg}\n`)
    put(`charts/${chart.name}.png`, png)
    put(
      `charts/${chart.name}.vl.json`,
      `${JSON.stringify(themedSpec(chart, { width: DESK, heading: true }), null, 1)}\n`,
    )
  }
  put('result.json', documentText(input.document))
  put('points.csv', pointsCsv(input.document))
  put('series.csv', seriesCsv(input.series))
  put('scenario.yaml', input.scenarioYaml)
  const rest: RestOfRun = {
    schema: REPORT_SCHEMA,
    charts: input.charts.map(({ name }) => name),
    metricLabels: input.metricLabels,
    wallClock: [...(input.wallClock ?? [])],
    series: input.series,
  }
  put('run.json', `${JSON.stringify(rest)}\n`)
  put('report.html', renderPage(input, drawings))
  const names = files.map(({ name }) => name)
  const over = (await chartsIn(dir)).filter((name) => !names.includes(name))
  await replaceFiles(dir, files, over)
  return { dir, page: join(dir, 'report.html'), files: names }
}

/** Files of charts that this module wrote: those of an earlier run must not lie among this one's, and no others are removed. */
async function chartsIn(dir: string): Promise<string[]> {
  const names = await readdir(join(dir, 'charts')).catch(() => [])
  return names
    .filter((name) => name.endsWith('.vl.json'))
    .map((name) => name.slice(0, -'.vl.json'.length))
    .flatMap((stem) => ['.svg', '.png', '.vl.json'].map((ending) => `charts/${stem}${ending}`))
}

const label = z.object({ label: z.string(), unit: z.string() })
const seriesShape = z.object({
  unit: z.string(),
  label: z.string(),
  t: z.array(z.number()),
  values: z.array(z.number()),
})
const restShape = z.object({
  schema: z.literal(REPORT_SCHEMA),
  charts: z.array(z.string().regex(/^[\w-]{1,80}$/)),
  metricLabels: z.record(z.string(), label),
  wallClock: z.array(z.string()),
  series: z.record(z.string(), seriesShape),
})
interface RestOfRun {
  schema: typeof REPORT_SCHEMA
  charts: string[]
  metricLabels: ReportInput['metricLabels']
  wallClock: string[]
  series: Readonly<Record<string, Series>>
}

/**
 * Reads a run's folder back. Throws `RunFolderError` naming the file that is missing, broken or foreign, or the folder where
 * it is unfinished.
 */
export const readRun = (dir: string): Promise<ReportInput> =>
  readWhole(dir, 'result.json', () => readFiles(dir))

async function readFiles(dir: string): Promise<ReportInput> {
  const document = await readDocument(join(dir, 'result.json'))
  const rest = await readShape(join(dir, 'run.json'), restShape)
  const charts: ChartSpec[] = []
  for (const name of rest.charts) {
    const path = join(dir, 'charts', `${name}.vl.json`)
    const chart = chartOf(name, await readJson(path))
    if (chart === null) throw new RunFolderError(path, 'is not a chart that flowbench wrote')
    charts.push(chart)
  }
  return {
    document,
    charts,
    series: rest.series,
    scenarioYaml: await readText(join(dir, 'scenario.yaml')),
    metricLabels: rest.metricLabels,
    ...(rest.wallClock.length > 0 ? { wallClock: rest.wallClock } : {}),
  }
}
