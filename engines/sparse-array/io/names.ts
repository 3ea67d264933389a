/** The files of a directory by number: `log.N`, `snapshot.N`, and `snapshot.N.part` while it is being written. */
import type { Files } from './files.ts'

/** The number of a log or a snapshot; -1 for any other name. */
export function numberOf(name: string, kind: 'log' | 'snapshot'): number {
  const match = new RegExp(`^${kind}\\.(\\d+)$`).exec(name)
  return match === null ? -1 : Number(match[1])
}

/** A snapshot that was not completed. Other names that end so are nobody's business here. */
export const isPart = (name: string): boolean => /^snapshot\.\d+\.part$/.test(name)

/** Removes what a snapshot of this number has replaced. */
export function removeOlderThan(files: Files, newest: number): void {
  for (const name of files.list()) {
    const number = Math.max(numberOf(name, 'log'), numberOf(name, 'snapshot'))
    if (number >= 0 && number < newest) files.remove(name)
  }
}
