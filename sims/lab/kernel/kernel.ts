/**
 * The event kernel: a virtual clock and the future event list.
 *
 * An event is one integer in 0 .. 2^31 - 1. What it means is the model's business; `event(code, index)` packs a kind and
 * a subject. The model is one loop:
 *
 *     const kernel = new Kernel()
 *     kernel.after(exponential(arrivals, 1), ARRIVAL)
 *     for (let e = kernel.next(end); e !== NONE; e = kernel.next(end)) switch (codeOf(e)) { ... }
 *
 * Events leave in order of (time, order of scheduling): exact ties are first come, first served, whatever structure
 * they waited in. The clock never goes back: scheduling into the past is a ClockError, scheduling at the current
 * time is fine.
 *
 * Three structures hold the pending events:
 * - the near list: the earliest events, at most 128, sorted, earliest last, so that taking one is `--count`. A new
 *   event shifts only what comes before it, and in a queueing model those are few.
 * - the heap (heap.ts): what the near list spills, and what is due soon but not next.
 * - the wheel (wheel.ts): what is far off. A hundred thousand timers of 72 h rest there; until they are due they
 *   cost nothing, and cancelling one unlinks it.
 *
 * `bound` is the invariant: everything in the near list is at most `bound`, everything outside at least. So an event
 * earlier than `bound` goes into the list and comes after any event there of the same time (it was scheduled later); any
 * other goes outside. The list's order is the order of its ties, so it needs no sequence numbers; only what goes outside
 * gets one, from either end: an event that goes there directly is later than any there of its time and counts up, a
 * spilled one is earlier than any there of its time and counts down.
 *
 * `flowbench bench kernel` prints the speed. On a busy 2-core VM at 2.3 GHz, an event with its random draw took 65 ns in
 * M/M/1 and 90 ns in M/M/20; a good part of that is branches that nobody can predict (which event is next, and whether
 * the new one comes before it).
 */
import { EventHeap } from './heap.ts'
import { TimerWheel } from './wheel.ts'

/** No event: what `next` returns when nothing is left to do. */
export const NONE = -1
/** A handle that names no timer. */
export const NO_TIMER = -1

const CODE_BITS = 8
/** An event's word from its code, 0 .. 255, and the index of its subject, 0 .. 2^23 - 1. */
export function event(code: number, index = 0): number {
  return (index << CODE_BITS) | code
}

/** The code of an event's word. */
export function codeOf(word: number): number {
  return word & ((1 << CODE_BITS) - 1)
}

/** The subject's index in an event's word. */
export function indexOf(word: number): number {
  return word >>> CODE_BITS
}

/** An event was scheduled in the past, or at a time that is not finite; or the clock was asked to go back. */
export class ClockError extends RangeError {
  override readonly name = 'ClockError'
  readonly now: number
  readonly asked: number

  constructor(now: number, asked: number) {
    super(`the clock stands at ${now} s and cannot serve an event at ${asked} s`)
    this.now = now
    this.asked = asked
  }
}

/** An event's word was not an integer in 0 .. 2^31 - 1. */
export class EventWordError extends RangeError {
  override readonly name = 'EventWordError'
}

/** Names a pending timer; useful only to `cancel` and `isPending` of the same kernel. */
export type Timer = number

export interface KernelOptions {
  /**
   * Resolution of the wheel, seconds, default 1: events less than 64 ticks off do not normally enter it. It decides
   * speed, never order. Worth setting only where hundreds of events are pending within one tick, or timers lie beyond
   * 2^30 ticks.
   */
  readonly tick?: number
}

/**
 * Events in the near list, at most; half of them are spilled when it is full. 128 instead of 64 made an M/M/20 with
 * cancelled timers a tenth faster: these stay in the list until they are due, and in 64 they left too little room for
 * live events, which then had to pass through the heap.
 */
const NEAR = 128
/** What one refill takes from the heap, at most: the rest of the list stays free for events to come. */
const REFILL = 64
/** With this many events in the heap, anything that can go into the wheel does. */
const BUSY_HEAP = 512
const FAR_TICKS = 64
/** Dead entries are swept out when there are this many and they outnumber the living. */
const SWEEP = 1024

/** What a kernel has done so far: exact, the same for the same schedule on every machine. */
export interface KernelWork {
  /** Entries that made way in the near list for an earlier event's. */
  readonly shifted: number
  /** Events that went outside the near list at once, and those that it spilled. */
  readonly outside: number
  readonly spilled: number
  /** Times the near list was filled anew. */
  readonly refills: number
  /** Entries that moved a level in the heap. */
  readonly heapMoves: number
  /** Events linked into a bucket of the wheel, again when a bucket is spread. */
  readonly wheelLinks: number
}

export class Kernel {
  /** Virtual time, seconds; 0 at the start. Never decreases. */
  now = 0
  /** Sequence numbers of what goes outside: directly, and by a spill. */
  private later = 0
  private earlier = -1
  private count = 0
  private bound = Infinity
  private shifted = 0
  private refills = 0
  private readonly times = new Float64Array(NEAR)
  private readonly words = new Int32Array(NEAR)
  private readonly heap = new EventHeap()
  private readonly wheel: TimerWheel
  private readonly far: number
  private readonly intoHeap = (time: number, sequence: number, word: number): void => {
    this.heap.push(time, sequence, word)
  }

  constructor(options: KernelOptions = {}) {
    const tick = options.tick ?? 1
    if (!(tick > 0 && tick < Infinity)) throw new RangeError(`tick must be above 0 and finite, got ${tick}`)
    this.wheel = new TimerWheel(tick)
    this.far = FAR_TICKS * tick
  }

  /** Events pending, cancelled ones not counted. */
  get pending(): number {
    return this.count + this.heap.size + this.wheel.size - this.wheel.dead
  }

  /** Everything counted so far, as a copy. */
  work(): KernelWork {
    const { shifted, refills, heap, wheel } = this
    const spilled = -1 - this.earlier
    return {
      shifted,
      outside: this.later,
      spilled,
      refills,
      heapMoves: heap.moves,
      wheelLinks: wheel.links,
    }
  }

  /** Schedules `word` at `time`, seconds of virtual time. */
  at(time: number, word: number): void {
    if (!(time >= this.now && time < Infinity)) throw new ClockError(this.now, time)
    if (word < 0 || (word | 0) !== word) throw wrongWord(word)
    this.insert(time, word)
  }

  /** Schedules `word` in `delay` seconds. */
  after(delay: number, word: number): void {
    this.at(this.now + delay, word)
  }

  /** Schedules `word` at `time` so that it can be cancelled. */
  armAt(time: number, word: number): Timer {
    if (!(time >= this.now && time < Infinity)) throw new ClockError(this.now, time)
    if (word < 0 || (word | 0) !== word) throw wrongWord(word)
    const timer = this.wheel.name(word)
    this.insert(time, ~this.wheel.slotOf(timer))
    return timer
  }

  /** Schedules `word` in `delay` seconds so that it can be cancelled. */
  arm(delay: number, word: number): Timer {
    return this.armAt(this.now + delay, word)
  }

  /** Cancels a timer: true when it was still pending. False, and no effect, for one that fired or was cancelled. */
  cancel(timer: Timer): boolean {
    const wheel = this.wheel
    const done = wheel.cancel(timer)
    if (wheel.dead > SWEEP && 2 * wheel.dead > this.count + this.heap.size) this.sweep()
    return done
  }

  /** True while the timer can still fire. */
  isPending(timer: Timer): boolean {
    return this.wheel.isPending(timer)
  }

  /**
   * Takes the next event that is due by `until` (seconds, inclusive) and moves the clock to it. When there is none,
   * returns NONE and moves the clock to `until`, if that is finite. ClockError when `until` lies in the past.
   */
  next(until = Infinity): number {
    if (!(until >= this.now)) throw new ClockError(this.now, until)
    for (;;) {
      if (this.count === 0 && !this.refill()) break
      const last = this.count - 1
      const time = this.times[last]!
      if (time > until) break
      this.count = last
      const word = this.words[last]!
      if (word >= 0) {
        this.now = time
        return word
      }
      const named = this.wheel.redeem(~word)
      if (named >= 0) {
        this.now = time
        return named
      }
    }
    if (until < Infinity) this.now = until
    return NONE
  }

  private insert(time: number, word: number): void {
    if (this.count === NEAR && time < this.bound) this.spill()
    if (time >= this.bound) {
      this.putOutside(time, this.later++, word)
      return
    }
    const { times, words } = this
    const end = this.count++
    let at = end
    // The list runs from late to early. What is due no later than the new event moves up by one: it goes first.
    while (at > 0 && times[at - 1]! <= time) {
      times[at] = times[at - 1]!
      words[at] = words[at - 1]!
      at -= 1
    }
    times[at] = time
    words[at] = word
    this.shifted += end - at
  }

  private putOutside(time: number, sequence: number, word: number): void {
    const { heap, wheel } = this
    if ((time - this.now >= this.far || heap.size >= BUSY_HEAP) && wheel.accepts(time)) {
      wheel.put(time, sequence, word)
    } else {
      heap.push(time, sequence, word)
    }
    // The event's own time, not the start of its tick, where the wheel's bound lies: that may be before the list's last.
    if (time < this.bound) this.bound = time
  }

  /** Moves the later half of the near list outside. */
  private spill(): void {
    const { times, words } = this
    const half = NEAR >> 1
    for (let i = 0; i < half; i++) {
      // A cancelled timer ends here: the wheel would take it for a living one.
      if (this.isAlive(words[i]!)) this.putOutside(times[i]!, this.earlier--, words[i]!)
    }
    times.copyWithin(0, half)
    words.copyWithin(0, half)
    this.count = NEAR - half
  }

  /** Fills the empty near list with the earliest events from outside; false when there are none. */
  private refill(): boolean {
    const { heap, wheel, times, words } = this
    this.refills += 1
    // Take what the order needs and, while there is room, everything that is near by now. Otherwise each lone timer that
    // falls due would keep `bound` close, and near events would pass through the heap.
    const soon = this.now + this.far
    while (
      (heap.topTime >= wheel.bound || (heap.size < REFILL && wheel.bound < soon)) &&
      wheel.release(this.intoHeap)
    );
    // Sorted ascending from the far end of a batch, so that the earliest comes last.
    const batch = heap.size < REFILL ? heap.size : REFILL
    let at = batch
    while (at > 0 && heap.topTime < wheel.bound) {
      at -= 1
      times[at] = heap.topTime
      words[at] = heap.topWord
      heap.pop()
    }
    if (at > 0) {
      // The wheel's bound cut the batch short.
      times.copyWithin(0, at, batch)
      words.copyWithin(0, at, batch)
    }
    this.count = batch - at
    this.bound = heap.topTime < wheel.bound ? heap.topTime : wheel.bound
    return this.count > 0
  }

  /** Drops the entries of cancelled timers from list and heap. */
  private sweep(): void {
    const { times, words } = this
    this.heap.filter((word) => this.isAlive(word))
    let kept = 0
    for (let i = 0; i < this.count; i++) {
      if (!this.isAlive(words[i]!)) continue
      times[kept] = times[i]!
      words[kept] = words[i]!
      kept += 1
    }
    this.count = kept
  }

  /** Whether an entry still stands for an event. Of one that does not, the name ends here: the caller must drop it. */
  private isAlive(word: number): boolean {
    if (word >= 0 || !this.wheel.isDead(~word)) return true
    this.wheel.redeem(~word)
    return false
  }
}

function wrongWord(word: number): EventWordError {
  return new EventWordError(`an event's word must be an integer in 0 .. 2^31 - 1, got ${word}`)
}
