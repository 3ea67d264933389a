/**
 * The packages that are installed in one folder, for a tree of another commit: links to them, and never a copy.
 *
 * A workspace of npm, pnpm or yarn is installed as a link to its folder in the repository. Node looks up where a link
 * leads, so a tree that took such a link over would run the repository's working tree, whatever commit it holds. These
 * links are made anew and lead to the same folder of the tree; all others lead where they did.
 */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  symlinkSync,
} from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'

/**
 * Links what is installed in these `folders` of `from` (paths from its top, '' for the top itself) into the same folders
 * of `tree`. False where nothing is installed.
 */
export function linkModules(from: string, tree: string, folders: Iterable<string>): boolean {
  const real = realpathSync(from)
  let linked = false
  for (const folder of folders) {
    const installed = join(real, folder, 'node_modules')
    const place = join(tree, folder, 'node_modules')
    // What the commit itself holds is its own.
    if (!existsSync(installed) || !existsSync(dirname(place)) || existsSync(place)) continue
    linkAll(installed, place, (path) => ownFolder(path, real, tree))
    linked = true
  }
  return linked
}

/** The place in a tree for a path that leads to a folder of the repository's own; null for what was installed. */
type OwnFolder = (path: string) => string | null

function linkAll(installed: string, place: string, own: OwnFolder): void {
  if (!holdsOwn(installed, own)) {
    symlinkSync(installed, place, 'dir')
    return
  }
  mkdirSync(place)
  for (const name of readdirSync(installed)) {
    const path = join(installed, name)
    if (isShelf(path)) linkAll(path, join(place, name), own)
    else symlinkSync(own(path) ?? path, join(place, name))
  }
}

function holdsOwn(folder: string, own: OwnFolder): boolean {
  return readdirSync(folder).some((name) => {
    const path = join(folder, name)
    return isShelf(path) ? holdsOwn(path, own) : own(path) !== null
  })
}

/** A folder of packages or of programs: a scope, `.bin`. */
function isShelf(path: string): boolean {
  return /^(@|\.bin$)/.test(basename(path)) && lstatSync(path).isDirectory()
}

function ownFolder(path: string, repository: string, tree: string): string | null {
  if (!lstatSync(path).isSymbolicLink()) return null
  const within = relative(repository, leadsTo(path))
  if (isAbsolute(within) || within.split(sep).some((part) => part === '..' || part === 'node_modules'))
    return null
  return join(tree, within)
}

/** A link of an installation that was made elsewhere may lead to what is not there. */
function leadsTo(link: string): string {
  return existsSync(link) ? realpathSync(link) : resolve(dirname(link), readlinkSync(link))
}
