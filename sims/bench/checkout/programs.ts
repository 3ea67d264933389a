/**
 * Programs that packages bring along, for a tree of another commit.
 *
 * In `.bin` npm lays links, pnpm shell scripts. Such a script starts what lies at a place relative to its own, which it takes
 * from the path by which it was called, and names folders to look for packages in (NODE_PATH) by their absolute paths: a
 * script that is the working tree's starts the working tree's programs, which look for packages there. So a tree has
 * scripts of its own.
 */
import { lstatSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, sep } from 'node:path'

/** Paths of those that lie beside the packages of a shelf. */
export function programsOn(shelf: string): string[] {
  const bin = join(shelf, '.bin')
  const isThere = lstatSync(bin, { throwIfNoEntry: false })?.isDirectory() === true
  return isThere ? readdirSync(bin).map((name) => join(bin, name)) : []
}

const MOST_BYTES = 1 << 16

/** Whether there is a program at a path that is a script, and no link or binary. */
export function isScript(path: string): boolean {
  if (basename(dirname(path)) !== '.bin') return false
  const kind = lstatSync(path)
  return kind.isFile() && kind.size <= MOST_BYTES && readFileSync(path, 'utf8').startsWith('#!')
}

/** Lays the script that is at `path` at `place`, as the tree's: paths in it that begin with one of these folders are there. */
export function layScript(path: string, place: string, tree: string, folders: readonly string[]): void {
  const moved = folders.reduce(
    (text, folder) => text.replaceAll(folder + sep, () => tree + sep),
    readFileSync(path, 'utf8'),
  )
  rmSync(place, { force: true })
  writeFileSync(place, moved, { mode: lstatSync(path).mode })
}
