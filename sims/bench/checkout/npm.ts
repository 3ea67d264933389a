/**
 * What npm installs of a lock file: into a cache that is kept, once for each version of Node.
 *
 * What is installed by scripts of the project's own (patches, say) may be made of any of its files. That is installed in a
 * copy of the commit, an empty repository of its own, whose hooks they may set, and is not kept.
 */
import { createHash } from 'node:crypto'
import {
  accessSync,
  constants,
  copyFileSync,
  cpSync,
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
import { makeFolder } from '../../../engines/disk/folder.ts'
import { CouldNotMeasure } from '../harness/errors.ts'
import { runProgram } from '../harness/program.ts'
import { git, gitEnvironment } from './git.ts'
import { foldersOf, lockOf, NPM_LOCKS } from './locks.ts'
import { runsOwn } from './scripts.ts'
import { temporaryFolder } from './temporary.ts'

export interface Installation {
  /** What stands for the top of the tree. */
  readonly top: string
  /** Those of the tree that may have a `node_modules` of it. */
  readonly folders: readonly string[]
}

export interface InstallOptions {
  readonly signal: AbortSignal | undefined
  /** Told of every folder that is to be removed with the tree. */
  readonly onFolder: (folder: string) => void
}

/** Installs everything that the lock file in `folder` of a tree asks for, elsewhere. */
export async function install(
  tree: string,
  folder: string,
  { signal, onFolder }: InstallOptions,
): Promise<Installation> {
  const lock = lockOf(join(tree, folder))
  const folders = foldersOf(folder, lock)
  const { cache, env } = cacheFolder()
  const installIn = async (top: string): Promise<void> => {
    await npmCi(join(top, folder), { env, signal })
    mkdirSync(join(top, folder, 'node_modules'), { recursive: true })
  }
  if (runsOwn(tree, folders, lock)) {
    const own = join(tree, '.git')
    const top = temporaryFolder('flowbench-install-')
    onFolder(top)
    cpSync(tree, top, { recursive: true, verbatimSymlinks: true, filter: (path) => path !== own })
    // Scripts ask git, or set hooks.
    await git(top, 'init', '--quiet', '--template=')
    await installIn(top)
    return { top, folders }
  }
  const names = ['package.json', ...NPM_LOCKS, '.npmrc'].map((name) => join(folder, name))
  const manifests = folders.map((path) => join(path, 'package.json'))
  const files = [...new Set([...names, ...manifests])].filter((name) => existsSync(join(tree, name)))
  const key = createHash('sha256').update(`${process.version} ${process.platform} ${process.arch}`)
  for (const name of files) key.update(`\n${name}\n`).update(readFileSync(join(tree, name)))
  const kept = join(cache, key.digest('hex').slice(0, 32))
  if (existsSync(kept)) return { top: kept, folders }
  // Beside its place, and moved there when whole: two runs may install at once, and one may be interrupted.
  const fresh = mkdtempSync(join(cache, 'new-'))
  try {
    for (const name of files) {
      mkdirSync(dirname(join(fresh, name)), { recursive: true })
      copyFileSync(join(tree, name), join(fresh, name))
    }
    await installIn(fresh)
    if (!existsSync(kept)) renameSync(fresh, kept)
    return { top: kept, folders }
  } finally {
    rmSync(fresh, { recursive: true, force: true, maxRetries: 5 })
  }
}

/**
 * Where installations are kept, and what npm is to be told: where home may not be written (a container whose user has
 * none), a folder of this user in the temporary one.
 */
function cacheFolder(): { readonly cache: string; readonly env: NodeJS.ProcessEnv } {
  try {
    const home = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
    const cache = join(home, 'flowbench', 'installs')
    makeFolder(cache)
    accessSync(cache, constants.W_OK)
    return { cache, env: {} }
  } catch {
    const uid = process.getuid?.() ?? 0
    const cache = join(realpathSync(tmpdir()), `flowbench-installs-${uid}`)
    makeFolder(cache, 0o700)
    // Anybody may have made it before, and put anything into it.
    const kind = lstatSync(cache)
    if (!kind.isDirectory() || kind.uid !== uid) throw new CouldNotMeasure(`${cache} is not this user's own`)
    return { cache, env: { npm_config_cache: join(cache, 'npm') } }
  }
}

/** No budget is running yet: of a gate it counts from when there is something to compare. */
const LONGEST_SECONDS = 900

export interface NpmOptions extends Pick<InstallOptions, 'signal'> {
  /** Besides ours. */
  readonly env: NodeJS.ProcessEnv
  readonly seconds?: number
}

/**
 * When it has ended, nothing that its scripts have started writes into the folder any more. Throws CouldNotMeasure where it
 * fails or does not end, and the signal's reason.
 */
export async function npmCi(
  folder: string,
  { env, signal, seconds = LONGEST_SECONDS }: NpmOptions,
): Promise<void> {
  try {
    const { code, told, isLate } = await runProgram(
      ['npm', 'ci', '--include=dev', '--no-audit', '--no-fund', '--prefer-offline'],
      // Within a hook of git's, scripts that use git mean the folder that they run in, too.
      { cwd: folder, env: { ...gitEnvironment(), ...env }, signal, seconds, leavesNothing: true },
    )
    if (isLate) throw new Error(`it had not ended after ${seconds} s`)
    if (code !== 0)
      throw new Error(told.trim().split('\n').slice(-3).join('; ') || `exit ${code ?? 'by a signal'}`)
  } catch (error) {
    signal?.throwIfAborted()
    const { message } = error as Error
    throw new CouldNotMeasure(`npm ci for the other commit failed: ${message}`, { cause: error })
  }
}
