/**
 * Timers: a hierarchical timing wheel (Varghese and Lauck, 1987) in four typed arrays, 16 bytes a timer.
 *
 *   level 0   4,096 buckets of 1 ms        one turn: 4.1 s
 *   level 1   4,096 buckets of 4.1 s       4.7 h
 *   level 2     256 buckets of 4.7 h       49.7 days
 *   beyond    1 bucket                     the next turn of level 2
 *
 * A timer sits at the level of the highest digit in which its time differs from the cursor, and comes down a level when
 * the cursor enters its bucket. Buckets are circular lists that are filled at the end. Because a bucket is filled from
 * above only at the moment the cursor enters the stretch that it is part of, and directly only after that, each list is
 * in the order of arming: timers fire by millisecond, and within one by arming order, without any sorting. Buckets are
 * the first nodes of the same arrays, so that cancelling is two writes and no search. Bitmaps find the next bucket.
 *
 * Times are ms of any origin. Nothing fires early or is lost by long sleeps: `advance` takes the clock as it is. What is
 * further away than 49.7 days is parked at the horizon and fires there; the owner, who knows the real time, arms it
 * again (`schedule/scheduler.ts` does).
 *
 * Why not the simulation kernel's wheel: that one is seconds in doubles with generations, 44 bytes a timer, and leaves
 * order to the heap beside it, since in a simulation most events are near; here 10 million timers wait for hours, 16
 * bytes and no second structure are the point. And engines stand alone: they import nothing from the simulations.
 */
const LOW_BITS = 12
const HIGH_BITS = 8
const LOW = 1 << LOW_BITS
const HIGH = 1 << HIGH_BITS
const LEVEL_1 = LOW
const LEVEL_2 = 2 * LOW
const BEYOND = LEVEL_2 + HIGH
const BUCKETS = BEYOND + 1
const NIL = -1
const TURN = 2 ** 32
/** Twice this many fit into a typed array index without a sign. */
const MOST = 2 ** 30

/** More timers than the wheel was given room for. */
export class TooManyTimers extends Error {
  override readonly name = 'TooManyTimers'
}

export class Wheel {
  /** Timers armed. */
  size = 0
  /** Timers linked into a bucket so far: once when armed, and again for each level that they come down. */
  links = 0
  /** Millisecond that level 2's current turn began at, and the cursor's distance from it. */
  private base: number
  private cursor = 0
  /** By node; the first are the buckets themselves. */
  private next: Int32Array
  private previous: Int32Array
  /** Due time from the turn's beginning, modulo 2^32. */
  private due: Uint32Array
  private words: Int32Array
  private readonly occupied = new Int32Array(Math.ceil(BUCKETS / 32))
  private free = NIL
  private used = BUCKETS
  private readonly most: number

  /** `start`: the first moment, ms. `capacity`: timers there is room for at once; more are made room for up to `most`. */
  constructor(start: number, capacity = 1024, most = MOST) {
    this.base = Math.floor(start)
    this.most = most
    const nodes = BUCKETS + capacity
    this.next = new Int32Array(nodes)
    this.previous = new Int32Array(nodes)
    this.due = new Uint32Array(nodes)
    this.words = new Int32Array(nodes)
    for (let bucket = 0; bucket < BUCKETS; bucket++) this.next[bucket] = this.previous[bucket] = bucket
  }

  /** How far the clock has come, ms. */
  get now(): number {
    return this.base + this.cursor
  }

  /** Bytes that the arrays take, per timer there is room for. */
  get bytesPerTimer(): number {
    return 4 * Int32Array.BYTES_PER_ELEMENT
  }

  /**
   * Arms a timer for `due` (ms; the past means now) that carries `word` (32-bit). Returns its id, which is good until it
   * fires or is cancelled. @throws TooManyTimers
   */
  arm(due: number, word: number): number {
    const id = this.take()
    let offset = Math.ceil(due) - this.base
    if (!(offset > this.cursor)) offset = this.cursor
    else if (offset > this.cursor + TURN - 1) offset = this.cursor + TURN - 1
    this.words[id] = word
    this.due[id] = offset % TURN
    this.link(id, offset < TURN ? this.bucketOf(offset) : BEYOND)
    this.size++
    return id
  }

  /** Takes back a timer that has not fired. */
  cancel(id: number): void {
    const after = this.next[id]!
    const before = this.previous[id]!
    this.next[before] = after
    this.previous[after] = before
    // The last of a bucket: both its neighbours are the bucket.
    if (after === before && after < BUCKETS) this.occupied[after >> 5]! &= ~(1 << (after & 31))
    this.giveBack(id)
  }

  /** Fires everything that is due at `now`, in order. `fire` may arm and cancel; what it arms for now fires too. */
  advance(now: number, fire: (word: number, id: number) => void): void {
    for (;;) {
      // An empty wheel has nowhere to be: no need to visit the turns between.
      if (this.size === 0) return this.moveTo(now)
      const target = Math.floor(now) - this.base
      if (target < this.cursor) return
      const bucket = this.seek(0, this.cursor & (LOW - 1), LOW)
      if (bucket !== NIL) {
        const tick = this.blockStart() + bucket
        if (tick > target) return this.moveTo(now)
        this.cursor = tick
        this.drain(bucket, fire)
      } else if (!this.descend(target)) return this.moveTo(now)
    }
  }

  /** The cursor's way to `now` is free of timers. */
  private moveTo(now: number): void {
    const offset = Math.floor(now) - this.base
    if (offset <= this.cursor) return
    if (this.size > 0) this.cursor = offset
    else {
      this.base += offset
      this.cursor = 0
    }
  }

  /** No timer fires before this moment, ms; Infinity when none is armed. Exact within 4 s of the clock. */
  earliest(): number {
    if (this.size === 0) return Infinity
    const near = this.seek(0, this.cursor & (LOW - 1), LOW)
    if (near !== NIL) return this.base + this.blockStart() + near
    const middle = this.seek(LEVEL_1, (this.cursor >>> LOW_BITS) & (LOW - 1), LOW)
    if (middle !== NIL) return this.base + this.startOfMiddle(middle)
    const far = this.seek(LEVEL_2, this.cursor >>> (2 * LOW_BITS), HIGH)
    return this.base + (far === NIL ? TURN : far * LOW * LOW)
  }

  /** Where level 0's turn began. */
  private blockStart(): number {
    return (this.cursor & -LOW) >>> 0
  }

  private startOfMiddle(index: number): number {
    return (this.cursor >>> (2 * LOW_BITS)) * LOW * LOW + index * LOW
  }

  /** Moves the cursor into the next stretch that holds anything, if that begins by `target`. */
  private descend(target: number): boolean {
    const middle = this.seek(LEVEL_1, (this.cursor >>> LOW_BITS) & (LOW - 1), LOW)
    if (middle !== NIL) return this.enter(this.startOfMiddle(middle), LEVEL_1 + middle, target)
    const far = this.seek(LEVEL_2, this.cursor >>> (2 * LOW_BITS), HIGH)
    if (far !== NIL) return this.enter(far * LOW * LOW, LEVEL_2 + far, target)
    if (target < TURN) return false
    // A new turn.
    this.base += TURN
    return this.enter(0, BEYOND, Infinity)
  }

  private enter(start: number, bucket: number, target: number): boolean {
    if (start > target) return false
    this.cursor = start
    let id = this.next[bucket]!
    this.next[bucket] = this.previous[bucket] = bucket
    this.occupied[bucket >> 5]! &= ~(1 << (bucket & 31))
    while (id !== bucket) {
      const after = this.next[id]!
      this.link(id, this.bucketOf(this.due[id]!))
      id = after
    }
    return true
  }

  private drain(bucket: number, fire: (word: number, id: number) => void): void {
    for (;;) {
      const id = this.next[bucket]!
      if (id === bucket) return
      const word = this.words[id]!
      this.cancel(id)
      fire(word, id)
    }
  }

  private bucketOf(offset: number): number {
    const differs = offset ^ this.cursor
    if (differs >>> LOW_BITS === 0) return offset & (LOW - 1)
    if (differs >>> (2 * LOW_BITS) === 0) return LEVEL_1 + ((offset >>> LOW_BITS) & (LOW - 1))
    return LEVEL_2 + (offset >>> (2 * LOW_BITS))
  }

  private link(id: number, bucket: number): void {
    this.links++
    const last = this.previous[bucket]!
    this.next[last] = id
    this.previous[id] = last
    this.next[id] = bucket
    this.previous[bucket] = id
    this.occupied[bucket >> 5]! |= 1 << (bucket & 31)
  }

  /** The first occupied bucket of a level from `index` on, as an index into the level; NIL when there is none. */
  private seek(level: number, index: number, count: number): number {
    let word = (level + index) >> 5
    let bits = this.occupied[word]! & (-1 << (index & 31))
    const end = (level + count) >> 5
    while (bits === 0) {
      if (++word >= end) return NIL
      bits = this.occupied[word]!
    }
    return word * 32 + (31 - Math.clz32(bits & -bits)) - level
  }

  private take(): number {
    const id = this.free
    if (id !== NIL) {
      this.free = this.next[id]!
      return id
    }
    if (this.used === this.next.length) this.grow()
    return this.used++
  }

  private giveBack(id: number): void {
    this.next[id] = this.free
    this.free = id
    this.size--
  }

  private grow(): void {
    const room = Math.min(2 * this.next.length, BUCKETS + this.most)
    if (room === this.next.length) throw new TooManyTimers(`there is room for ${this.most} timers`)
    const longer = <A extends Int32Array | Uint32Array>(old: A, fresh: A): A => {
      fresh.set(old)
      return fresh
    }
    this.next = longer(this.next, new Int32Array(room))
    this.previous = longer(this.previous, new Int32Array(room))
    this.due = longer(this.due, new Uint32Array(room))
    this.words = longer(this.words, new Int32Array(room))
  }
}
