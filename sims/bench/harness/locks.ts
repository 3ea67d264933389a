/** Lock files: where they lie, and whether what npm's ask for at one commit is what they ask for at another. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { CouldNotMeasure } from './errors.ts'
import { git } from './git.ts'

/** Of npm, which can install what they ask for; the first is taken where there are both, as npm does. */
export const NPM_LOCKS = ['npm-shrinkwrap.json', 'package-lock.json'] as const

interface Locked {
  readonly version?: string
  readonly resolved?: string
  readonly integrity?: string
  readonly dev?: boolean
  /** A link to a folder, `resolved`. */
  readonly link?: boolean
}

export interface Lock {
  /** By their paths from its folder: `node_modules/a/node_modules/b`, or `packages/c` for one of the project's own. */
  readonly packages?: Readonly<Record<string, Locked>>
}

/** What the first form of lock files has in place of packages. */
interface Nested extends Locked {
  readonly dependencies?: Readonly<Record<string, Nested>>
}

/** The lock file of npm in `folder`; null where there is none. */
export function lockOf(folder: string): Lock | null {
  const file = NPM_LOCKS.map((name) => join(folder, name)).find((path) => existsSync(path))
  return file === undefined ? null : parseLock(readFileSync(file, 'utf8'), file)
}

/** Throws CouldNotMeasure, naming `file`, where the text is none. */
export function parseLock(text: string, file: string): Lock {
  try {
    const lock = JSON.parse(text) as Lock & Pick<Nested, 'dependencies'>
    return lock.packages === undefined ? { packages: Object.fromEntries(flat(lock.dependencies)) } : lock
  } catch (error) {
    throw new CouldNotMeasure(`${file}: ${(error as Error).message}`, { cause: error })
  }
}

function flat(dependencies: Nested['dependencies'] = {}, within = ''): [string, Locked][] {
  return Object.entries(dependencies).flatMap(([name, { dependencies: inner, ...locked }]) => {
    const path = `${within}node_modules/${name}`
    return [[path, locked] satisfies [string, Locked], ...flat(inner, `${path}/`)]
  })
}

const isInstalled = (path: string): boolean => path.split('/').includes('node_modules')

/** Folders of the project's own packages beside the one at its top. */
export function workspacesOf(lock: Lock | null): string[] {
  return Object.keys(lock?.packages ?? {}).filter((path) => path !== '' && !isInstalled(path))
}

/**
 * Whether what `here` locks holds every package that `theirs` needs, be it for development only where `dev` is wanted; the
 * project's own are each side's.
 */
export function isSatisfied(theirs: Lock | null, here: Lock | null, dev = false): boolean {
  return Object.entries(theirs?.packages ?? {}).every(
    ([path, locked]) =>
      !isInstalled(path) || (locked.dev === true && !dev) || isSame(locked, here?.packages?.[path]),
  )
}

/** What a package holds has one hash, at however many addresses it lies. Without hashes the address is asked: of git's, too. */
function isSame(theirs: Locked, here: Locked | undefined): boolean {
  if (here === undefined || theirs.version !== here.version) return false
  if (theirs.integrity !== undefined && here.integrity !== undefined)
    return theirs.integrity === here.integrity
  return theirs.resolved === here.resolved
}

/** Folders of a work tree of git's, '' for its top, that hold a file of one of these names, be it new. */
export async function foldersWith(tree: string, names: readonly string[]): Promise<string[]> {
  const places = names.map((name) => `:(glob)**/${name}`)
  const listed = await git(
    tree,
    'ls-files',
    '-z',
    '--cached',
    '--others',
    '--exclude-standard',
    '--',
    ...places,
  )
  const files = listed.split('\0').filter((file) => file !== '' && !isInstalled(file))
  // One that was deleted is listed, too.
  const folders = files.filter((file) => existsSync(join(tree, file))).map((file) => dirname(file))
  return [...new Set(folders.map((folder) => (folder === '.' ? '' : folder)))]
}
