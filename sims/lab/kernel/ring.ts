import { lengthen } from './heap.ts'

/** First in, first out, of (integer, number) pairs, on typed arrays that grow as needed. */
export class Ring {
  size = 0
  private head = 0
  private ids = new Int32Array(16)
  private values = new Float64Array(16)

  push(id: number, value: number): void {
    if (this.size === this.ids.length) this.grow()
    const at = (this.head + this.size++) & (this.ids.length - 1)
    this.ids[at] = id
    this.values[at] = value
  }

  /** The first pair's integer; only when not empty. */
  get firstId(): number {
    return this.ids[this.head]!
  }

  /** The first pair's number; only when not empty. */
  get firstValue(): number {
    return this.values[this.head]!
  }

  /** Removes the first pair; only when not empty. */
  shift(): void {
    this.head = (this.head + 1) & (this.ids.length - 1)
    this.size -= 1
  }

  /** Removes the first pair with this integer; false when there is none. Linear time. */
  remove(id: number): boolean {
    const mask = this.ids.length - 1
    let at = 0
    while (at < this.size && this.ids[(this.head + at) & mask] !== id) at += 1
    if (at === this.size) return false
    for (; at + 1 < this.size; at++) {
      this.ids[(this.head + at) & mask] = this.ids[(this.head + at + 1) & mask]!
      this.values[(this.head + at) & mask] = this.values[(this.head + at + 1) & mask]!
    }
    this.size -= 1
    return true
  }

  private grow(): void {
    // Turned so that the head is first: doubling moves the wrap.
    const length = this.ids.length
    const mask = length - 1
    const ids = this.ids.slice()
    const values = this.values.slice()
    for (let i = 0; i < length; i++) {
      ids[i] = this.ids[(this.head + i) & mask]!
      values[i] = this.values[(this.head + i) & mask]!
    }
    this.ids = lengthen(ids, new Int32Array(2 * length))
    this.values = lengthen(values, new Float64Array(2 * length))
    this.head = 0
  }
}
