/** A shoot-out's folder: the page, the same as markdown, the document, every sample, the charts. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder } from '../../engines/disk/folder.ts'
import type { ShootoutDocument } from '../../sims/bench/shootout/suite/run.ts'
import { draw } from '../charts/drawings.ts'
import { shootoutCharts } from './charts.ts'
import { samplesCsv } from './csv.ts'
import { markdown } from './markdown.ts'
import { shootoutPage } from './page.ts'

/** Throws the file system's error. */
export async function writeShootout(
  document: ShootoutDocument,
  folder: string,
): Promise<{ folder: string; files: readonly string[] }> {
  const drawings = []
  for (const chart of shootoutCharts(document)) drawings.push(await draw(chart))
  makeFolder(join(folder, 'charts'))
  const files: string[] = []
  const put = async (name: string, text: string | Uint8Array): Promise<void> => {
    await writeFile(join(folder, name), text)
    files.push(name)
  }
  await put('shootout.html', shootoutPage(document, drawings))
  await put('shootout.md', markdown(document))
  await put('shootout.json', `${JSON.stringify(document)}\n`)
  await put('samples.csv', samplesCsv(document))
  for (const { chart, svg, png } of drawings) {
    await put(`charts/${chart.name}.svg`, svg)
    await put(`charts/${chart.name}.png`, png)
  }
  return { folder, files }
}
