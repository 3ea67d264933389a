/** A shoot-out's folder: the page, the same as markdown, the document, every sample, the charts; replaced together. */
import type { ShootoutDocument } from '../../sims/bench/shootout/suite/run.ts'
import { draw } from '../charts/drawings.ts'
import { replaceFiles, type FolderFile } from '../folder/whole.ts'
import { shootoutCharts } from './charts.ts'
import { samplesCsv } from './csv.ts'
import { markdown } from './markdown.ts'
import { shootoutPage } from './page.ts'

/** Throws `RunFolderError`. */
export async function writeShootout(
  document: ShootoutDocument,
  folder: string,
): Promise<{ folder: string; files: readonly string[] }> {
  const drawings = []
  for (const chart of shootoutCharts(document)) drawings.push(await draw(chart))
  const files: FolderFile[] = [
    { name: 'shootout.html', bytes: shootoutPage(document, drawings) },
    { name: 'shootout.md', bytes: markdown(document) },
    { name: 'shootout.json', bytes: `${JSON.stringify(document)}\n` },
    { name: 'samples.csv', bytes: samplesCsv(document) },
    ...drawings.flatMap(({ chart, svg, png }) => [
      { name: `charts/${chart.name}.svg`, bytes: svg },
      { name: `charts/${chart.name}.png`, bytes: png },
    ]),
  ]
  await replaceFiles(folder, files)
  return { folder, files: files.map(({ name }) => name) }
}
