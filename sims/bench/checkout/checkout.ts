/**
 * Another commit, in a work tree of its own, so that its code can run beside ours.
 *
 *     work tree     git's, in a temporary folder                     git.ts, temporary.ts
 *     dependencies  whose packages it runs: ours, or its own         dependencies.ts
 *                   what lock files, scripts and manifests ask for   locks.ts, scripts.ts, manifest.ts
 *                   its own, installed once and kept                 npm.ts
 *     modules       these in the tree: linked, and few copied        modules.ts
 *                   what lies there, and who uses what               installed.ts, users.ts, programs.ts
 *     environment   which variables lead into the tree               environment.ts
 *
 * It is removed when it is closed, and when the process ends before that. Node itself is the one that runs us, for both
 * sides.
 */
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { unmeasuredOf } from '../harness/errors.ts'
import { provideDependencies, type Dependencies } from './dependencies.ts'
import { commitOf, git, gitEnvironment } from './git.ts'
import { temporaryFolder } from './temporary.ts'

export interface Checkout extends Dependencies {
  /** Where the commit's files are. */
  readonly folder: string
  /** The full hash. */
  readonly commit: string
  /** Its short form. */
  readonly version: string
  close(): void
}

export interface CheckoutOptions {
  /** A folder that does not exist; default one of its own in the temporary folder. */
  readonly place?: string
  /** Its own installation of its dependencies, also where those of this checkout would do. */
  readonly install?: boolean
  /** What runs may use packages for development, too: they must be the commit's as all others. */
  readonly dev?: boolean
}

/** Checks `ref` out beside `repository`. BadRequest when it names no commit, CouldNotMeasure where it cannot be written. */
export async function checkOut(
  repository: string,
  ref: string,
  signal?: AbortSignal,
  { place, install = false, dev = false }: CheckoutOptions = {},
): Promise<Checkout> {
  const commit = await commitOf(repository, ref)
  const folder = place ?? temporaryFolder('flowbench-base-')
  const beside: string[] = []
  const close = (): void => {
    process.off('exit', close)
    removeWorktree(repository, folder)
    for (const one of beside) rmSync(one, { recursive: true, force: true, maxRetries: 5 })
  }
  process.once('exit', close)
  try {
    // No hook of the repository's owner may run for this.
    await git(repository, '-c', 'core.hooksPath=/dev/null', 'worktree', 'add', '--detach', folder, commit)
    signal?.throwIfAborted()
    const onFolder = (one: string): void => void beside.push(one)
    const provided = await provideDependencies(repository, folder, { install, dev, signal, onFolder })
    const version = await git(repository, 'rev-parse', '--short', commit)
    return { folder, commit, version, ...provided, close }
  } catch (error) {
    close()
    signal?.throwIfAborted()
    throw unmeasuredOf(error)
  }
}

/** Called as the process ends, too, so it may not wait for anything. */
function removeWorktree(repository: string, folder: string): void {
  // Twice by force: git locks a work tree while it fills it, and an interrupt may come then.
  const remove = ['worktree', 'remove', '--force', '--force', folder]
  spawnSync('git', remove, { cwd: repository, env: gitEnvironment(), stdio: 'ignore' })
  rmSync(folder, { recursive: true, force: true })
}
