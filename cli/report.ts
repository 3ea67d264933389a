import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { claimFolder } from '../reports/folder/claim.ts'
import { readDocument } from '../reports/folder/folder.ts'
import { tryIndex } from '../reports/folder/index-file.ts'
import { ALWAYS } from './acts.ts'
import { alive } from './alive.ts'
import { defineCommand } from './command.ts'

/** Of every command that writes a report's page. */
export const INTERACTIVE = {
  type: 'boolean',
  default: false,
  describe: 'charts that tell their values and whose legends toggle (Vega inside the page, 0.5 MB)',
} as const

export const report = defineCommand({
  command: 'report <run>',
  describe: "Rebuild a run's report from its result",
  builder: (parser) =>
    parser
      .positional('run', {
        type: 'string',
        demandOption: true,
        describe: "a run's folder, or its name in --out",
      })
      .option('out', { type: 'string', default: 'out', describe: 'where runs are kept' })
      .option('interactive', INTERACTIVE),
  acts: {
    run: ALWAYS,
    out: {
      unless: ({ run }) => (existsSync(String(run)) ? `${String(run)}, which is there by that path` : null),
    },
    interactive: ALWAYS,
  },
  async handler({ run, out, interactive }) {
    // Drawing libraries take a second to load, so commands that draw nothing do not load them.
    const { readRun, writeRun } = await import('../reports/folder/write.ts')
    const { writeIndex } = await import('../reports/page/index-page.ts')
    const folder = existsSync(run) ? resolve(run) : join(resolve(out), run)
    // What is no run is not claimed: a claim makes the folder.
    await readDocument(join(folder, 'result.json'))
    await tryIndex(dirname(folder))
    const claim = await claimFolder(folder)
    try {
      // Only now is it nobody else's to write.
      const input = await readRun(folder)
      const written = await alive('drawing the report', () => writeRun(input, folder, { interactive }))
      await writeIndex(dirname(folder))
      console.log(written.page)
    } finally {
      await claim.release()
    }
  },
})
