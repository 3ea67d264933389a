/**
 * What is compared: two trees of files side by side, under paths of equal length.
 *
 *     base   the commit, in a work tree of git's
 *     head   the working tree as it stands, copied: what is edited while the gate runs does not count
 *     over   base with head's own benchmarks laid over it, where those differ: the same question put to both
 *
 * A path's length moves the stack and with it a measurement, so all have the same. Node is the one that runs us.
 */
import { copyFileSync, existsSync, lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { checkOut, type Checkout } from '../checkout/checkout.ts'
import type { Places } from '../checkout/environment.ts'
import { changedFiles, filesOf } from '../checkout/git.ts'
import { packageFolders } from '../checkout/manifest.ts'
import { linkModules } from '../checkout/modules.ts'
import { temporaryFolder } from '../checkout/temporary.ts'
import { unmeasuredOf } from '../harness/errors.ts'
import { changesOf } from './changes.ts'

export interface Trees {
  readonly repository: string
  readonly base: Checkout
  /** Folder of the copy of the working tree. */
  readonly head: string
  /** Where V8 may keep compiled code, the same for all. */
  readonly cache: string
  /** Differences besides the code that bear on every figure, in words: lock files, the wanted Node. */
  readonly changes: readonly string[]
  /** Those for which nothing can pass. */
  readonly doubts: readonly string[]
  /** Paths that differ between base and the working tree, files that are new included. */
  readonly changed: ReadonlySet<string>
  /** The same commit as base once more, with an installation of its own. */
  twin(): Promise<string>
  /** Base with head's files at these paths (from the root) in place of its own. */
  layOver(paths: readonly string[]): Promise<string>
  close(): void
}

export interface TreesOptions {
  /** What is compared may use packages for development, too. */
  readonly dev?: boolean
}

export async function openTrees(
  repository: string,
  ref: string,
  signal: AbortSignal,
  { dev = false }: TreesOptions = {},
): Promise<Trees> {
  const room = temporaryFolder('flowbench-gate-')
  const open: Checkout[] = []
  const close = (): void => {
    process.off('exit', close)
    for (const checkout of open.splice(0)) checkout.close()
    rmSync(room, { recursive: true, force: true })
  }
  process.once('exit', close)
  try {
    const base = await checkOut(repository, ref, signal, { place: join(room, 'base'), dev })
    open.push(base)
    const head = join(room, 'head')
    const submodules = await copyWorkingTree(repository, head)
    const changed = await changedFiles(repository, base.commit)
    const { notes, doubts } = await changesOf(repository, base, { head, dev, changed })
    const nothing =
      changed.size === 0 ? [`there is nothing to compare: the working tree is as ${ref} has it`] : []
    return {
      repository,
      base,
      head,
      cache: join(room, 'cache'),
      changes: [...nothing, ...emptyNotes(submodules), ...notes],
      doubts,
      changed,
      twin: async () => {
        const twin = await checkOut(repository, base.commit, signal, {
          place: join(room, 'twin'),
          install: true,
          dev,
        })
        open.push(twin)
        return twin.folder
      },
      layOver: async (paths) => {
        const place = join(room, 'over')
        const over = await checkOut(repository, base.commit, signal, { place, dev })
        open.push(over)
        layInto(over.folder, head, paths)
        return over.folder
      },
      close,
    }
  } catch (error) {
    close()
    throw unmeasuredOf(error)
  }
}

/** Where the two sides lie. */
export const placesOf = ({ repository, base, head }: Trees): Places => ({
  repository,
  trees: [base.folder, head],
})

/** Puts what `from` has at these paths, be it nothing, in place of what `into` has. */
function layInto(into: string, from: string, paths: readonly string[]): void {
  // All go before any comes: where a folder becomes a file or a link, or the other way round, both are among the paths.
  for (const path of paths)
    if (presence(into)(path)) rmSync(join(into, path), { recursive: true, force: true })
  const isThere = presence(from)
  for (const path of paths) {
    if (!isThere(path)) continue
    makeFolder(into, dirname(path))
    copyOne(join(from, path), join(into, path))
  }
}

/** A folder and those above it, in place of the link or the file that any of them may be. */
function makeFolder(root: string, path: string): void {
  if (path === '.') return
  makeFolder(root, dirname(path))
  const place = join(root, path)
  if (lstatSync(place, { throwIfNoEntry: false })?.isDirectory()) return
  rmSync(place, { force: true })
  mkdirSync(place)
}

/** A file, or a link as it is. What is neither is passed over. */
function copyOne(from: string, to: string): void {
  const kind = lstatSync(from)
  if (kind.isSymbolicLink()) symlinkSync(readlinkSync(from), to)
  else if (kind.isFile()) copyFileSync(from, to)
}

/**
 * Every file that git knows or would take, as it is now; a link stays one, so what it leads to is the copy's own. Returns
 * the submodules, whose files are not copied.
 */
async function copyWorkingTree(repository: string, to: string): Promise<string[]> {
  const folders: string[] = []
  const isThere = presence(repository)
  for (const file of await filesOf(repository)) {
    const from = join(repository, file)
    // A file that was deleted is listed, too.
    if (!isThere(file)) continue
    const place = join(to, file)
    mkdirSync(dirname(place), { recursive: true })
    copyOne(from, place)
    // A file that has become a folder is no repository: what is in it is listed by itself.
    if (lstatSync(from).isDirectory() && existsSync(join(from, '.git'))) folders.push(file.replace(/\/$/, ''))
  }
  linkModules(repository, to, await packageFolders(repository))
  return folders
}

function emptyNotes(submodules: readonly string[]): string[] {
  if (submodules.length === 0) return []
  return [`repositories within this one are empty on both sides: ${submodules.join(', ')}`]
}

/**
 * Whether there is something at a path of this tree itself, a dangling link included: what lies behind a link, where a
 * folder has become one, is of another place, and nothing lies behind a file.
 */
function presence(root: string): (path: string) => boolean {
  const folders = new Map<string, boolean>([['.', true]])
  const isFolder = (path: string): boolean => {
    const known = folders.get(path)
    if (known !== undefined) return known
    const found = isThere(path) && lstatSync(join(root, path)).isDirectory()
    folders.set(path, found)
    return found
  }
  const isThere = (path: string): boolean =>
    isFolder(dirname(path)) && lstatSync(join(root, path), { throwIfNoEntry: false }) !== undefined
  return isThere
}
