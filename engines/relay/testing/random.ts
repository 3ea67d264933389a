/** A small seeded generator for tests (xorshift32): uniform integers, the same on every run. */
export class TestRandom {
  private state: number

  constructor(seed: number) {
    this.state = seed | 0 || 1
  }

  /** 32 bits, signed, never 0. */
  bits(): number {
    let x = this.state
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    this.state = x
    return x
  }

  /** An integer in [0, limit). */
  below(limit: number): number {
    return (this.bits() >>> 0) % limit
  }
}
