/**
 * ARGREP's CONTEXT: hits with their neighbours, as blocks of `[index, value, hit]`.
 *
 * A neighbour is an element that exists, however far away, whether or not it lies in the range that is searched. Blocks
 * that would share an element become one.
 */
import type { Tree } from '../array/tree.ts'
import { Walk } from '../array/walk.ts'
import { Reply } from '../resp/reply.ts'

interface Place {
  readonly hi: number
  readonly lo: number
}

interface Entry extends Place {
  readonly address: number
}

/** Offsets of a slice that are looked at first for neighbours; four times as many each time that is not enough. */
const FIRST_PIECE = 64

export class Blocks {
  /** Number of blocks written. */
  count = 0
  private readonly reverse: boolean
  private readonly width: number
  private readonly out: Reply
  private readonly block = new Reply()
  private entries = 0
  /** The block's last hit; what follows it is not written yet. */
  private last: Entry | null = null

  constructor(reverse: boolean, width: number, out: Reply) {
    this.reverse = reverse
    this.width = width
    this.out = out
    this.block.protocol = out.protocol
  }

  /** The next hit, in the direction of the search; returns how many neighbours were looked at. */
  hit(tree: Tree, hi: number, lo: number, address: number): number {
    const { width, reverse, last } = this
    const own: Entry = { hi, lo, address }
    // With fewer elements than twice the width between them, two hits share some of these.
    const most = last === null ? width : 2 * width
    const { found, isReached } = neighbours(tree, own, most, !reverse, last)
    let looked = found.length
    if (last !== null && !isReached) {
      looked += this.flush(tree)
      found.length = Math.min(found.length, width)
    }
    for (const entry of found.reverse()) this.write(tree, entry, 0)
    this.write(tree, own, 1)
    this.last = own
    return looked
  }

  /** No more hits come. */
  end(tree: Tree): void {
    if (this.last !== null) this.flush(tree)
  }

  private flush(tree: Tree): number {
    const { found } = neighbours(tree, this.last!, this.width, this.reverse, null)
    for (const entry of found) this.write(tree, entry, 0)
    this.out.array(this.entries)
    this.out.append(this.block)
    this.count++
    this.entries = 0
    this.last = null
    return found.length
  }

  private write(tree: Tree, { hi, lo, address }: Entry, hit: number): void {
    this.block.array(3)
    this.block.index(hi, lo)
    this.block.value(tree.store.space, address)
    this.block.integer(hit)
    this.entries++
  }
}

/**
 * The next elements behind this one, nearest first, below it when `down`: at most `most`, and only those before `stop`,
 * if that is reached.
 */
function neighbours(
  tree: Tree,
  { hi, lo }: Place,
  most: number,
  down: boolean,
  stop: Place | null,
): { readonly found: Entry[]; readonly isReached: boolean } {
  const found: Entry[] = []
  if (most === 0) return { found, isReached: false }
  const far = stop ?? (down ? { hi: 0, lo: 0 } : { hi: 0xffff_ffff, lo: 0xffff_fffe })
  const walk = new Walk(tree, hi, lo, far.hi, far.lo)
  const { slices } = tree.store
  while (found.length < most && walk.next()) {
    // A piece of the slice at a time: most have what is wanted close by.
    let { from, to } = walk
    for (let piece = FIRST_PIECE; from <= to && found.length < most; piece *= 4) {
      const low = down ? Math.max(from, to - piece) : from
      const high = down ? to : Math.min(to, from + piece)
      const count = slices.elements(walk.slice, low, high)
      for (let i = 0; i < count && found.length < most; i++) {
        const k = down ? count - 1 - i : i
        const at = walk.baseLo + slices.offsets[k]!
        if (at === lo && walk.baseHi === hi) continue
        if (stop !== null && at === stop.lo && walk.baseHi === stop.hi) return { found, isReached: true }
        found.push({ hi: walk.baseHi, lo: at, address: slices.addresses[k]! })
      }
      if (down) to = low - 1
      else from = high + 1
    }
  }
  return { found, isReached: false }
}
