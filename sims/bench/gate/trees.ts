/**
 * What is compared: two trees of files side by side, under paths of equal length.
 *
 *     base   the commit, in a work tree of git's
 *     head   the working tree as it stands, copied: what is edited while the gate runs does not count
 *     over   base with head's own benchmarks laid over it, where those differ: the same question put to both
 *
 * A path's length moves the stack and with it a measurement, so all have the same. Node is the one that runs us.
 */
import { existsSync, lstatSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { checkOut, type Checkout } from '../checkout/checkout.ts'
import type { Places } from '../checkout/environment.ts'
import { changedFiles, filesOf } from '../checkout/git.ts'
import { packageFolders } from '../checkout/manifest.ts'
import { linkModules } from '../checkout/modules.ts'
import { temporaryFolder } from '../checkout/temporary.ts'
import { unmeasuredOf } from '../harness/errors.ts'
import { changesOf } from './changes.ts'
import { layInto, presence } from './lay.ts'

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
  const checkouts: Checkout[] = []
  const close = (): void => {
    process.off('exit', close)
    for (const checkout of checkouts.splice(0)) checkout.close()
    rmSync(room, { recursive: true, force: true })
  }
  process.once('exit', close)
  const open = async (name: string, commit: string, install = false): Promise<Checkout> => {
    const checkout = await checkOut(repository, commit, signal, { place: join(room, name), install, dev })
    checkouts.push(checkout)
    return checkout
  }
  try {
    const base = await open('base', ref)
    const head = join(room, 'head')
    mkdirSync(head)
    const files = await filesOf(repository)
    layInto(head, repository, files)
    linkModules(repository, head, await packageFolders(repository))
    const changed = await changedFiles(repository, base.commit)
    const { notes, doubts } = await changesOf(repository, base, { head, dev, changed })
    const nothing =
      changed.size === 0 ? [`there is nothing to compare: the working tree is as ${ref} has it`] : []
    return {
      repository,
      base,
      head,
      cache: join(room, 'cache'),
      changes: [...nothing, ...emptyNotes(repository, files), ...notes],
      doubts,
      changed,
      twin: async () => (await open('twin', base.commit, true)).folder,
      layOver: async (paths) => {
        const { folder } = await open('over', base.commit)
        layInto(folder, head, paths)
        return folder
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

function emptyNotes(repository: string, files: ReadonlySet<string>): string[] {
  const isThere = presence(repository)
  // A file that has become a folder is no repository: what is in it is listed by itself.
  const isRepository = (path: string): boolean =>
    lstatSync(path).isDirectory() && existsSync(join(path, '.git'))
  const empty = [...files].filter((file) => isThere(file) && isRepository(join(repository, file)))
  if (empty.length === 0) return []
  const names = empty.map((file) => file.replace(/\/$/, '')).join(', ')
  return [`repositories within this one are empty on both sides: ${names}`]
}
