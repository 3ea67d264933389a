/** Lock files of npm: whether what they ask for at one commit is what they ask for at another. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CouldNotMeasure } from '../harness/errors.ts'
import { isInstalled } from './paths.ts'

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

/** The folder of a lock file and those of its workspaces. Beyond the repository nothing is a commit's. */
export function foldersOf(folder: string, lock: Lock | null): string[] {
  const own = Object.keys(lock?.packages ?? {}).filter((path) => path !== '' && !isInstalled(path))
  return [folder, ...own.map((path) => join(folder, path))].filter((path) => !path.startsWith('..'))
}

/**
 * Whether who uses what `here` locks finds just the packages there that `theirs` says, be they for development only where
 * `dev` is wanted; the project's own are each side's. One that lies here alone is found by nobody, but where it lies within
 * a package that is theirs, too: nearer to that than the one that they say.
 */
export function isSatisfied(theirs: Lock | null, here: Lock | null, dev = false): boolean {
  const locked = theirs?.packages ?? {}
  const installedOf = (lock: Lock | null): [string, Locked][] =>
    Object.entries(lock?.packages ?? {}).filter(([path, one]) => isInstalled(path) && (dev || !one.dev))
  return (
    installedOf(theirs).every(([path, one]) => isSame(one, here?.packages?.[path])) &&
    installedOf(here).every(([path]) => path in locked || !(ownerOf(path) in locked))
  )
}

/** The package within which one is installed; none is called `-`, which stands for the project itself. */
const ownerOf = (path: string): string => {
  const within = path.lastIndexOf('/node_modules/')
  return within === -1 ? '-' : path.slice(0, within)
}

/** What a package holds has one hash, at however many addresses it lies. Without hashes the address is asked: of git's, too. */
function isSame(theirs: Locked, here: Locked | undefined): boolean {
  if (here === undefined || theirs.version !== here.version) return false
  if (theirs.integrity !== undefined && here.integrity !== undefined)
    return theirs.integrity === here.integrity
  return theirs.resolved === here.resolved
}
