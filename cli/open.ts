import { spawn } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ALWAYS } from './acts.ts'
import { defineCommand } from './command.ts'
import { UsageError } from './exit.ts'

const OPENERS: Partial<Record<NodeJS.Platform, string>> = { darwin: 'open', win32: 'explorer' }
/** Of a run, and of a shoot-out. */
const PAGES = ['report.html', 'shootout.html']

export const open = defineCommand({
  command: 'open',
  describe: 'Open the last report in a browser',
  builder: (parser) =>
    parser.option('out', { type: 'string', default: 'out', describe: 'where runs are kept' }),
  acts: { out: ALWAYS },
  async handler({ out }) {
    const report = newestReport(out)
    if (report === null) throw new UsageError(`no report in ${out}: run a scenario first`)
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

/** The page that was written last below this folder; null where there is none. Throws UsageError for what is no folder. */
export function newestReport(out: string): string | null {
  const pages = namesIn(out)
    .flatMap((name) => PAGES.map((page) => join(resolve(out), name, page)))
    .flatMap((path) => {
      try {
        const found = statSync(path)
        return found.isFile() ? [{ path, at: found.mtimeMs }] : []
      } catch {
        // No page, or in a folder that is not ours to look into.
        return []
      }
    })
  return pages.toSorted((a, b) => b.at - a.at)[0]?.path ?? null
}

function namesIn(out: string): string[] {
  try {
    return readdirSync(out)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT') return []
    throw new UsageError(`${out}: ${code === 'ENOTDIR' ? 'is no folder' : `cannot be read (${code})`}`, {
      cause,
    })
  }
}
