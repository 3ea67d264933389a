import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { folderName } from '../reports/folder/folder.ts'
import { hasColour } from './colour.ts'
import { defineCommand } from './command.ts'

export const compare = defineCommand({
  command: 'compare <a> <b>',
  describe: 'Compare two runs: which figures differ, and which differences are noise',
  builder: (parser) =>
    parser
      .positional('a', {
        type: 'string',
        demandOption: true,
        describe: "a run's folder, or its name in --out; also of a shoot-out of regex engines",
      })
      .positional('b', { type: 'string', demandOption: true, describe: 'another' })
      .option('out', { type: 'string', default: 'out', describe: 'where runs are kept' })
      .option('json', { type: 'boolean', default: false, describe: 'print the comparison as a document' }),
  async handler({ a, b, out, json }) {
    const folders = [a, b].map((run) => (existsSync(run) ? resolve(run) : join(resolve(out), run))) as [
      string,
      string,
    ]
    if (folders.every((folder) => existsSync(join(folder, SHOOTOUT)))) return await compareTwo(folders, json)
    const { compareFolders } = await import('../reports/compare/read.ts')
    const document = await compareFolders(...folders)
    if (json) {
      process.stdout.write(`${JSON.stringify(document, null, 2)}\n`)
      return
    }
    const { renderComparison } = await import('../reports/compare/terminal.ts')
    process.stdout.write(renderComparison(document, { colour: hasColour(process.stdout) }))
    const { renderComparisonPage } = await import('../reports/compare/page.ts')
    await mkdir(resolve(out), { recursive: true })
    const [first, second] = document.runs.map(({ name }) => folderName(name))
    const page = join(resolve(out), `compare-${first}-${second}.html`)
    await writeFile(page, await renderComparisonPage(document))
    console.log(`\nreport: ${page}`)
  },
})

/** The document of a shoot-out, in its folder. */
const SHOOTOUT = 'shootout.json'

/** Two shoot-outs: their seconds are of two times or machines, so engines are held against each other within each. */
async function compareTwo([a, b]: readonly [string, string], json: boolean): Promise<void> {
  const { readJson } = await import('../reports/folder/folder.ts')
  const { readShootout } = await import('../reports/shootout/read.ts')
  const { compareShootouts, renderComparison } = await import('../reports/shootout/compare.ts')
  const [first, second] = [join(a, SHOOTOUT), join(b, SHOOTOUT)]
  const comparison = compareShootouts(
    readShootout(await readJson(first), first),
    readShootout(await readJson(second), second),
  )
  process.stdout.write(json ? `${JSON.stringify(comparison, null, 2)}\n` : renderComparison(comparison))
}
