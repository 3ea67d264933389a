/**
 * Clinic.js's four tools, for those who like their pages: an optional peer dependency, or installed in a folder of their
 * own.
 *
 * Its README says that it is not maintained and that results may not be accurate; so it is no default, nothing in CI needs
 * it, and its advice is worth a second look. It asks for statistics of use on its first run and looks for updates, unless
 * the environment says no to both. Each of its tools watches one thread: `doctor` loads its sampler into worker threads
 * too, all of which then write over each other into one file that it cannot read any more ("Decoded message is not
 * valid"). So the scenario runs on the main thread. A tool that leaves an empty page all the same is an error here.
 */
import { spawn, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { makeFolder } from '../../../engines/disk/folder.ts'
import { CouldNotMeasure } from '../harness/errors.ts'
import type { RunToProfile } from './collect.ts'

export const CLINIC_TOOLS = ['doctor', 'flame', 'bubbleprof', 'heapprofiler'] as const
export type ClinicTool = (typeof CLINIC_TOOLS)[number]

const VERSION = '13.0.0'
const LEAST_BYTES = 10_000
const QUIET = { NO_INSIGHT: '1', NO_UPDATE_NOTIFIER: '1' }

export const clinicFolder = (): string =>
  join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'flowbench', 'clinic')

/** The optional peer where it is installed beside us, else the one in a folder of its own; null where neither is. */
export function clinicProgram(root: string): string | null {
  const places = [root, clinicFolder()].map((folder) => join(folder, 'node_modules', 'clinic', 'bin.js'))
  return places.find((place) => existsSync(place)) ?? null
}

/** Installs it: some 700 packages, a few minutes. Throws CouldNotMeasure with npm's words. */
export function installClinic(): void {
  makeFolder(clinicFolder())
  writeFileSync(join(clinicFolder(), 'package.json'), '{"private": true}\n')
  const args = ['install', '--no-audit', '--no-fund', '--ignore-scripts', `clinic@${VERSION}`]
  const { status } = spawnSync('npm', args, {
    cwd: clinicFolder(),
    stdio: 'inherit',
    env: { ...process.env, ...QUIET },
  })
  if (status !== 0) throw new CouldNotMeasure(`npm install ended with ${status}`)
}

/** Runs a scenario under one of the tools and leaves its page at `page`. */
export async function clinicRun(
  tool: ClinicTool,
  { root, args, signal }: RunToProfile,
  page: string,
): Promise<void> {
  const program = clinicProgram(root)
  if (program === null) throw new CouldNotMeasure('clinic is not installed: npm run clinic:install')
  const room = mkdtempSync(join(tmpdir(), 'flowbench-clinic-'))
  try {
    const run = ['run', ...args, '--inline', '--out', join(room, 'out'), '--json']
    const clinic = [
      program,
      tool,
      '--open=false',
      '--',
      process.execPath,
      join(root, 'cli', 'main.ts'),
      ...run,
    ]
    const child = spawn(process.execPath, clinic, {
      cwd: room,
      // Clinic starts a `node` of its own: it shall be this one.
      env: {
        ...process.env,
        ...QUIET,
        PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
      signal,
    })
    let told = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (told = (told + text).slice(-2000)))
    await new Promise((settle, reject) => {
      child.once('error', reject)
      child.once('close', settle)
    })
    const made = pagesBelow(room)
    // A tool that could not read its own trace leaves a page of a few hundred bytes.
    if (made === undefined || statSync(made).size < LEAST_BYTES) {
      throw new CouldNotMeasure(
        `clinic ${tool} left no page that says anything: ${told.trim().split('\n').at(-1) ?? ''}`,
      )
    }
    makeFolder(dirname(resolve(page)))
    // Not moved: the two may lie on different disks.
    copyFileSync(made, page)
  } finally {
    signal.throwIfAborted()
    rmSync(room, { recursive: true, force: true })
  }
}

/** The tool's page; the run's own lies in `out`. */
function pagesBelow(room: string): string | undefined {
  return readdirSync(room, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.html') && !name.startsWith('out'))
    .map((name) => join(room, name))[0]
}
