/**
 * ARGREP's CONTEXT: hits with their neighbours, as blocks of `[index, value, hit]`.
 *
 * A neighbour is an element that exists, however far away, whether or not it lies in the range that is searched. Blocks
 * that would share an element become one.
 */
import { compare } from '../array/index64.ts'
import type { Tree } from '../array/tree.ts'
import { Walk } from '../array/walk.ts'
import { Reply } from '../resp/reply.ts'

interface Entry {
  readonly hi: number
  readonly lo: number
  readonly address: number
}

export class Blocks {
  /** Number of blocks written. */
  count = 0
  private readonly reverse: boolean
  private readonly width: number
  private readonly out: Reply
  private readonly block = new Reply()
  private entries = 0
  /** The block's last hit, and what follows it, which is not written yet. */
  private last: Entry | null = null
  private after: Entry[] = []

  constructor(reverse: boolean, width: number, out: Reply) {
    this.reverse = reverse
    this.width = width
    this.out = out
    this.block.protocol = out.protocol
  }

  /** The next hit, in the direction of the search. */
  hit(tree: Tree, hi: number, lo: number, address: number): void {
    const own: Entry = { hi, lo, address }
    const before = neighbours(tree, own, this.width, !this.reverse).reverse()
    if (this.last !== null) {
      const first = before[0] ?? own
      const reach = this.after.at(-1) ?? this.last
      if (this.isBefore(reach, first)) {
        this.flush(tree)
      } else {
        // What lies between the hits, once: the end of the block so far is the begin of what comes before this hit.
        for (const entry of this.after) if (this.isBefore(entry, own)) this.write(tree, entry, 0)
        const end = this.after.findLast((entry) => this.isBefore(entry, own)) ?? this.last
        for (const entry of before) if (this.isBefore(end, entry)) this.write(tree, entry, 0)
      }
    }
    if (this.last === null) for (const entry of before) this.write(tree, entry, 0)
    this.write(tree, own, 1)
    this.last = own
    this.after = neighbours(tree, own, this.width, this.reverse)
  }

  /** No more hits come. */
  end(tree: Tree): void {
    if (this.last !== null) this.flush(tree)
  }

  private flush(tree: Tree): void {
    for (const entry of this.after) this.write(tree, entry, 0)
    this.out.array(this.entries)
    this.out.append(this.block)
    this.count++
    this.entries = 0
    this.last = null
    this.after = []
  }

  private write(tree: Tree, { hi, lo, address }: Entry, hit: number): void {
    this.block.array(3)
    this.block.index(hi, lo)
    this.block.value(tree.store.space, address)
    this.block.integer(hit)
    this.entries++
  }

  private isBefore(a: Entry, b: Entry): boolean {
    const order = compare(a.hi, a.lo, b.hi, b.lo)
    return this.reverse ? order > 0 : order < 0
  }
}

/** The next `width` elements behind this one, nearest first: below it when `down`. */
function neighbours(tree: Tree, { hi, lo }: Entry, width: number, down: boolean): Entry[] {
  const found: Entry[] = []
  if (width === 0) return found
  const walk = down ? new Walk(tree, hi, lo, 0, 0) : new Walk(tree, hi, lo, 0xffff_ffff, 0xffff_fffe)
  const { slices } = tree.store
  while (found.length < width && walk.next()) {
    // A piece of the slice at a time: most have what is wanted close by.
    let { from, to } = walk
    for (let piece = 2 * width + 16; from <= to && found.length < width; piece *= 4) {
      const low = down ? Math.max(from, to - piece) : from
      const high = down ? to : Math.min(to, from + piece)
      const count = slices.elements(walk.slice, low, high)
      for (let i = 0; i < count && found.length < width; i++) {
        const k = down ? count - 1 - i : i
        const at = walk.baseLo + slices.offsets[k]!
        if (at === lo && walk.baseHi === hi) continue
        found.push({ hi: walk.baseHi, lo: at, address: slices.addresses[k]! })
      }
      if (down) to = low - 1
      else from = high + 1
    }
  }
  return found
}
