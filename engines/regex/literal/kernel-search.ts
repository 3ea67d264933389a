/**
 * Searching by a kernel, whatever the kernel: text in the engine's memory is searched in place, other text through a
 * window, short text in JavaScript, and what a kernel gives up on by something linear.
 *
 * The window starts small, as the first occurrence is often near, and grows to 64 KiB: copying that much costs 4 us and
 * the copy is then read from the first or second cache. Occurrences are taken from a window only where the longest
 * literal would still fit in, so that a longer one is never missed at its edge.
 */
import { grown, uint32s } from '../foundation/arrays.ts'
import { engine } from '../wasm/engine.ts'
import type { KernelProgram } from '../wasm/engine.ts'
import type { SearchKernel } from '../wasm/kernels/search.ts'
import { RESULT } from '../wasm/kernels/search.ts'
import { HITS, HITS_PAIRS, WINDOW, WINDOW_BYTES } from '../wasm/memory.ts'
import { findInto } from './search.ts'
import type { LinearSearch, LiteralCursor, LiteralSearch } from './search.ts'
import { extremes } from './extremes.ts'

/**
 * Before a window the anchor is looked for by `indexOf`, the C library's memchr: an order of magnitude quicker where the byte does not occur,
 * three times the kernel with its copy, but 0.1 us lost where it does; so not more often than this.
 */
const SKIP_EVERY = 1 << 16
/** Copied at once: more would leave the first cache, less would be all calls. */
const COPIED = 1 << 14
const IN_PLACE = 1 << 16
const LONGEST_REACH = 8_192
const NEAR = 48
/** A text of so many bytes is searched at once, if all its occurrences are wanted. */
const LEAST = 64
const SMALL = 512

/**
 * The first window. Text that lies here already needs no further small ones: what a call costs would be all they save.
 * A window must hold the longest literal, and is the more useful the more it holds beside.
 */
const firstWindow = (longest: number): number => Math.max(1_024, 2 * longest)
const UNLIMITED = 0x7fff_ffff
/** 16-byte comparisons allowed for so many bytes of text: beyond, a linear algorithm is faster. */
const effortFor = (bytes: number): number => 1_024 + (bytes >>> 2)

/** What differs between one literal and many. */
export interface KernelPlan {
  /** A byte that every occurrence has, and where; or none. */
  readonly anchor: { readonly byte: number; readonly offset: number } | null
  readonly program: KernelProgram
  readonly kernel: SearchKernel
  /** Length of each literal. */
  readonly lengths: readonly number[]
  /** Search of a short text, as `LiteralSearch.find`, and below how many bytes it is faster than a call with its copy. */
  readonly short: LiteralSearch
  readonly shortBelow: number
  /** The search that nothing can slow down. */
  readonly linear: LiteralSearch
}

export class KernelSearch implements LiteralSearch {
  readonly shortest: number
  readonly longest: number
  private readonly plan: KernelPlan
  /** The first window of `find`: twice as far as it had to look the last time. */
  private reach = 1_024
  end = -1
  which = -1
  counted = 0

  constructor(plan: KernelPlan) {
    this.plan = plan
    const { shortest, longest } = extremes(plan.lengths)
    this.shortest = shortest
    this.longest = longest
  }

  find(text: Uint8Array, from: number, to: number): number {
    if (to - from < this.plan.shortBelow) return this.findBy(this.plan.short, text, from, to)
    let at = from
    if (this.reach <= NEAR) {
      // Occurrences have been close to each other: a loop gets there before a kernel is called.
      const near = Math.min(to, from + NEAR + this.longest)
      const start = this.findBy(this.plan.short, text, from, near)
      if (near >= to || (start >= 0 && start + this.longest <= near)) return start
      // A longer literal, begun at or before what was found, may go on behind `near`; nothing begins before `from`.
      at = Math.max(from, near - this.longest + 1)
    }
    const { memory } = prepare(this.plan)
    const base = memory.addressOf(text)
    const largest = largestWindow(base, this.longest)
    let size = Math.max(2 * this.longest, 256, this.reach)
    let skipAt = from + 512
    while (to - at >= this.shortest) {
      if (at >= skipAt) {
        at = skip(this.plan, text, at, to)
        skipAt = at + SKIP_EVERY
      }
      const length = Math.min(size, to - at)
      const found = this.run(text, base, at, length, at + length === to, HITS, 1)
      const shift = base < 0 ? at - WINDOW : -base
      const words = memory.u32
      if (found > 0) {
        const start = words[HITS >> 2]! + shift
        this.reach = Math.min(LONGEST_REACH, 2 * (start - from))
        this.which = words[(HITS >> 2) + 1]!
        this.end = start + this.plan.lengths[this.which]!
        return start
      }
      const next = words[RESULT.next >> 2]! + shift
      if (words[RESULT.gaveUp >> 2] !== 0) return this.findBy(this.plan.linear, text, next, to)
      if (at + length === to) return -1
      at = next
      size = base < 0 ? Math.min(size * 4, largest) : largest
    }
    return -1
  }

  /** Those of a text that fits into the first window in one call. */
  into(text: Uint8Array, from: number, to: number, spans: Int32Array): number {
    const length = to - from
    if (length < LEAST || length < this.shortest || length > SMALL)
      return findInto(this, text, from, to, spans)
    const { memory } = prepare(this.plan)
    const base = memory.addressOf(text)
    const found = this.run(text, base, from, length, true, HITS, Math.min(spans.length >> 1, HITS_PAIRS))
    const words = memory.u32
    const shift = base < 0 ? from - WINDOW : -base
    for (let k = 0; k < found; k++) {
      const start = words[(HITS >> 2) + 2 * k]! + shift
      spans[2 * k] = start
      spans[2 * k + 1] = start + this.plan.lengths[words[(HITS >> 2) + 2 * k + 1]!]!
    }
    return found < spans.length >> 1 && words[RESULT.gaveUp >> 2] !== 0
      ? findInto(this.plan.linear, text, words[RESULT.next >> 2]! + shift, to, spans, found)
      : found
  }

  count(text: Uint8Array, from: number, to: number): number {
    this.counted = 0
    if (to - from < this.plan.shortBelow) return this.countBy(this.plan.short, text, from, to)
    const { memory } = prepare(this.plan)
    const base = memory.addressOf(text)
    const size = largestWindow(base, this.longest)
    let count = 0
    let skipAt = from
    for (let at = from; to - at >= this.shortest;) {
      if (at >= skipAt) {
        at = skip(this.plan, text, at, to)
        skipAt = at + SKIP_EVERY
      }
      const length = Math.min(size, to - at)
      count += this.run(text, base, at, length, at + length === to, 0, UNLIMITED)
      const words = memory.u32
      this.counted += words[RESULT.length >> 2]!
      const next = words[RESULT.next >> 2]! + (base < 0 ? at - WINDOW : -base)
      if (words[RESULT.gaveUp >> 2] !== 0) return count + this.countBy(this.plan.linear, text, next, to)
      if (at + length === to) break
      at = next
    }
    return count
  }

  cursor(text: Uint8Array, from: number, to: number): LiteralCursor {
    return new Cursor(this, this.plan, text, from, to)
  }

  private run(
    text: Uint8Array,
    base: number,
    at: number,
    length: number,
    last: boolean,
    hits: number,
    max: number,
  ): number {
    // A view of a whole text takes as long to make as a short one to search.
    if (base < 0)
      engine().memory.u8.set(length === text.length ? text : text.subarray(at, at + length), WINDOW)
    const origin = base < 0 ? WINDOW : base + at
    return runKernel(this.plan, this, origin, origin + length, last, hits, max, 0)
  }

  private findBy(search: LinearSearch, text: Uint8Array, from: number, to: number): number {
    const start = search.find(text, from, to)
    this.end = search.end
    this.which = search.which
    return start
  }

  private countBy(search: LiteralSearch, text: Uint8Array, from: number, to: number): number {
    const count = search.count(text, from, to)
    this.counted += search.counted
    return count
  }
}

/** A window holds at least two of the longest literal. */
function largestWindow(base: number, longest: number): number {
  return base < 0 ? Math.max(COPIED, Math.min(2 * longest, WINDOW_BYTES)) : IN_PLACE
}

/** The first place, from `at` on, where an occurrence can start because the anchor is there; `to` if none. */
function skip({ anchor }: KernelPlan, text: Uint8Array, at: number, to: number): number {
  if (anchor === null) return at
  const found = Buffer.prototype.indexOf.call(text.subarray(at + anchor.offset, to), anchor.byte)
  return found < 0 ? to : at + found
}

function prepare(plan: KernelPlan): ReturnType<typeof engine> {
  const shared = engine()
  shared.load(plan.program)
  return shared
}

function runKernel(
  plan: KernelPlan,
  search: LiteralSearch,
  at: number,
  end: number,
  last: boolean,
  hits: number,
  max: number,
  overlap: number,
): number {
  const limit = end - (last ? search.shortest : search.longest) + 1
  return plan.kernel(at, limit, end, hits, max, overlap, effortFor(end - at))
}

/** Walks the occurrences in batches; a kernel call fills one. */
class Cursor implements LiteralCursor {
  start = -1
  end = -1
  which = -1
  private readonly search: KernelSearch
  private readonly plan: KernelPlan
  private readonly text: Uint8Array
  private readonly to: number
  /** Occurrences found and not yet handed out: pairs of start and literal. */
  private batch = uint32s(64)
  private index = 0
  private filled = 0
  /** Where the next batch is looked for; behind the text when there is none. */
  private at: number
  private window: number
  private skipAt: number
  /** Goes on where the kernel gave up, or the text is short. */
  private slow: LiteralCursor | null

  constructor(search: KernelSearch, plan: KernelPlan, text: Uint8Array, from: number, to: number) {
    this.search = search
    this.plan = plan
    this.text = text
    this.at = from
    this.to = to
    this.window = firstWindow(search.longest)
    this.skipAt = from + (this.window >>> 1)
    this.slow = to - from < plan.shortBelow ? plan.short.cursor(text, from, to) : null
  }

  next(from: number): boolean {
    for (;;) {
      while (this.index < this.filled) {
        const start = this.batch[this.index]!
        if (start < from) {
          this.index += 2
          continue
        }
        this.start = start
        this.which = this.batch[this.index + 1]!
        this.end = start + this.plan.lengths[this.which]!
        this.index += 2
        return true
      }
      if (from > this.at) this.at = from
      if (this.to - this.at < this.search.shortest) return false
      if (this.slow !== null) return this.nextSlowly(this.slow, from)
      this.fill()
    }
  }

  private fill(): void {
    const { memory } = prepare(this.plan)
    const base = memory.addressOf(this.text)
    if (this.at >= this.skipAt) {
      this.at = skip(this.plan, this.text, this.at, this.to)
      this.skipAt = this.at + SKIP_EVERY
    }
    const length = Math.min(this.window, this.to - this.at)
    if (base < 0) memory.u8.set(this.text.subarray(this.at, this.at + length), WINDOW)
    const origin = base < 0 ? WINDOW : base + this.at
    const last = this.at + length === this.to
    const max = this.batch.length >> 1
    const found = runKernel(this.plan, this.search, origin, origin + length, last, HITS, max, 1)
    const shift = this.at - origin
    const words = memory.u32
    for (let index = 0; index < 2 * found; index += 2) {
      this.batch[index] = words[(HITS >> 2) + index]! + shift
      this.batch[index + 1] = words[(HITS >> 2) + index + 1]!
    }
    this.index = 0
    this.filled = 2 * found
    const next = words[RESULT.next >> 2]! + shift
    if (words[RESULT.gaveUp >> 2] !== 0) this.slow = this.plan.linear.cursor(this.text, next, this.to)
    this.at = last && found < max && this.slow === null ? this.to : next
    if (found === max) {
      if (this.batch.length < HITS_PAIRS * 2) this.enlarge()
    } else {
      const largest = largestWindow(base, this.search.longest)
      this.window = base < 0 ? Math.min(this.window * 4, largest) : largest
    }
  }

  /** Longer batches for those who take many. Called with the batch full, so its content is kept. */
  private enlarge(): void {
    this.batch = grown(this.batch, Math.min(this.batch.length * 4, HITS_PAIRS * 2))
  }

  private nextSlowly(slow: LiteralCursor, from: number): boolean {
    if (!slow.next(from)) return false
    this.start = slow.start
    this.end = slow.end
    this.which = slow.which
    return true
  }
}
