/**
 * The installed packages of another commit: this checkout's, linked (`modules.ts`), wherever the lock files of npm agree;
 * then both sides run the same libraries, and a difference is the commit's own. Where they do not, `npm ci` installs what
 * the commit asks for, folder by folder with a lock file, into a cache that is kept: once for each version of Node.
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
import { dirname, join, normalize } from 'node:path'
import { makeFolder } from '../../../engines/disk/folder.ts'
import { CouldNotMeasure } from '../harness/errors.ts'
import { changedFiles, foldersWith, git } from './git.ts'
import { isSatisfied, lockOf, NPM_LOCKS, workspacesOf, type Lock } from './locks.ts'
import { packageFolders } from './manifest.ts'
import { linkModules } from './modules.ts'
import { npmCi } from './npm.ts'
import { installsOther, runsOwn } from './scripts.ts'
import { temporaryFolder } from './temporary.ts'

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
  const changed = await changedFiles(repository, await git(tree, 'rev-parse', 'HEAD'))
  const asks = (folder: string): boolean => {
    // Of a lock file whose packages are not installed here, an example's, nobody uses any.
    if (folder !== '' && !existsSync(join(repository, folder, 'node_modules'))) return false
    const lock = lockOf(join(tree, folder))
    if (install || !isSatisfied(lock, lockOf(join(repository, folder)), dev)) return true
    return installsOther(repository, tree, foldersOf(folder, lock), changed)
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

interface Installation {
  /** What stands for the top of the tree. */
  readonly top: string
  /** Those of the tree that may have a `node_modules` of it. */
  readonly folders: readonly string[]
}

/** The folder of a lock file and those of its workspaces. Beyond the repository nothing is a commit's. */
const foldersOf = (folder: string, lock: Lock | null): string[] =>
  [folder, ...workspacesOf(lock).map((workspace) => normalize(join(folder, workspace)))].filter(
    (path) => !path.startsWith('..'),
  )

/** Everything that the lock file in `folder` asks for. */
async function installedFor(
  tree: string,
  folder: string,
  { signal, onFolder }: DependencyOptions,
): Promise<Installation> {
  const lock = lockOf(join(tree, folder))
  const folders = foldersOf(folder, lock)
  const { cache, env } = cacheFolder()
  if (runsOwn(tree, folders, lock)) {
    const own = join(tree, '.git')
    const top = temporaryFolder('flowbench-install-')
    onFolder(top)
    cpSync(tree, top, { recursive: true, verbatimSymlinks: true, filter: (path) => path !== own })
    // Scripts ask git, or set hooks.
    await git(top, 'init', '--quiet', '--template=')
    await npmCi(join(top, folder), { env, signal })
    mkdirSync(join(top, folder, 'node_modules'), { recursive: true })
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
    await npmCi(join(fresh, folder), { env, signal })
    mkdirSync(join(fresh, folder, 'node_modules'), { recursive: true })
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
