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
        describe: "a run's folder, or its name in --out",
      })
      .positional('b', { type: 'string', demandOption: true, describe: 'another' })
      .option('out', { type: 'string', default: 'out', describe: 'where runs are kept' })
      .option('json', { type: 'boolean', default: false, describe: 'print the comparison as a document' }),
  async handler({ a, b, out, json }) {
    const { compareFolders } = await import('../reports/compare/read.ts')
    const folderOf = (run: string): string => (existsSync(run) ? resolve(run) : join(resolve(out), run))
    const document = await compareFolders(folderOf(a), folderOf(b))
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
