/**
 * Reads the records of a log of any length through a window, which is as large as the largest record or a few megabytes.
 *
 * Each look at another part of the file is new memory: records that were handed out stay what they are.
 */
import type { Files } from './files.ts'
import {
  continueChecksum,
  decodeRecord,
  HEADER,
  headChecksum,
  MAGIC,
  sequenceAt,
  sizeOfRecord,
} from './record.ts'
import type { LogRecord } from './record.ts'

export const WINDOW = 8 << 20

export class LogReader {
  /** Bytes of the file. */
  readonly size: number
  private readonly files: Files
  private readonly name: string
  private readonly window: number
  private bytes: Buffer = Buffer.alloc(0)
  /** Where in the file the window begins. */
  private base = 0

  constructor(files: Files, name: string, window = WINDOW) {
    this.files = files
    this.name = name
    this.size = files.size(name)
    this.window = Math.max(window, HEADER)
  }

  /**
   * Whether the first bytes can be ours: those of a record, as many as there are. A disk may have had the length before
   * the contents when the power failed: then zeros stand in their place, or all is what was there before, taken to be one
   * byte again and again.
   */
  beginsAsLog(): boolean {
    this.show(0, HEADER)
    const { bytes } = this
    let same = 0
    while (same < MAGIC.length && same < bytes.length && bytes[same] === MAGIC[same]) same++
    if (same === MAGIC.length) return true
    const rest = bytes.subarray(same)
    return (
      rest.subarray(0, HEADER - same).every((byte) => byte === 0) || rest.every((byte) => byte === rest[0])
    )
  }

  /** The record at an offset and where it ends; null when none is there. */
  record(at: number): { readonly record: LogRecord; readonly end: number } | null {
    if (at + HEADER > this.size) return null
    this.show(at, HEADER)
    const size = sizeOfRecord(this.bytes, at - this.base)
    if (size < 0 || at + size > this.size) return null
    // A length is not believed: for a large one memory is taken only once its checksum is found right.
    if (size > this.window && !this.isSound(at, size)) return null
    this.show(at, size)
    const found = decodeRecord(this.bytes, at - this.base)
    return found === null ? null : { record: found.record, end: at + size }
  }

  /**
   * Offset of the next whole record from an offset on with a number above `sequence`; -1 when there is none. One with
   * another number was not written behind it: a value may hold records too, as a copy of a log.
   */
  recordBehind(from: number, sequence: number): number {
    for (let at = from; at + HEADER <= this.size;) {
      this.show(at, HEADER)
      const hit = this.bytes.indexOf(MAGIC, at - this.base)
      if (hit < 0) {
        // It may begin in the last bytes of what is seen.
        at = this.base + this.bytes.length - MAGIC.length + 1
        continue
      }
      at = this.base + hit
      this.show(at, HEADER)
      // Numbers are looked at first: a checksum costs as much as the record is long.
      const isLater = at + HEADER <= this.size && sequenceAt(this.bytes, at - this.base) > sequence
      if (isLater && this.record(at) !== null) return at
      at++
    }
    return -1
  }

  private isSound(at: number, size: number): boolean {
    this.show(at, HEADER)
    const wanted = headChecksum(this.bytes, at - this.base)
    let { sum } = wanted
    for (let done = HEADER; done < size;) {
      const piece = this.files.read(this.name, at + done, Math.min(this.window, size - done))
      if (piece.length === 0) return false
      sum = continueChecksum(piece, sum)
      done += piece.length
    }
    return sum === wanted.all
  }

  /** Moves the window so that it shows so many bytes from an offset on. */
  private show(at: number, length: number): void {
    if (at >= this.base && at + length <= this.base + this.bytes.length) return
    const read = this.files.read(this.name, at, Math.max(this.window, length))
    this.bytes = Buffer.from(read.buffer, read.byteOffset, read.length)
    this.base = at
  }
}
