/**
 * The installed packages of another commit: this checkout's, linked (`modules.ts`), wherever the lock files of npm agree;
 * then both sides run the same libraries, and a difference is the commit's own. Where they do not, or where files of the
 * commit itself make other packages of the same ones (`scripts.ts`), npm installs what the commit asks for (`npm.ts`).
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { changedFiles, foldersWith, git } from './git.ts'
import { foldersOf, isSatisfied, lockOf, NPM_LOCKS } from './locks.ts'
import { packageFolders } from './manifest.ts'
import { linkModules } from './modules.ts'
import { install, type Installation, type InstallOptions } from './npm.ts'
import { installsOther } from './scripts.ts'

export interface Dependencies {
  /** `none`: the commit has no lock file and there is nothing here to link. */
  readonly dependencies: 'linked' | 'installed' | 'none'
  /** Folders that have packages of their own, and not this checkout's: of a lock file that was installed, and its workspaces'. */
  readonly installed: readonly string[]
}

export interface DependencyOptions extends InstallOptions {
  /** Its own installation, also where this checkout's would do. */
  readonly install: boolean
  /** Packages for development are used, too. */
  readonly dev: boolean
}

/** Provides them in `tree`, a work tree of the commit beside `repository`. */
export async function provideDependencies(
  repository: string,
  tree: string,
  options: DependencyOptions,
): Promise<Dependencies> {
  const changed = await changedFiles(repository, await git(tree, 'rev-parse', 'HEAD'))
  const needsOwn = (folder: string): boolean => {
    // Of a lock file whose packages are not installed here, an example's, nobody uses any.
    if (folder !== '' && !existsSync(join(repository, folder, 'node_modules'))) return false
    const lock = lockOf(join(tree, folder))
    if (options.install || !isSatisfied(lock, lockOf(join(repository, folder)), options.dev)) return true
    return installsOther(repository, tree, foldersOf(folder, lock), changed)
  }
  // All of them before any is linked: the tree is copied for some.
  const installations: Installation[] = []
  for (const folder of (await foldersWith(tree, NPM_LOCKS)).filter(needsOwn))
    installations.push(await install(tree, folder, options))
  for (const { top, folders } of installations) linkModules(top, tree, folders)
  const installed = installations.flatMap(({ folders }) => folders)
  const others = [...(await packageFolders(repository))].filter((folder) => !installed.includes(folder))
  const isLinked = linkModules(repository, tree, others)
  return { dependencies: installed.length > 0 ? 'installed' : isLinked ? 'linked' : 'none', installed }
}
