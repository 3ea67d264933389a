/**
 * Another commit, in a work tree of its own, so that its code can run beside ours.
 *
 * The work tree lies in a temporary folder and is removed when it is closed, and when the process ends before that. Its
 * dependencies are this checkout's `node_modules`, linked (`modules.ts`), wherever the lock files agree on every package
 * that the commit needs at run time: then both sides run the same libraries and a difference is the commit's own. Where
 * they do not agree, `npm ci` installs what the commit asks for, into a cache that is kept: a lock file is installed once
 * for each version of Node. Node itself is the one that runs us, for both sides.
 */
import { execFile, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  accessSync,
  constants,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { CouldNotMeasure, unmeasuredOf } from './errors.ts'
import { commitOf, git, gitEnvironment } from './git.ts'
import { linkModules } from './modules.ts'

const run = promisify(execFile)

export interface Checkout {
  /** Where the commit's files are. */
  readonly folder: string
  /** The full hash. */
  readonly commit: string
  /** Its short form. */
  readonly version: string
  /** `none`: the commit has no lock file and there is nothing here to link. */
  readonly dependencies: 'linked' | 'installed' | 'none'
  close(): void
}

export interface CheckoutOptions {
  /** A folder that does not exist; default one of its own in the temporary folder. */
  readonly place?: string
  /** Its own installation of its dependencies, also where those of this checkout would do. */
  readonly install?: boolean
}

/**
 * By its real path: that is how Node names the modules in it, and some systems reach their temporary folder by a link. Throws
 * CouldNotMeasure where none can be made.
 */
export function temporaryFolder(prefix: string): string {
  try {
    return realpathSync(mkdtempSync(join(tmpdir(), prefix)))
  } catch (error) {
    throw unmeasuredOf(error)
  }
}

/** Checks `ref` out beside `repository`. BadRequest when it names no commit, CouldNotMeasure where it cannot be written. */
export async function checkOut(
  repository: string,
  ref: string,
  signal?: AbortSignal,
  { place, install = false }: CheckoutOptions = {},
): Promise<Checkout> {
  const commit = await commitOf(repository, ref)
  const folder = place ?? temporaryFolder('flowbench-base-')
  const close = (): void => {
    process.off('exit', close)
    removeWorktree(repository, folder)
  }
  process.once('exit', close)
  try {
    // No hook of the repository's owner may run for this.
    await git(repository, '-c', 'core.hooksPath=/dev/null', 'worktree', 'add', '--detach', folder, commit)
    signal?.throwIfAborted()
    const dependencies = await provideDependencies(repository, folder, install, signal)
    const version = await git(repository, 'rev-parse', '--short', commit)
    return { folder, commit, version, dependencies, close }
  } catch (error) {
    close()
    signal?.throwIfAborted()
    throw unmeasuredOf(error)
  }
}

async function provideDependencies(
  repository: string,
  folder: string,
  install: boolean,
  signal: AbortSignal | undefined,
): Promise<Checkout['dependencies']> {
  const lock = lockOf(folder)
  if (!install && isSatisfied(lock, lockOf(repository)))
    return linkModules(repository, folder, await packageFolders(repository)) ? 'linked' : 'none'
  linkModules(await installedFor(folder, signal), folder, ['', ...workspacesOf(lock)])
  return 'installed'
}

/** Folders of the working tree that are packages, and so may have a `node_modules`; '' is the top. */
export async function packageFolders(repository: string): Promise<ReadonlySet<string>> {
  const listed = await git(
    repository,
    'ls-files',
    '-z',
    '--cached',
    '--others',
    '--exclude-standard',
    MANIFESTS,
  )
  const folders = listed.split('\0').map((file) => dirname(file))
  return new Set(['', ...folders.filter((folder) => folder !== '.')])
}

const MANIFESTS = ':(glob)**/package.json'

/** The folder of the cache in which everything is installed that the lock file in `folder` asks for. */
async function installedFor(folder: string, signal: AbortSignal | undefined): Promise<string> {
  const manifests = workspacesOf(lockOf(folder)).map((workspace) => join(workspace, 'package.json'))
  const files = ['package.json', 'package-lock.json', '.npmrc', ...manifests].filter((name) =>
    existsSync(join(folder, name)),
  )
  const key = createHash('sha256').update(`${process.version} ${process.platform} ${process.arch}`)
  for (const name of files) key.update(`\n${name}\n`).update(readFileSync(join(folder, name)))
  const { cache, env } = cacheFolder()
  const kept = join(cache, key.digest('hex').slice(0, 32))
  if (existsSync(kept)) return kept
  // Beside its place, and moved there when whole: two runs may install at once, and one may be interrupted.
  const fresh = mkdtempSync(join(cache, 'new-'))
  try {
    for (const name of files) {
      mkdirSync(dirname(join(fresh, name)), { recursive: true })
      copyFileSync(join(folder, name), join(fresh, name))
    }
    await run('npm', ['ci', '--no-audit', '--no-fund', '--prefer-offline'], {
      cwd: fresh,
      env: { ...process.env, ...env },
      maxBuffer: 1 << 26,
      ...(signal && { signal }),
    })
    mkdirSync(join(fresh, 'node_modules'), { recursive: true })
    if (!existsSync(kept)) renameSync(fresh, kept)
    return kept
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string }
    const told = stderr.trim().split('\n').slice(-3).join('; ') || message
    throw new CouldNotMeasure(`npm ci for the other commit failed: ${told}`, { cause: error })
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}

/**
 * Where installations are kept, and what npm is to be told: where home may not be written (a container whose user has none), a
 * folder of this user in the temporary one.
 */
function cacheFolder(): { readonly cache: string; readonly env: NodeJS.ProcessEnv } {
  try {
    const home = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
    const cache = join(home, 'flowbench', 'installs')
    mkdirSync(cache, { recursive: true })
    accessSync(cache, constants.W_OK)
    return { cache, env: {} }
  } catch {
    const uid = process.getuid?.() ?? 0
    const cache = join(realpathSync(tmpdir()), `flowbench-installs-${uid}`)
    mkdirSync(cache, { recursive: true, mode: 0o700 })
    // Anybody may have made it before, and put anything into it.
    const kind = lstatSync(cache)
    if (!kind.isDirectory() || kind.uid !== uid) throw new CouldNotMeasure(`${cache} is not this user's own`)
    return { cache, env: { npm_config_cache: join(cache, 'npm') } }
  }
}

interface Lock {
  readonly packages?: Readonly<Record<string, { readonly version?: string; readonly dev?: boolean }>>
}

export function lockOf(folder: string): Lock | null {
  const file = join(folder, 'package-lock.json')
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Lock) : null
}

const isInstalled = (path: string): boolean => path.split('/').includes('node_modules')

/** Folders of the project's own packages beside the one at its top. */
function workspacesOf(lock: Lock | null): string[] {
  return Object.keys(lock?.packages ?? {}).filter((path) => path !== '' && !isInstalled(path))
}

/**
 * Whether what `here` locks holds every package that `theirs` needs at run time, in the same version; the project's own
 * are each side's.
 */
export function isSatisfied(theirs: Lock | null, here: Lock | null): boolean {
  return Object.entries(theirs?.packages ?? {}).every(
    ([path, { version, dev = false }]) =>
      !isInstalled(path) || dev || here?.packages?.[path]?.version === version,
  )
}

/** Called as the process ends, too, so it may not wait for anything. */
function removeWorktree(repository: string, folder: string): void {
  // Twice by force: git locks a work tree while it fills it, and an interrupt may come then.
  const remove = ['worktree', 'remove', '--force', '--force', folder]
  spawnSync('git', remove, { cwd: repository, env: gitEnvironment(), stdio: 'ignore' })
  rmSync(folder, { recursive: true, force: true })
}
