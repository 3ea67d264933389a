import { spawn } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { defineCommand } from './command.ts'
import { UsageError } from './exit.ts'

const OPENERS: Partial<Record<NodeJS.Platform, string>> = { darwin: 'open', win32: 'explorer' }

export const open = defineCommand({
  command: 'open',
  describe: 'Open the last report in a browser',
  builder: (parser) =>
    parser.option('out', { type: 'string', default: 'out', describe: 'where runs are kept' }),
  async handler({ out }) {
    const report = newestReport(resolve(out))
    if (!report) throw new UsageError(`no report in ${out}: run a scenario first`)
    console.log(report)
    const opener = spawn(OPENERS[process.platform] ?? 'xdg-open', [report], {
      stdio: 'ignore',
      detached: true,
    })
    await new Promise<void>((done) => {
      opener.once('error', () => {
        console.error('no browser could be started here; open the file above')
        done()
      })
      opener.once('spawn', done)
    })
    opener.unref()
  },
})

function newestReport(out: string): string | null {
  if (!existsSync(out)) return null
  const reports = readdirSync(out)
    .map((name) => join(out, name, 'report.html'))
    .filter((file) => existsSync(file))
  const newestFirst = reports.toSorted((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)
  return newestFirst[0] ?? null
}
