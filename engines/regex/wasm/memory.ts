/**
 * The engine's one WebAssembly memory: where the kernels read text, tables and programs, and where a caller may keep
 * its own text so that searching it copies nothing.
 *
 *     0        1 KiB      64 KiB    128 KiB    192 KiB    208 KiB     4,352 KiB ...
 *     | control | program  | hits     | window    | (slack)   | table     | heap: regions
 *
 * Kernels run one at a time and to the end, so the control words, the program slot, the hits, the window and the table
 * are shared by all of them: whoever runs a kernel first puts its program into the slot, unless it is still there.
 *
 * Growing a WebAssembly memory detaches every view of it. So the engine itself never grows it: all that kernels need has
 * its place from the beginning (the system gives a page only when it is first written to). Only `arena.allocate` grows
 * it. A `Region` hands out its bytes through a getter that renews the view: across a call of `allocate` keep the region,
 * not the view.
 */

export const PAGE = 65_536
/** Words through which kernels return more than one number. */
export const CONTROL = 64
export const PROGRAM = 1_024
export const PROGRAM_BYTES = PAGE - PROGRAM
export const HITS = PAGE
/** How many pairs of words the hits area holds. */
export const HITS_PAIRS = PAGE / 8
export const WINDOW = 2 * PAGE
export const WINDOW_BYTES = PAGE
/** An automaton's transitions: one that takes more is not walked by kernels. */
export const TABLE = 208 * 1_024
export const TABLE_BYTES = 4 << 20
const HEAP = Math.ceil((TABLE + TABLE_BYTES) / PAGE) * PAGE
/** Kernels read ahead, at most this far behind the last byte they were given. */
const SLACK = 256
const ALIGN = 64

/** The arena may not grow further. */
export class ArenaFullError extends Error {
  readonly needed: number
  readonly allowed: number
  constructor(needed: number, allowed: number) {
    super(`the arena would need ${needed} bytes, allowed are ${allowed}`)
    this.name = 'ArenaFullError'
    this.needed = needed
    this.allowed = allowed
  }
}

/** A stretch of the engine's memory that belongs to one caller until it is freed. */
export interface Region {
  /** Address in the engine's memory. */
  readonly offset: number
  readonly length: number
  /** Counts allocations; no two regions of one memory share it. */
  readonly generation: number
  /** A current view of the region. Valid until the next `arena.allocate`; after `free` it throws. */
  readonly bytes: Uint8Array<ArrayBuffer>
  free(): void
}

interface Hole {
  offset: number
  length: number
}

export class EngineMemory {
  readonly memory: WebAssembly.Memory
  private readonly limit: number
  /** Free stretches below `#top`, ascending, never adjacent. */
  private readonly holes: Hole[] = []
  private top = HEAP
  private lastGeneration = 0
  private usedBytes = 0
  private bytes: Uint8Array<ArrayBuffer>
  private words: Uint32Array<ArrayBuffer>

  /**
   * `limit`: bytes that the whole memory may take, at most 4 GiB less one page. Default: 2 GiB less one page, so that the
   * memory as a whole is always a text that can be searched (`text.ts`), grown to its end too.
   */
  constructor(limit = 2 ** 31 - PAGE) {
    this.limit = Math.floor(Math.min(limit, 2 ** 32 - PAGE) / PAGE) * PAGE
    const initial = (HEAP + PAGE) / PAGE
    this.memory = new WebAssembly.Memory({ initial, maximum: Math.max(initial, this.limit / PAGE) })
    this.bytes = new Uint8Array(this.memory.buffer)
    this.words = new Uint32Array(this.memory.buffer)
  }

  /** The whole memory, as bytes and as words; renewed by an allocation. */
  get u8(): Uint8Array<ArrayBuffer> {
    return this.bytes
  }
  get u32(): Uint32Array<ArrayBuffer> {
    return this.words
  }
  /** Bytes in regions that are not freed. */
  get used(): number {
    return this.usedBytes
  }

  /** Address of a text that lies in this memory, else -1. */
  addressOf(text: Uint8Array): number {
    // Of our view: asking the memory itself is a call out of JavaScript.
    return text.buffer === this.bytes.buffer ? text.byteOffset : -1
  }

  /** A region of `length` bytes, zeroed only when never used before. Throws ArenaFullError. */
  allocate(length: number): Region {
    if (!Number.isSafeInteger(length) || length < 0) throw new RangeError(`cannot allocate ${length} bytes`)
    const size = Math.max(ALIGN, Math.ceil(length / ALIGN) * ALIGN)
    const offset = this.take(size)
    this.usedBytes += size
    return this.region(offset, size, length)
  }

  private take(size: number): number {
    const index = this.holes.findIndex((hole) => hole.length >= size)
    if (index >= 0) {
      const hole = this.holes[index]!
      const { offset } = hole
      hole.offset += size
      hole.length -= size
      if (hole.length === 0) this.holes.splice(index, 1)
      return offset
    }
    const offset = this.top
    const needed = offset + size + SLACK
    if (needed > this.limit) throw new ArenaFullError(needed, this.limit)
    if (needed > this.memory.buffer.byteLength) this.grow(needed)
    this.top = offset + size
    return offset
  }

  private grow(needed: number): void {
    const now = this.memory.buffer.byteLength
    // Half as much again, so that many small allocations do not detach views each time.
    const target = Math.min(this.limit, Math.max(needed, Math.ceil(now * 1.5)))
    try {
      this.memory.grow(Math.ceil((target - now) / PAGE))
    } catch (error) {
      if (error instanceof RangeError) throw new ArenaFullError(needed, now)
      throw error
    }
    this.bytes = new Uint8Array(this.memory.buffer)
    this.words = new Uint32Array(this.memory.buffer)
  }

  private region(offset: number, size: number, length: number): Region {
    let view: Uint8Array<ArrayBuffer> | null = null
    let freed = false
    const { memory } = this
    const release = (): void => {
      this.usedBytes -= size
      this.release(offset, size)
    }
    return {
      offset,
      length,
      generation: ++this.lastGeneration,
      get bytes() {
        if (freed) throw new Error('this region of the arena was freed')
        if (view === null || view.buffer !== memory.buffer)
          view = new Uint8Array(memory.buffer, offset, length)
        return view
      },
      free() {
        if (freed) return
        freed = true
        release()
      },
    }
  }

  private release(offset: number, length: number): void {
    const holes = this.holes
    let index = holes.findIndex((hole) => hole.offset > offset)
    if (index < 0) index = holes.length
    holes.splice(index, 0, { offset, length })
    this.join(index)
    if (index > 0) this.join(index - 1)
    const last = holes.at(-1)!
    if (last.offset + last.length === this.top) {
      this.top = last.offset
      holes.pop()
    }
  }

  /** Joins the hole with the one behind it where they touch. */
  private join(index: number): void {
    const hole = this.holes[index]!
    const after = this.holes[index + 1]
    if (after === undefined || hole.offset + hole.length !== after.offset) return
    hole.length += after.length
    this.holes.splice(index + 1, 1)
  }
}
