/**
 * Reads the records of a log of any length through a window, which is as large as the largest record or a few megabytes.
 *
 * Each look at another part of the file is new memory: records that were handed out stay what they are.
 */
import type { Files } from './files.ts'
import { ANY_MAGIC, continueChecksum, decodeRecord, HEAD, headChecksum, MAGICS, readHead } from './record.ts'
import type { Head, LogRecord } from './record.ts'

export const WINDOW = 8 << 20

/** A record that was found behind a place where none is. */
export interface Found extends Head {
  readonly at: number
}

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
    this.window = Math.max(window, HEAD)
  }

  /**
   * Whether the first bytes can be ours: those of a record, as many as there are. A disk may have had the length before
   * the contents when the power failed: then zeros stand in their place, or all is what was there before, taken to be one
   * byte again and again.
   */
  beginsAsLog(): boolean {
    this.show(0, HEAD)
    const { bytes } = this
    return MAGICS.some((magic) => {
      let same = 0
      while (same < magic.length && same < bytes.length && bytes[same] === magic[same]) same++
      if (same === magic.length) return true
      const rest = bytes.subarray(same)
      return (
        rest.subarray(0, HEAD - same).every((byte) => byte === 0) || rest.every((byte) => byte === rest[0])
      )
    })
  }

  /** The record at an offset and where it ends; null when none is there. */
  record(at: number): { readonly record: LogRecord; readonly end: number } | null {
    const head = this.headOfWhole(at)
    if (head === null) return null
    this.show(at, head.size)
    const found = decodeRecord(this.bytes, at - this.base)
    return found === null ? null : { record: found.record, end: at + head.size }
  }

  /**
   * The next whole record from an offset on with a number above `sequence`; null when there is none. One with another
   * number was not written behind it: a value may hold records too, as a copy of a log.
   */
  recordBehind(from: number, sequence: number): Found | null {
    for (let at = from; at < this.size;) {
      this.show(at, HEAD)
      const hit = this.bytes.indexOf(ANY_MAGIC, at - this.base)
      if (hit < 0) {
        // It may begin in the last bytes of what is seen.
        at = Math.max(at, this.base + this.bytes.length - ANY_MAGIC.length) + 1
        continue
      }
      at = this.base + hit
      this.show(at, HEAD)
      // Numbers are looked at first: a checksum costs as much as the record is long.
      const head = readHead(this.bytes, at - this.base)
      if (head !== null && head.sequence > sequence && this.record(at) !== null) return { ...head, at }
      at++
    }
    return null
  }

  /** The head at an offset, if the record is in the file and may well be whole. */
  private headOfWhole(at: number): Head | null {
    this.show(at, HEAD)
    const head = readHead(this.bytes, at - this.base)
    if (head === null || at + head.size > this.size) return null
    // A length is not believed: for a large one memory is taken only once its checksum is found right.
    return head.size > this.window && !this.isSound(at, head) ? null : head
  }

  private isSound(at: number, { size, headSize }: Head): boolean {
    const wanted = headChecksum(this.bytes, at - this.base, headSize)
    let { sum } = wanted
    for (let done = headSize; done < size;) {
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
