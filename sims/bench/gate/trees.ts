/**
 * What is compared: two trees of files side by side, under paths of equal length.
 *
 *     base   the commit, in a work tree of git's
 *     head   the working tree as it stands, copied: what is edited while the gate runs does not count
 *     over   base with head's own benchmarks laid over it, where those differ: the same question put to both
 *
 * A path's length moves the stack and with it a measurement, so all have the same. Node is the one that runs us.
 */
import {
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { checkOut, git, packageFolders, temporaryFolder, type Checkout } from '../harness/checkout.ts'
import { linkModules } from '../harness/modules.ts'

export interface Trees {
  readonly repository: string
  readonly base: Checkout
  /** Folder of the copy of the working tree. */
  readonly head: string
  /** Where V8 may keep compiled code, the same for all. */
  readonly cache: string
  /** Differences besides the code that bear on every figure, in words: the lock file, the wanted Node. */
  readonly changes: readonly string[]
  /** The same commit as base once more, with an installation of its own. */
  twin(): Promise<string>
  /** Base with head's files at these paths (from the root) in place of its own. */
  layOver(paths: readonly string[]): Promise<string>
  close(): void
}

export async function openTrees(repository: string, ref: string, signal: AbortSignal): Promise<Trees> {
  const room = temporaryFolder('flowbench-gate-')
  const open: Checkout[] = []
  const close = (): void => {
    process.off('exit', close)
    for (const checkout of open.splice(0)) checkout.close()
    rmSync(room, { recursive: true, force: true })
  }
  process.once('exit', close)
  try {
    const base = await checkOut(repository, ref, signal, { place: join(room, 'base') })
    open.push(base)
    const head = join(room, 'head')
    const submodules = await copyWorkingTree(repository, head)
    return {
      repository,
      base,
      head,
      cache: join(room, 'cache'),
      changes: changesOf(base, head, submodules),
      twin: async () => {
        const twin = await checkOut(repository, base.commit, signal, {
          place: join(room, 'twin'),
          install: true,
        })
        open.push(twin)
        return twin.folder
      },
      layOver: async (paths) => {
        const over = await checkOut(repository, base.commit, signal, { place: join(room, 'over') })
        open.push(over)
        for (const path of paths) {
          rmSync(join(over.folder, path), { recursive: true, force: true })
          if (existsSync(join(head, path)))
            cpSync(join(head, path), join(over.folder, path), { recursive: true })
        }
        return over.folder
      },
      close,
    }
  } catch (error) {
    close()
    throw error
  }
}

/**
 * Every file that git knows or would take, as it is now; a link stays one, so what it leads to is the copy's own. Returns
 * the submodules, whose files are not copied.
 */
async function copyWorkingTree(repository: string, to: string): Promise<string[]> {
  const listed = await git(repository, 'ls-files', '-z', '--cached', '--others', '--exclude-standard')
  const folders: string[] = []
  for (const file of new Set(listed.split('\0'))) {
    const from = join(repository, file)
    const kind = file === '' ? undefined : lstatSync(from, { throwIfNoEntry: false })
    // A file that was deleted is listed, too.
    if (kind === undefined) continue
    const place = join(to, file)
    mkdirSync(dirname(place), { recursive: true })
    if (kind.isSymbolicLink()) symlinkSync(readlinkSync(from), place)
    else if (kind.isFile()) copyFileSync(from, place)
    else if (kind.isDirectory()) folders.push(file.replace(/\/$/, ''))
  }
  linkModules(repository, to, await packageFolders(repository))
  return folders
}

/** Of package managers whose installations the gate does not make. */
const OTHER_LOCKS = ['npm-shrinkwrap.json', 'yarn.lock', 'pnpm-lock.yaml', 'bun.lock']

function changesOf(
  { folder, dependencies }: Checkout,
  head: string,
  submodules: readonly string[],
): string[] {
  const changes: string[] = []
  if (submodules.length > 0)
    changes.push(`repositories within this one are empty on both sides: ${submodules.join(', ')}`)
  const differs = (file: string): boolean => textOf(join(folder, file)) !== textOf(join(head, file))
  if (differs('package-lock.json')) {
    changes.push(
      dependencies === 'installed'
        ? 'the lock file changed, and with it libraries that run: each side runs its own'
        : 'the lock file changed, but in nothing that runs',
    )
  }
  for (const file of OTHER_LOCKS)
    if (differs(file)) changes.push(`${file} changed; both sides run the libraries that are installed here`)
  for (const file of ['.nvmrc', '.node-version', '.tool-versions'])
    if (differs(file)) changes.push(`${file} changed; both sides run on Node ${process.versions.node}`)
  return changes
}

function textOf(file: string): string | null {
  return existsSync(file) ? readFileSync(file, 'utf8') : null
}
