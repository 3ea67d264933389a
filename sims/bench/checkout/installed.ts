/** What lies in folders of installed packages, here shelves, as npm, pnpm and yarn lay it. */
import { existsSync, readdirSync, readlinkSync, realpathSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'

export interface Package {
  readonly name: string
  /** A folder on its shelf, or a link to one. */
  readonly path: string
  /** Where it is: `path` itself, or what that leads to. */
  readonly real: string
}

/** Those that lie on a shelf, scopes looked through. */
export function packagesOn(shelf: string, scope = ''): Package[] {
  return readdirSync(shelf, { withFileTypes: true }).flatMap((entry) => {
    const path = join(shelf, entry.name)
    if (entry.name.startsWith('.')) return []
    if (entry.name.startsWith('@') && entry.isDirectory()) return packagesOn(path, `${entry.name}/`)
    const one = { name: `${scope}${entry.name}`, path }
    if (entry.isSymbolicLink()) return [{ ...one, real: leadsTo(path) }]
    return entry.isDirectory() ? [{ ...one, real: path }] : []
  })
}

/** A link of an installation that was made elsewhere may lead to what is not there. */
export function leadsTo(link: string): string {
  return existsSync(link) ? realpathSync(link) : resolve(dirname(link), readlinkSync(link))
}

export interface Shelf {
  /** By their names. */
  readonly packages: ReadonlyMap<string, Package>
  /** What lies there is there for the others. */
  readonly isOfStore: boolean
}

/**
 * These by their paths, and of a store that lies in one of them (pnpm's `node_modules/.pnpm`, with a shelf for each package
 * and what it needs) those that links lead to, with those above.
 */
export function shelvesOf(installed: readonly string[]): ReadonlyMap<string, Shelf> {
  const shelves = new Map<string, Shelf>()
  const open = new Set(installed)
  const isOfStore = (path: string): boolean => installed.some((one) => path.startsWith(one + sep))
  for (const shelf of open) {
    const packages = packagesOn(shelf)
    shelves.set(shelf, {
      packages: new Map(packages.map((one) => [one.name, one])),
      isOfStore: isOfStore(shelf),
    })
    for (const { path, real } of packages) {
      if (real === path) continue
      for (const above of shelvesAbove(real))
        if (!open.has(above) && isOfStore(above) && existsSync(above)) open.add(above)
    }
  }
  return shelves
}

/** Where Node looks for what a package imports, be there a shelf or not: nearest first. */
export function shelvesAbove(path: string): string[] {
  const folders: string[] = []
  for (let at = dirname(path); at !== dirname(at); at = dirname(at)) folders.push(join(at, 'node_modules'))
  return folders
}
