/** A first-in-first-out queue of numbers on one typed array that doubles when full: no allocation per customer. */
export class Fifo {
  /** Numbers in it. */
  length = 0
  private head = 0
  private ring = new Float64Array(1024)

  push(value: number): void {
    if (this.length === this.ring.length) this.grow()
    this.ring[(this.head + this.length++) & (this.ring.length - 1)] = value
  }

  /** Takes the oldest; NaN from an empty queue. */
  shift(): number {
    if (this.length === 0) return NaN
    const value = this.ring[this.head]!
    this.head = (this.head + 1) & (this.ring.length - 1)
    this.length--
    return value
  }

  private grow(): void {
    const { head, ring } = this
    this.ring = new Float64Array(2 * ring.length)
    this.ring.set(ring.subarray(head))
    this.ring.set(ring.subarray(0, head), ring.length - head)
    this.head = 0
  }
}
