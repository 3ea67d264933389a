import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { folderName } from '../reports/folder/folder.ts'
import { replaceFile } from '../reports/folder/whole.ts'
import { ALWAYS } from './acts.ts'
import { hasColour } from './colour.ts'
import { defineCommand } from './command.ts'
import { UsageError } from './exit.ts'
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
      .option('out', {
        type: 'string',
        defaultDescription: '"out"',
        describe: 'where runs are kept, and the page of the comparison',
      })
      .option('json', { type: 'boolean', default: false, describe: 'print the comparison as a document' }),
  acts: {
    a: ALWAYS,
    b: ALWAYS,
    out: {
      unless: ({ a, b, json }) =>
        json === true && areThere(a, b) ? '--json, where both are there by their paths' : null,
    },
    json: ALWAYS,
  },
  async handler({ a, b, out, json }) {
    const { compareFolders } = await import('../reports/compare/read.ts')
    const place = resolve(out ?? 'out')
    const folderOf = (run: string): string => (existsSync(run) ? resolve(run) : join(place, run))
    const { document, text, page } = await compareFolders(folderOf(a), folderOf(b))
    if (json) {
      process.stdout.write(`${JSON.stringify(document, null, 2)}\n`)
      return
    }
    const terminal = text(hasColour(process.stdout))
    if (page === null) {
      if (out !== undefined && areThere(a, b))
        throw new UsageError(
          '--out does not go with shoot-outs that are there by their paths: no page is written',
        )
      process.stdout.write(terminal)
      return
    }
    const [first, second] = page.names.map(folderName)
    const file = await placeIn(place, `compare-${first}-${second}.html`)
    process.stdout.write(terminal)
    await replaceFile(file, await page.render())
    console.log(`\nreport: ${file}`)
  },
})

const areThere = (...runs: readonly unknown[]): boolean => runs.every((run) => existsSync(String(run)))
