/** Sets of pairs, numbered as they are met. */
import type { Pairs } from './closure.ts'

export interface StateSet {
  readonly pairs: Pairs
  /** Kind of the character read last. */
  readonly near: number
}

function samePairs(a: Pairs, b: Pairs): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** A set's object, its array and its slot. */
const BYTES_PER_SET = 200

export class StateSets {
  readonly list: StateSet[] = []
  /** Memory that they take, about. */
  bytes = 0
  /** Open addressing: numbers of sets plus 1, by their hash; at most half full. */
  private slots = new Int32Array(64)

  /** The number of a set; a new one is `list.length - 1` afterwards. */
  add(pairs: Pairs, near: number): number {
    const slot = this.slotOf(pairs, near)
    const known = this.slots[slot]!
    if (known !== 0) return known - 1
    const number = this.list.push({ pairs, near })
    this.slots[slot] = number
    this.bytes += BYTES_PER_SET + pairs.length * 4
    if (number * 2 > this.slots.length) {
      this.slots = new Int32Array(this.slots.length * 2)
      this.list.forEach((set, i) => {
        this.slots[this.slotOf(set.pairs, set.near)] = i + 1
      })
    }
    return number - 1
  }

  at(number: number): StateSet {
    return this.list[number] as StateSet
  }

  clear(): void {
    this.list.length = 0
    this.slots.fill(0)
    this.bytes = 0
  }

  /** Where a set is in `slots`, or where it has to go. */
  private slotOf(pairs: Pairs, near: number): number {
    const { slots, list } = this
    let hash = near
    for (let i = 0; i < pairs.length; i++) hash = Math.imul(hash ^ pairs[i]!, 0x01000193) + (hash >>> 15)
    for (let slot = hash & (slots.length - 1); ; slot = (slot + 1) & (slots.length - 1)) {
      const id = slots[slot]!
      if (id === 0) return slot
      const set = list[id - 1] as StateSet
      if (set.near === near && samePairs(set.pairs, pairs)) return slot
    }
  }
}
