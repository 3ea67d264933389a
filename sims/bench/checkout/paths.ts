/** Paths of files, asked where they lie. */
import { isAbsolute, relative, sep } from 'node:path'

/** The path from this folder, '' for itself; null of what lies elsewhere. */
export function placeIn(folder: string, path: string): string | null {
  const place = relative(folder, path)
  return isAbsolute(place) || place.split(sep)[0] === '..' ? null : place
}

/** Whether it lies in a folder of installed packages. */
export const isInstalled = (path: string): boolean => path.split(/[\\/]/).includes('node_modules')
