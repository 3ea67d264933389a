import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { defineCommand } from './command.ts'

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
      .option('out', { type: 'string', default: 'out', describe: 'where runs are kept' }),
  async handler({ run, out }) {
    // Drawing libraries take a second to load, so commands that draw nothing do not load them.
    const { readRun, writeRun } = await import('../reports/folder/write.ts')
    const { writeIndex } = await import('../reports/page/index-page.ts')
    const folder = existsSync(run) ? resolve(run) : join(resolve(out), run)
    const written = await writeRun(await readRun(folder), folder)
    await writeIndex(dirname(folder))
    console.log(written.page)
  },
})
