/**
 * Reads the records of a log of any length through a window, which is as large as the largest record or a few megabytes.
 *
 * Each look at another part of the file is new memory: records that were handed out stay what they are.
 */
import type { Files } from './files.ts'
import {
  ANY_MAGIC,
  continueChecksum,
  decodeRecord,
  HEAD,
  headChecksum,
  MAGICS,
  readHead,
  saltedMark,
} from './record.ts'
import type { Head, LogRecord } from './record.ts'

export const WINDOW = 8 << 20

/** The least that a record takes. */
const LEAST = 25
/** What looks like records without a salt is checked for so many times the bytes of the file, and a window's. */
const CHECKS = 4

/** The last record before a place where none is. */
export interface Last {
  /** Null where it is not known, as behind a snapshot, which does not say. */
  readonly sequence: number | null
  /** That of its file; null when none is known. */
  readonly salt: number | null
  /** Where it ends. */
  readonly end: number
}

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
  /** Bytes that may still be checked. */
  private checkable: number

  constructor(files: Files, name: string, window = WINDOW) {
    this.files = files
    this.name = name
    this.size = files.size(name)
    this.window = Math.max(window, HEAD)
    this.checkable = CHECKS * this.size + this.window
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
   * The next whole record from an offset on that was written behind the last one, or any if that is null; null when there
   * is none. A value may hold records too, as a copy of a log does, or what looks like a million of them. Where the salt
   * is known none of it is taken for records; else numbers tell, and what is checked is bounded: past that bound, what
   * looks like a record counts as one, without a place.
   *
   * A head at the place itself, though its record is not whole, tells the salt of what is as long as it says: its value.
   * Behind that it is not believed, as it may be what is damaged.
   */
  recordBehind(from: number, last: Last | null): Found | null {
    if (last === null || last.salt !== null) return this.find(from, this.size, last)
    this.show(last.end, HEAD)
    const torn = readHead(this.bytes, last.end - this.base)
    if (torn === null || torn.place === null) return this.find(from, this.size, last)
    const end = Math.min(this.size, last.end + torn.size)
    const inside = this.find(from, end, { ...last, salt: torn.place.salt })
    return inside ?? this.find(Math.max(from, end), this.size, last)
  }

  /** The same, of records that begin before an offset. */
  private find(from: number, until: number, last: Last | null): Found | null {
    const salt = last?.salt ?? null
    const mark = salt === null ? ANY_MAGIC : saltedMark(salt)
    for (let at = from; at < until;) {
      this.show(at, HEAD)
      const hit = this.bytes.indexOf(mark, at - this.base)
      if (hit < 0) {
        // It may begin in the last bytes of what is seen.
        at = Math.max(at, this.base + this.bytes.length - mark.length) + 1
        continue
      }
      at = this.base + hit
      if (at >= until) break
      this.show(at, HEAD)
      const head = readHead(this.bytes, at - this.base)
      // Numbers are looked at first: a checksum costs as much as the record is long.
      if (head !== null && at + head.size <= this.size && (last === null || isLater(head, at, last))) {
        if (salt === null) this.checkable -= head.size
        if (this.checkable < 0) return { ...head, at, place: null }
        if (this.record(at) !== null) return { ...head, at }
      }
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

/** Whether a record at an offset can have been written behind the last one, as far as its head tells. */
function isLater({ sequence }: Head, at: number, last: Last): boolean {
  if (last.sequence === null) return true
  if (sequence <= last.sequence) return false
  // With the salt it is no client's; and just behind the last one no value is.
  if (last.salt !== null || at === last.end) return true
  return sequence <= last.sequence + 1 + (at - last.end) / LEAST
}
