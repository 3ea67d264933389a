/**
 * Memory for everything that the engine keeps: slices, directories, text, keys. No object of JavaScript stands for any
 * of it, so a collection of garbage has nothing to look at, and a search reads text where it lies.
 *
 * The memory is the regex engine's. Chunks of it are divided by a two-level segregated fit (TLSF, Masmano et al., 2004):
 * allocating and freeing take a bounded number of steps, free neighbours are joined at once, and waste stays small.
 *
 *     block   | size, FREE, PREVIOUS_FREE : 4 | payload ...                    |
 *     free    | size, FREE, PREVIOUS_FREE : 4 | next : 4 | previous : 4 | ... | size : 4 |
 *
 * Blocks begin at multiples of 8, payloads 4 behind them. Address 0 is never handed out and means "nothing".
 *
 * Growing a WebAssembly memory detaches every view of it. `u8`, `u16` and `u32` are renewed by whatever allocates here;
 * as others may grow the memory too, `refresh` is for the begin of whatever is called from outside.
 */
import { arena, ArenaFullError } from '../../regex/index.ts'
import type { Region } from '../../regex/index.ts'

const FREE = 1
const PREVIOUS_FREE = 2
const FLAGS = 7
const HEADER = 4
/** A free block holds its header, two links and its size again. */
const LEAST = 16
/** Below, a class for every size; above, 32 classes a power of two. */
const LINEAR = 256
const LEAST_CHUNK = 1 << 20
const MOST_CHUNK = 64 << 20
/** The arena holds no more by itself; and sizes rounded up stay below 2^31, as bit operations on them need. */
const MOST_RESERVED = 2 ** 31 - 65_536

/** No room for what is asked: the arena's end or the limit that was set. */
export class SpaceFullError extends Error {
  readonly needed: number
  constructor(needed: number) {
    super(`no room for ${needed} bytes more`)
    this.name = 'SpaceFullError'
    this.needed = needed
  }
}

export class Space {
  u8 = new Uint8Array()
  u16 = new Uint16Array()
  u32 = new Uint32Array()
  /** Bytes in blocks that are not freed, headers included. */
  used = 0
  /** Bytes taken from the arena. */
  reserved = 0
  /** Counts blocks ever allocated. */
  allocations = 0
  /** What arrays have done here so far (`array/work.ts`): elements looked for, slices rebuilt, bytes of words moved. */
  looks = 0
  rebuilt = 0
  moved = 0
  private readonly limit: number
  private readonly chunks: Region[] = []
  private readonly heads = new Uint32Array(26 * 32)
  private readonly second = new Uint32Array(26)
  private first = 0

  /** `limit`: bytes that may be used, headers included. */
  constructor(limit = Infinity) {
    this.limit = limit
  }

  /** Renews the views when the memory has grown elsewhere. */
  refresh(): void {
    if (this.u8.length === 0) this.renew()
  }

  /** Bytes that can still be used, if the arena has them. */
  get room(): number {
    return this.limit - this.used
  }

  /** Address of `bytes` bytes, not zeroed. Throws SpaceFullError. */
  allocate(bytes: number): number {
    this.refresh()
    const size = blockSize(bytes)
    if (bytes > MOST_RESERVED) throw new SpaceFullError(bytes)
    if (this.used + size > this.limit) throw new SpaceFullError(size)
    let block = this.take(size)
    if (block === 0) {
      this.extend(size)
      block = this.take(size)
      if (block === 0) throw new SpaceFullError(size)
    }
    const { u32 } = this
    const whole = u32[block >> 2]! & ~FLAGS
    const rest = whole - size
    if (rest >= LEAST) {
      u32[block >> 2] = size | (u32[block >> 2]! & PREVIOUS_FREE)
      this.put(block + size, rest, 0)
    } else {
      u32[block >> 2] = whole | (u32[block >> 2]! & PREVIOUS_FREE)
      const after = (block + whole) >> 2
      u32[after] = u32[after]! & ~PREVIOUS_FREE
    }
    this.used += u32[block >> 2]! & ~FLAGS
    this.allocations++
    return block + HEADER
  }

  free(address: number): void {
    this.refresh()
    const { u32 } = this
    let block = address - HEADER
    let size = u32[block >> 2]! & ~FLAGS
    this.used -= size
    let previousFree = u32[block >> 2]! & PREVIOUS_FREE
    if (previousFree !== 0) {
      const before = u32[(block >> 2) - 1]!
      block -= before
      size += before
      this.unlink(block)
      previousFree = u32[block >> 2]! & PREVIOUS_FREE
    }
    const after = u32[(block + size) >> 2]!
    if ((after & FREE) !== 0) {
      this.unlink(block + size)
      size += after & ~FLAGS
    }
    this.put(block, size, previousFree)
  }

  /** Bytes that the block at this address can hold. */
  capacityOf(address: number): number {
    return (this.u32[(address - HEADER) >> 2]! & ~FLAGS) - HEADER
  }

  /** Bytes that the block at this address takes. */
  sizeOf(address: number): number {
    return this.u32[(address - HEADER) >> 2]! & ~FLAGS
  }

  /**
   * Makes sure that blocks of `bytes` in all can be allocated, from one hole that is there for them; false when they
   * cannot. However much is free in all says nothing: it may lie in pieces.
   */
  reserve(bytes: number): boolean {
    if (bytes > MOST_RESERVED) return false
    const size = blockSize(bytes + LEAST)
    if (this.used + size > this.limit) return false
    if (this.classWith(size) >= 0) return true
    try {
      this.extend(size)
      return this.classWith(size) >= 0
    } catch (error) {
      if (error instanceof SpaceFullError) return false
      throw error
    }
  }

  /** Gives all memory back to the arena; nothing allocated here may be used any more. */
  release(): void {
    for (const chunk of this.chunks) chunk.free()
    this.chunks.length = 0
    this.heads.fill(0)
    this.second.fill(0)
    this.first = 0
    this.used = 0
    this.reserved = 0
  }

  private extend(size: number): void {
    const wanted = Math.min(MOST_CHUNK, Math.max(LEAST_CHUNK, this.reserved >>> 3))
    const least = surely(size) + 2 * LEAST
    for (const bytes of [Math.max(wanted, least), least]) {
      try {
        const chunk = arena.allocate(Math.ceil(bytes / 64) * 64)
        this.chunks.push(chunk)
        this.reserved += chunk.length
        this.renew()
        // The end: a block of no size that is never free.
        this.u32[(chunk.offset + chunk.length - 8) >> 2] = 0
        this.put(chunk.offset, chunk.length - 8, 0)
        return
      } catch (error) {
        if (!(error instanceof ArenaFullError)) throw error
      }
    }
    throw new SpaceFullError(size)
  }

  private renew(): void {
    const chunk = this.chunks[0]
    if (chunk === undefined) return
    const { buffer } = chunk.bytes
    this.u8 = new Uint8Array(buffer)
    this.u16 = new Uint16Array(buffer)
    this.u32 = new Uint32Array(buffer)
  }

  /** The lowest class with a free block, of those whose blocks are all of at least this size; -1 when there is none. */
  private classWith(size: number): number {
    const index = classOf(surely(size))
    let row = index >> 5
    let bits = this.second[row]! & (-1 << (index & 31))
    if (bits === 0) {
      const rows = this.first & (row === 31 ? 0 : -1 << (row + 1))
      if (rows === 0) return -1
      row = lowestBit(rows)
      bits = this.second[row]!
    }
    return row * 32 + lowestBit(bits)
  }

  /** Takes a free block of at least this size out of the lists; 0 when there is none. */
  private take(size: number): number {
    const index = this.classWith(size)
    if (index < 0) return 0
    const block = this.heads[index]!
    this.unlink(block)
    return block
  }

  private put(block: number, size: number, previousFree: number): void {
    const { u32, heads } = this
    const index = classOf(size)
    const head = heads[index]!
    const at = block >> 2
    u32[at] = size | FREE | previousFree
    u32[at + 1] = head
    u32[at + 2] = 0
    u32[at + (size >>> 2) - 1] = size
    if (head !== 0) u32[(head >> 2) + 2] = block
    heads[index] = block
    this.second[index >> 5] = this.second[index >> 5]! | (1 << (index & 31))
    this.first |= 1 << (index >> 5)
    const after = at + (size >>> 2)
    u32[after] = u32[after]! | PREVIOUS_FREE
  }

  private unlink(block: number): void {
    const { u32, heads } = this
    const at = block >> 2
    const next = u32[at + 1]!
    const previous = u32[at + 2]!
    if (next !== 0) u32[(next >> 2) + 2] = previous
    if (previous !== 0) {
      u32[(previous >> 2) + 1] = next
      return
    }
    const index = classOf(u32[at]! & ~FLAGS)
    heads[index] = next
    if (next !== 0) return
    const row = index >> 5
    this.second[row] = this.second[row]! & ~(1 << (index & 31))
    if (this.second[row] === 0) this.first &= ~(1 << row)
  }
}

function blockSize(bytes: number): number {
  return Math.max(LEAST, ((bytes + HEADER + 7) >>> 3) << 3)
}

/** A size from whose class on every block is large enough; a chunk must hold a block of so much to be of use. */
function surely(size: number): number {
  return size < LINEAR ? size : size + (1 << (26 - Math.clz32(size))) - 1
}

function classOf(size: number): number {
  if (size < LINEAR) return size >>> 3
  const power = 31 - Math.clz32(size)
  return (power - 7) * 32 + ((size >>> (power - 5)) & 31)
}

function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits)
}
