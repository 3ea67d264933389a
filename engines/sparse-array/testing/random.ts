/** Draws for tests, from a seed. */
export interface Random {
  /** A whole number from 0 up to, not including, `n`. */
  below(n: number): number
  pick<T>(items: readonly T[]): T
}

export function seeded(seed: number): Random {
  let state = (seed ^ 0x9e3779b9) >>> 0
  const below = (n: number): number => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * n)
  }
  return { below, pick: (items) => items[below(items.length)]! }
}
