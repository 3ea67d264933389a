/** Files of one tree, laid into another: a link stays one, so what it leads to is that other tree's own. */
import { copyFileSync, lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Puts what `from` has at these paths, be it nothing, in place of what `into` has. */
export function layInto(into: string, from: string, paths: Iterable<string>): void {
  const all = [...paths]
  // All go before any comes: where a folder becomes a file or a link, or the other way round, both are among the paths.
  for (const path of all) if (presence(into)(path)) rmSync(join(into, path), { recursive: true, force: true })
  const made = new Set(['.'])
  /** A folder and those above it, in place of the link or the file that any of them may be. */
  const makeFolder = (path: string): void => {
    if (made.has(path)) return
    made.add(path)
    makeFolder(dirname(path))
    const place = join(into, path)
    if (lstatSync(place, { throwIfNoEntry: false })?.isDirectory()) return
    rmSync(place, { force: true })
    mkdirSync(place)
  }
  const isThere = presence(from)
  for (const path of all) {
    if (!isThere(path)) continue
    makeFolder(dirname(path))
    copyOne(join(from, path), join(into, path))
  }
}

/** A file, or a link as it is. What is neither is passed over. */
function copyOne(from: string, to: string): void {
  const kind = lstatSync(from)
  if (kind.isSymbolicLink()) symlinkSync(readlinkSync(from), to)
  else if (kind.isFile()) copyFileSync(from, to)
}

/**
 * Whether there is something at a path of this tree itself, a dangling link included: what lies behind a link, where a
 * folder has become one, is of another place, and nothing lies behind a file.
 */
export function presence(root: string): (path: string) => boolean {
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
