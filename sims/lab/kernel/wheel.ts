/**
 * A hierarchical timing wheel (Varghese and Lauck, "Hashed and hierarchical timing wheels", SOSP 1987) for events that
 * are not near, and the slots by which timers are named and cancelled.
 *
 * Time is cut into ticks. Level 0 has a bucket for each of 1,024 ticks, level 1 for each of 1,024 stretches of 1,024
 * ticks, level 2 likewise: with a tick of 1 s that is 34 years. A bucket is a doubly linked list of slots, unsorted:
 * inserting and cancelling cost the same with ten events or ten million. Order is not the wheel's business. It hands
 * back whole buckets, earliest first, and the heap sorts what came out by time and sequence; a bucket of a higher level
 * is spread over the one below when its turn comes. A bitmap per level finds the next bucket that holds anything.
 *
 * The wheel covers one turn of its highest level, from `base`. What lies outside (`accepts` is false) stays in the heap:
 * slower, never wrong.
 */
import { lengthen } from './heap.ts'

const BITS = 10
const BUCKETS = 1 << BITS
const MASK = BUCKETS - 1
const LEVELS = 3
/** Ticks in one turn of the highest level: 2^30, so that a tick within it is a small integer. */
const TURN = 2 ** (BITS * LEVELS)
const NIL = -1

/** Where a slot's event is: a bucket's number (0 and up), or one of these. */
const FREE = -1
const QUEUED = -2
const CANCELLED = -3

/** A handle is generation * 2^26 + slot: exact in a double, and stale handles differ from live ones. */
const SLOT_LIMIT = 2 ** 26
const SLOT_MASK = SLOT_LIMIT - 1

/** More events pending than the wheel has names for (2^26). */
export class TooManyTimersError extends Error {
  override readonly name = 'TooManyTimersError'
}

/** Receives what comes out of a bucket: a word (0 or above), or ~slot for a timer that can still be cancelled. */
export type Release = (time: number, sequence: number, word: number) => void

export class TimerWheel {
  /** Events in buckets. */
  size = 0
  /** Cancelled events whose entries are still outside the wheel. */
  dead = 0
  /** Events linked into a bucket so far, again when a bucket is spread over the level below. */
  links = 0
  /** No event in the wheel is earlier than this time; Infinity when it is empty. */
  bound = Infinity
  private readonly tick: number
  private readonly perTick: number
  /** First tick of the turn; the first tick of it that has not been handed back. */
  private base = 0
  private cursor = 0
  private readonly heads = new Int32Array(LEVELS * BUCKETS).fill(NIL)
  private readonly bitmap = new Int32Array((LEVELS * BUCKETS) / 32)
  private free = NIL
  private slots = 0
  private times = new Float64Array(64)
  private sequences = new Float64Array(64)
  private handles = new Float64Array(64)
  private words = new Int32Array(64)
  private next = new Int32Array(64)
  private previous = new Int32Array(64)
  /** Bucket, QUEUED, CANCELLED or FREE. */
  private places = new Int32Array(64)
  /** 1 when a handle was given out. */
  private named = new Int32Array(64)

  /** `tick` in seconds, above 0. */
  constructor(tick: number) {
    this.tick = tick
    this.perTick = 1 / tick
  }

  /** Whether an event at `time` (not before the current one) may be put in. */
  accepts(time: number): boolean {
    const tick = Math.floor(time * this.perTick)
    if (this.size === 0) {
      // Nothing holds the wheel where it is: begin a turn at this event.
      if (!(tick <= Number.MAX_SAFE_INTEGER)) return false
      this.base = Math.floor(tick / TURN) * TURN
      this.cursor = 0
    }
    const offset = tick - this.base
    return offset >= this.cursor && offset < TURN
  }

  /** A name for an event that lives outside the wheel; the event's word there is ~slotOf(handle). */
  name(word: number): number {
    const slot = this.take()
    this.words[slot] = word
    this.named[slot] = 1
    this.places[slot] = QUEUED
    return this.handles[slot]!
  }

  /** Puts an event in; only after `accepts(time)`. `word` is 0 or above, or ~slot of a named event. */
  put(time: number, sequence: number, word: number): void {
    let slot = ~word
    if (word >= 0) {
      slot = this.take()
      this.words[slot] = word
      this.named[slot] = 0
    }
    this.times[slot] = time
    this.sequences[slot] = sequence
    const tick = Math.floor(time * this.perTick)
    this.link(slot, tick - this.base)
    this.size += 1
    // A little early is harmless, late would not be: three roundings stand between a tick and its time.
    const earliest = tick * this.tick * (1 - 2 ** -50)
    if (earliest < this.bound) this.bound = earliest
  }

  /** Hands back the earliest bucket that holds anything; false when the wheel is empty. */
  release(into: Release): boolean {
    if (this.size === 0) return false
    let bucket = this.seek(0, this.cursor & MASK)
    while (bucket === NIL) {
      this.descend()
      bucket = this.seek(0, this.cursor & MASK)
    }
    let slot = this.detach(bucket)
    this.moveTo((this.cursor & ~MASK) + bucket + 1)
    while (slot !== NIL) {
      const after = this.next[slot]!
      this.size -= 1
      if (this.named[slot] === 1) {
        this.places[slot] = QUEUED
        into(this.times[slot]!, this.sequences[slot]!, ~slot)
      } else {
        into(this.times[slot]!, this.sequences[slot]!, this.words[slot]!)
        this.recycle(slot)
      }
      slot = after
    }
    this.bound = this.size === 0 ? Infinity : this.earliest()
    return true
  }

  /**
   * Cancels a named event. True when it was pending; false when it has fired, was cancelled, or never was. An event in a
   * bucket is gone at once; one outside leaves a dead entry behind, counted in `dead` until it is redeemed.
   */
  cancel(handle: number): boolean {
    const slot = handle & SLOT_MASK
    if (slot >= this.slots || this.handles[slot] !== handle) return false
    const place = this.places[slot]!
    if (place >= 0) {
      this.unlink(slot, place)
      this.size -= 1
      if (this.size === 0) this.bound = Infinity
      this.recycle(slot)
      return true
    }
    if (place !== QUEUED) return false
    this.places[slot] = CANCELLED
    this.dead += 1
    return true
  }

  isDead(slot: number): boolean {
    return this.places[slot] === CANCELLED
  }

  /** The word of a named event that has come out, whose name ends here; -1 when it was cancelled. */
  redeem(slot: number): number {
    const cancelled = this.places[slot] === CANCELLED
    if (cancelled) this.dead -= 1
    this.recycle(slot)
    return cancelled ? -1 : this.words[slot]!
  }

  /** The slot of a handle: low 26 bits. */
  slotOf(handle: number): number {
    return handle & SLOT_MASK
  }

  /** True while the handle's event is pending. */
  isPending(handle: number): boolean {
    const slot = handle & SLOT_MASK
    if (slot >= this.slots || this.handles[slot] !== handle) return false
    return this.places[slot]! >= 0 || this.places[slot] === QUEUED
  }

  /** Links a slot into the bucket of tick `offset` of this turn: the level is the highest digit that differs. */
  private link(slot: number, offset: number): void {
    const differs = offset ^ this.cursor
    const level = differs < BUCKETS ? 0 : differs < BUCKETS * BUCKETS ? 1 : 2
    const bucket = level * BUCKETS + ((offset >>> (level * BITS)) & MASK)
    const head = this.heads[bucket]!
    this.links += 1
    this.heads[bucket] = slot
    this.next[slot] = head
    this.previous[slot] = NIL
    if (head === NIL) this.bitmap[bucket >> 5]! |= 1 << (bucket & 31)
    else this.previous[head] = slot
    this.places[slot] = bucket
  }

  private unlink(slot: number, bucket: number): void {
    const before = this.previous[slot]!
    const after = this.next[slot]!
    if (after !== NIL) this.previous[after] = before
    if (before !== NIL) this.next[before] = after
    else {
      this.heads[bucket] = after
      if (after === NIL) this.bitmap[bucket >> 5]! &= ~(1 << (bucket & 31))
    }
  }

  /** Empties a bucket and returns its first slot. */
  private detach(bucket: number): number {
    const head = this.heads[bucket]!
    this.heads[bucket] = NIL
    this.bitmap[bucket >> 5]! &= ~(1 << (bucket & 31))
    return head
  }

  /** Spreads the next bucket of the lowest level that has one over the levels below, and moves the cursor there. */
  private descend(): void {
    for (let level = 1; level < LEVELS; level++) {
      const shift = level * BITS
      const digit = this.seek(level, (this.cursor >>> shift) & MASK)
      if (digit === NIL) continue
      // Everything above this level's digit stays, the digit moves, everything below starts at 0.
      this.cursor = this.above(level) + (digit << shift)
      this.spread(level * BUCKETS + digit)
      return
    }
  }

  /** Moves the cursor to a tick; entering a stretch of a higher level spreads that stretch's bucket. */
  private moveTo(tick: number): void {
    this.cursor = tick
    for (let level = LEVELS - 1; level > 0; level--) {
      const shift = level * BITS
      if ((tick & ((1 << shift) - 1)) === 0) this.spread(level * BUCKETS + ((tick >>> shift) & MASK))
    }
  }

  /** Distributes a bucket anew, as seen from the cursor. */
  private spread(bucket: number): void {
    let slot = this.detach(bucket)
    while (slot !== NIL) {
      const after = this.next[slot]!
      this.link(slot, Math.floor(this.times[slot]! * this.perTick) - this.base)
      slot = after
    }
  }

  /** The cursor's digits above `level`. */
  private above(level: number): number {
    return level + 1 < LEVELS ? this.cursor & ~((BUCKETS << (level * BITS)) - 1) : 0
  }

  /** Lower bound on the time of the earliest event: the start of the first bucket that holds one. */
  private earliest(): number {
    for (let level = 0; level < LEVELS; level++) {
      const shift = level * BITS
      const digit = this.seek(level, (this.cursor >>> shift) & MASK)
      if (digit === NIL) continue
      return (this.base + this.above(level) + (digit << shift)) * this.tick * (1 - 2 ** -50)
    }
    return Infinity
  }

  /** First bucket of a level, from digit `from` on, that holds anything; NIL when none. */
  private seek(level: number, from: number): number {
    const start = level * (BUCKETS / 32)
    let bits = this.bitmap[start + (from >> 5)]! & (-1 << (from & 31))
    for (let i = from >> 5; ; bits = this.bitmap[start + i]!) {
      if (bits !== 0) return (i << 5) + 31 - Math.clz32(bits & -bits)
      i += 1
      if (i === BUCKETS / 32) return NIL
    }
  }

  private take(): number {
    let slot = this.free
    if (slot === NIL) {
      slot = this.slots
      if (slot === SLOT_LIMIT)
        throw new TooManyTimersError(`at most ${SLOT_LIMIT} events can wait in the wheel`)
      if (slot === this.times.length) this.grow()
      this.slots += 1
      this.handles[slot] = slot
    } else {
      this.free = this.next[slot]!
    }
    return slot
  }

  /** The handle changes with every return, so that an old one matches nothing. */
  private recycle(slot: number): void {
    const handle = this.handles[slot]! + SLOT_LIMIT
    this.handles[slot] = handle <= Number.MAX_SAFE_INTEGER ? handle : slot
    this.places[slot] = FREE
    this.next[slot] = this.free
    this.free = slot
  }

  private grow(): void {
    const length = 2 * this.times.length
    this.times = lengthen(this.times, new Float64Array(length))
    this.sequences = lengthen(this.sequences, new Float64Array(length))
    this.handles = lengthen(this.handles, new Float64Array(length))
    this.words = lengthen(this.words, new Int32Array(length))
    this.next = lengthen(this.next, new Int32Array(length))
    this.previous = lengthen(this.previous, new Int32Array(length))
    this.places = lengthen(this.places, new Int32Array(length))
    this.named = lengthen(this.named, new Int32Array(length))
  }
}
