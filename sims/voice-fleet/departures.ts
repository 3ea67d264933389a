/**
 * Sessions by the second in which they end: a ring with a list for each second to come.
 *
 * A list is a chain of short runs in one array, newest first. A session is appended to the run of its second, and the few
 * thousand runs that are being written all stay in a core's own cache; a list of single entries would jump through all of
 * the memory that the sessions take, once to write and once to read.
 */
import { doubled, type Words } from './words.ts'

/** Entries in a run, as a power of two: two cache lines. */
const RUN_BITS = 5
const RUN = 1 << RUN_BITS
const NONE = -1

export class Departures {
  private values: Uint32Array = new Uint32Array(64 * RUN)
  /** By run: the one before it in its list, or in that of free ones. */
  private before = new Int32Array(64)
  /** By second: the place behind its newest entry. 0 for none, so run 0 is never used. */
  private readonly ends: Int32Array
  private free = NONE
  private used = 1

  /** `range`: seconds from now to the farthest departure, plus one. */
  constructor(range: number) {
    this.ends = new Int32Array(range)
  }

  /** `value`: any 32 bits. */
  add(second: number, value: number): void {
    const at = second % this.ends.length
    let place = this.ends[at]!
    if ((place & (RUN - 1)) === 0) {
      const full = (place >>> RUN_BITS) - 1
      const run = this.newRun()
      this.before[run] = full
      place = run << RUN_BITS
    }
    this.values[place] = value
    this.ends[at] = place + 1
  }

  /** Moves the values of a second to `due`, in no order that is promised. */
  take(second: number, due: Words): void {
    const at = second % this.ends.length
    let end = this.ends[at]!
    this.ends[at] = 0
    while (end > 0) {
      const run = (end - 1) >>> RUN_BITS
      for (let place = run << RUN_BITS; place < end; place++) due.add(this.values[place]!)
      end = (this.before[run]! + 1) << RUN_BITS
      this.before[run] = this.free
      this.free = run
    }
  }

  private newRun(): number {
    const run = this.free
    if (run !== NONE) {
      this.free = this.before[run]!
      return run
    }
    if (this.used === this.before.length) {
      const before = new Int32Array(2 * this.used)
      before.set(this.before)
      this.before = before
      this.values = doubled(this.values)
    }
    return this.used++
  }
}
