/**
 * What is read is on the disk, also after a sync that failed: by then the system takes for written what is not, and no
 * later sync writes it. What was read may have come from its memory alone.
 */
import { closeSync, fdatasyncSync, openSync, readSync, writeSync } from 'node:fs'

/** What is written anew at once. */
const PIECE = 1 << 18

/**
 * Writes what is in the file from an offset on once more, where it is, and syncs that. A power cut in the midst leaves of each block what
 * was on the disk or what is in the file, as at any cut before. Nobody else may write to the file meanwhile.
 */
export function rewriteInPlace(path: string, from = 0): void {
  const file = openSync(path, 'r+')
  try {
    const bytes = Buffer.allocUnsafeSlow(PIECE)
    for (let at = from, got = -1; got !== 0; at += got) {
      got = readSync(file, bytes, 0, PIECE, at)
      for (let done = 0; done < got;) done += writeSync(file, bytes, done, got - done, at + done)
    }
    fdatasyncSync(file)
  } finally {
    closeSync(file)
  }
}
