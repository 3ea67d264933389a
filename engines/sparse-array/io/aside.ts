/** What a start passes over, as somebody else's or damaged, is kept under another name. */
import type { Files } from './files.ts'

type Why = 'foreign' | 'cut'

/** What is copied at once. */
const PIECE = 1 << 20

/** Gives a file another name, which is returned. */
export function renameAside(files: Files, name: string, why: Why): string {
  const aside = nameAside(files, name, why)
  files.rename(name, aside)
  return aside
}

/** Copies what is in a file from an offset on to another, which is on the disk then, and whose name is returned. */
export function copyAside(files: Files, name: string, from: number): string {
  const aside = nameAside(files, name, 'cut')
  const file = files.append(aside)
  try {
    for (let at = from; ;) {
      const piece = files.read(name, at, PIECE)
      if (piece.length === 0) break
      file.write(piece)
      at += piece.length
    }
    file.syncNow()
    file.close()
  } catch (error) {
    // A disk that is full shall not be filled by each start.
    file.close()
    files.remove(aside)
    throw error
  }
  files.syncNames()
  return aside
}

function nameAside(files: Files, name: string, why: Why): string {
  const names = new Set(files.list())
  let aside = `${name}.${why}`
  for (let i = 2; names.has(aside); i++) aside = `${name}.${why}.${i}`
  return aside
}
