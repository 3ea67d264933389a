/**
 * Programs that packages bring along, for a tree of another commit.
 *
 * In `.bin` npm lays links, pnpm shell scripts. Such a script starts what lies at a place relative to its own, which it takes
 * from the path by which it was called, and names folders to look for packages in (NODE_PATH) by their absolute paths: a
 * script that is the working tree's starts the working tree's programs, which look for packages there. So a tree has
 * scripts of its own.
 */
import { lstatSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, sep } from 'node:path'

export const isProgram = (path: string): boolean => basename(dirname(path)) === '.bin'

const MOST_BYTES = 1 << 16

/** The text of a program that is a script; null for what is none: a link, a binary. */
export function scriptIn(path: string): string | null {
  if (!isProgram(path)) return null
  const kind = lstatSync(path)
  if (!kind.isFile() || kind.size > MOST_BYTES) return null
  const text = readFileSync(path, 'utf8')
  return text.startsWith('#!') ? text : null
}

/** A tree, and the folders that paths in scripts begin with where the tree's are meant: one, by all of its names. */
export interface Move {
  readonly from: readonly string[]
  readonly tree: string
}

/** Lays the script that is at `path` at `place`, as the tree's. */
export function layScript(path: string, place: string, { from, tree }: Move): void {
  const moved = from.reduce(
    (text, folder) => text.replaceAll(folder + sep, () => tree + sep),
    readFileSync(path, 'utf8'),
  )
  rmSync(place, { force: true })
  writeFileSync(place, moved, { mode: lstatSync(path).mode })
}
