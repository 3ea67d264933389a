/**
 * Which installed packages use one of the repository's own, or one that does: they cannot be shared by two trees.
 *
 * What one uses is found as Node finds it, in every `node_modules` above (there pnpm and npm lay all of the repository's own
 * packages), by the names that its manifest or its code say; in a store all that lies beside it is there for it. What is
 * imported by a name that is only known when it runs is not found here; `strangers.ts` of the gate refuses it.
 */
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { packagesOn, shelvesAbove, type Package, type Shelf } from './installed.ts'
import { manifestIn } from './manifest.ts'

/** Folders of the packages on these shelves that use one which `isOwn`, or one that does. */
export function usersOf(
  shelves: ReadonlyMap<string, Shelf>,
  isOwn: (path: string) => boolean,
): ReadonlySet<string> {
  const all = [...shelves.values()].flatMap(({ packages, isOfStore }) =>
    [...packages.values()].map((one) => ({ ...one, beside: isOfStore ? [...packages.keys()] : [] })),
  )
  const apart = new Set(all.map(({ real }) => real).filter(isOwn))
  // Of most repositories nothing is used by what is installed, and no code has to be read.
  if (apart.size === 0) return apart
  const usedBy = (path: string, beside: readonly string[]): Package[] => {
    const above = shelvesAbove(path).flatMap((shelf) => shelves.get(shelf)?.packages ?? [])
    return [...new Set([...needsOf(path), ...beside])].flatMap(
      (name) => above.find((packages) => packages.has(name))?.get(name) ?? [],
    )
  }
  // A link is no copy's: what it leads to is, with what lies beside that.
  const folders = all.filter(({ path, real }) => path === real)
  const uses = new Map(folders.map(({ path, beside }) => [path, usedBy(path, beside)]))
  for (let before = -1; before !== apart.size;) {
    before = apart.size
    for (const [path, used] of uses) if (used.some(({ real }) => apart.has(real))) apart.add(path)
  }
  return new Set([...uses.keys()].filter((path) => apart.has(path)))
}

/** An installation does not change while we run, and its code is read for every tree. */
const needs = new Map<string, ReadonlySet<string>>()

/** Names of what a package uses: what its manifest says, and what its code imports, be it said or not. */
function needsOf(folder: string): ReadonlySet<string> {
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
  const inner = existsSync(within) ? packagesOn(within).flatMap(({ path }) => declaredIn(path, seen)) : []
  const { dependencies, optionalDependencies, peerDependencies } = manifestIn(folder)
  return [...inner, ...Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })]
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
