/**
 * The installed packages of another commit: this checkout's, linked (`modules.ts`), wherever the lock files of npm agree;
 * then both sides run the same libraries, and a difference is the commit's own. Where they do not, `npm ci` installs what
 * the commit asks for, folder by folder with a lock file, into a cache that is kept: once for each version of Node.
 *
 * What is installed by scripts of the project's own (patches, say) may be made of any of its files. That is installed in a
 * copy of the commit, which is no repository whose hooks they could set, and is not kept.
 */
import { execFile } from 'node:child_process'
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
import { dirname, join, normalize } from 'node:path'
import { promisify } from 'node:util'
import { CouldNotMeasure } from './errors.ts'
import { foldersWith, isSatisfied, lockOf, NPM_LOCKS, workspacesOf, type Lock } from './locks.ts'
import { linkModules } from './modules.ts'
import { temporaryFolder } from './temporary.ts'

const run = promisify(execFile)

export interface Dependencies {
  /** `none`: the commit has no lock file and there is nothing here to link. */
  readonly dependencies: 'linked' | 'installed' | 'none'
  /** Folders whose lock file was installed, and not this checkout's linked. */
  readonly installed: readonly string[]
}

export interface DependencyOptions {
  /** Its own installation, also where this checkout's would do. */
  readonly install: boolean
  /** Packages for development are used, too. */
  readonly dev: boolean
  readonly signal: AbortSignal | undefined
  /** Told of every folder that is to be removed with the commit's. */
  readonly onFolder: (folder: string) => void
}

/** Provides them in `tree`, a work tree of the commit beside `repository`. */
export async function provideDependencies(
  repository: string,
  tree: string,
  options: DependencyOptions,
): Promise<Dependencies> {
  const { install, dev } = options
  const asks = (folder: string): boolean => {
    // Of a lock file whose packages are not installed here, an example's, nobody uses any.
    if (folder !== '' && !existsSync(join(repository, folder, 'node_modules'))) return false
    return install || !isSatisfied(lockOf(join(tree, folder)), lockOf(join(repository, folder)), dev)
  }
  const installed = (await foldersWith(tree, NPM_LOCKS)).filter(asks)
  // All of them before any is linked: the tree is copied for some.
  const installations: Installation[] = []
  for (const folder of installed) installations.push(await installedFor(tree, folder, options))
  for (const { top, folders } of installations) linkModules(top, tree, folders)
  const done = new Set(installations.flatMap(({ folders }) => folders))
  const others = [...(await packageFolders(repository))].filter((folder) => !done.has(folder))
  const isLinked = linkModules(repository, tree, others)
  return { dependencies: installed.length > 0 ? 'installed' : isLinked ? 'linked' : 'none', installed }
}

/** Folders of the working tree that are packages, and so may have a `node_modules`; '' is the top. */
export async function packageFolders(repository: string): Promise<ReadonlySet<string>> {
  return new Set(['', ...(await foldersWith(repository, ['package.json']))])
}

interface Installation {
  /** What stands for the top of the tree. */
  readonly top: string
  /** Those of the tree that may have a `node_modules` of it. */
  readonly folders: readonly string[]
}

/** Everything that the lock file in `folder` asks for. */
async function installedFor(
  tree: string,
  folder: string,
  { signal, onFolder }: DependencyOptions,
): Promise<Installation> {
  const lock = lockOf(join(tree, folder))
  const folders = [folder, ...workspacesOf(lock).map((workspace) => normalize(join(folder, workspace)))]
    // Beyond the repository nothing is a commit's.
    .filter((path) => !path.startsWith('..'))
  const { cache, env } = cacheFolder()
  if (runsOwn(tree, folders, lock)) {
    const own = join(tree, '.git')
    const top = temporaryFolder('flowbench-install-')
    onFolder(top)
    cpSync(tree, top, { recursive: true, verbatimSymlinks: true, filter: (path) => path !== own })
    await npmCi(join(top, folder), env, signal)
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
    await npmCi(join(fresh, folder), env, signal)
    if (!existsSync(kept)) renameSync(fresh, kept)
    return { top: kept, folders }
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}

async function npmCi(folder: string, env: NodeJS.ProcessEnv, signal: AbortSignal | undefined): Promise<void> {
  try {
    await run('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--prefer-offline'], {
      cwd: folder,
      env: { ...process.env, ...env },
      maxBuffer: 1 << 26,
      ...(signal && { signal }),
    })
    mkdirSync(join(folder, 'node_modules'), { recursive: true })
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string }
    const told = stderr.trim().split('\n').slice(-3).join('; ') || message
    throw new CouldNotMeasure(`npm ci for the other commit failed: ${told}`, { cause: error })
  }
}

const SCRIPTS = [
  'preinstall',
  'install',
  'postinstall',
  'prepublish',
  'preprepare',
  'prepare',
  'postprepare',
  'dependencies',
]

/** Whether files of the commit itself take part in its installation: scripts, programs to be compiled, archives. */
function runsOwn(tree: string, folders: readonly string[], lock: Lock | null): boolean {
  const isArchive = ({ resolved = '', link = false }): boolean => resolved.startsWith('file:') && !link
  if (Object.values(lock?.packages ?? {}).some(isArchive)) return true
  return folders.some((folder) => {
    if (existsSync(join(tree, folder, 'binding.gyp'))) return true
    const file = join(tree, folder, 'package.json')
    if (!existsSync(file)) return false
    const { scripts = {} } = manifestOf(file)
    return SCRIPTS.some((name) => name in scripts)
  })
}

/** One that is none is for npm to refuse. */
function manifestOf(file: string): { readonly scripts?: Readonly<Record<string, string>> } {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { scripts?: Record<string, string> } | null) ?? {}
  } catch {
    return {}
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
