import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { folderName } from '../reports/folder/folder.ts'
import { hasColour } from './colour.ts'
import { defineCommand } from './command.ts'
import { placeIn } from './outputs.ts'

export const compare = defineCommand({
  command: 'compare <a> <b>',
  describe: 'Compare two runs: which figures differ, and which differences are noise',
  builder: (parser) =>
    parser
      .positional('a', {
        type: 'string',
        demandOption: true,
        describe: "a run's folder, its name in --out, or a file that holds its document",
      })
      .positional('b', { type: 'string', demandOption: true, describe: 'another' })
      .option('out', { type: 'string', default: 'out', describe: 'where runs are kept' })
      .option('json', { type: 'boolean', default: false, describe: 'print the comparison as a document' }),
  async handler({ a, b, out, json }) {
    const { compareFolders } = await import('../reports/compare/read.ts')
    const folderOf = (run: string): string => (existsSync(run) ? resolve(run) : join(resolve(out), run))
    const { document, text, page } = await compareFolders(folderOf(a), folderOf(b))
    if (json) {
      process.stdout.write(`${JSON.stringify(document, null, 2)}\n`)
      return
    }
    const terminal = text(hasColour(process.stdout))
    if (page === null) {
      process.stdout.write(terminal)
      return
    }
    const [first, second] = page.names.map(folderName)
    const file = await placeIn(resolve(out), `compare-${first}-${second}.html`)
    process.stdout.write(terminal)
    await writeFile(file, await page.render())
    console.log(`\nreport: ${file}`)
  },
})
