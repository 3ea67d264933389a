/** What lies in a folder of installed packages, as npm, pnpm and yarn lay it. */
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { manifestIn } from './manifest.ts'

export interface Package {
  readonly name: string
  readonly path: string
}

export function packagesIn(installed: string, scope = ''): Package[] {
  return readdirSync(installed).flatMap((name) => {
    const path = join(installed, name)
    if (name.startsWith('.')) return []
    return isShelf(path) ? packagesIn(path, `${name}/`) : [{ name: `${scope}${name}`, path }]
  })
}

/** A folder of packages or of programs: a scope, `.bin`. */
export function isShelf(path: string): boolean {
  return /^(@|\.bin$)/.test(basename(path)) && lstatSync(path).isDirectory()
}

export const isFolder = (path: string): boolean => lstatSync(path).isDirectory()

/** A link of an installation that was made elsewhere may lead to what is not there. */
export function leadsTo(link: string): string {
  return existsSync(link) ? realpathSync(link) : resolve(dirname(link), readlinkSync(link))
}

/** The room of a store, within one of these installations, that a link leads into; null where it leads elsewhere. */
export function roomIn(path: string, installations: readonly string[]): string | null {
  if (!lstatSync(path).isSymbolicLink() || !existsSync(path)) return null
  const shelf = `${sep}node_modules${sep}`
  const to = leadsTo(path)
  const room = to.slice(0, to.lastIndexOf(shelf) + shelf.length - 1)
  return installations.some((installed) => room.startsWith(installed + sep)) ? room : null
}

/** Where Node looks next for what is in no room: pnpm hoists everything there, the repository's own packages included. */
export const hoistBeside = (room: string): string => join(dirname(dirname(room)), 'node_modules')

/** An installation does not change while we run, and its code is read for every tree. */
const needs = new Map<string, ReadonlySet<string>>()

/** Names of what a package uses: what its manifest says, and what its code imports, be it said or not. */
export function needsOf(folder: string): ReadonlySet<string> {
  const known = needs.get(folder) ?? new Set([...declaredIn(folder), ...importedIn(folder)])
  needs.set(folder, known)
  return known
}

/**
 * Names of what a package depends on, and of what those depend on that are installed within it. Links may lead round, or to
 * one package on many ways: each is looked at once.
 */
function declaredIn(folder: string, seen = new Set<string>()): string[] {
  if (!existsSync(folder)) return []
  const real = realpathSync(folder)
  if (seen.has(real)) return []
  seen.add(real)
  const within = join(folder, 'node_modules')
  const inner = existsSync(within) ? packagesIn(within).flatMap(({ path }) => declaredIn(path, seen)) : []
  const { dependencies, optionalDependencies, peerDependencies } = manifestIn(folder)
  const asked = { ...dependencies, ...optionalDependencies, ...peerDependencies }
  return [...inner, ...Object.keys(asked)]
}

/** `from 'x'`, `import('x')`, `require.resolve("x/y")`. That some are none costs a copy too many. */
const IMPORT = /\b(?:from|import|require|resolve)\s*\(?\s*['"`]((?:@[\w.~-]+\/)?[\w~-][\w.~-]*)['"`/]/g

/** Names of the packages that its code imports by a name that is written there. */
function importedIn(folder: string): ReadonlySet<string> {
  const names = new Set<string>()
  for (const path of codeIn(folder))
    for (const [, name] of readFileSync(path, 'utf8').matchAll(IMPORT)) names.add(name!)
  return names
}

/** Not behind links, as Node's own `recursive` goes: they may lead round, or to one folder on many ways. */
function codeIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return codeIn(path)
    return entry.isFile() && /\.[cm]?js$/.test(entry.name) ? [path] : []
  })
}
