/**
 * Route keys to route numbers: open addressing over pairs (key + 1, route), at most half full. Every check asks it, and a
 * Map takes three times as long to answer. Keys come from authentic hints and the operator, so the hash needs no secret.
 */
export class KeyMap {
  private pairs = new Int32Array(2 * 16)
  private mask = 15
  private count = 0

  /** The route of a key, a whole number from 0 to 2^31 - 2; or -1. */
  get(key: number): number {
    const { pairs, mask } = this
    let place = home(key) & mask
    for (; pairs[2 * place] !== 0; place = (place + 1) & mask)
      if (pairs[2 * place] === key + 1) return pairs[2 * place + 1]!
    return -1
  }

  set(key: number, route: number): void {
    if (2 * (this.count + 1) > this.mask + 1) this.grow()
    const place = this.placeOf(key)
    if (this.pairs[2 * place] === 0) this.count++
    this.pairs[2 * place] = key + 1
    this.pairs[2 * place + 1] = route
  }

  delete(key: number): void {
    const { pairs, mask } = this
    let hole = this.placeOf(key)
    if (pairs[2 * hole] === 0) return
    this.count--
    // Pull back every following pair whose own place is not after the hole, until an empty one.
    for (let place = (hole + 1) & mask; pairs[2 * place] !== 0; place = (place + 1) & mask) {
      const distance = (place - home(pairs[2 * place]! - 1)) & mask
      if (distance < ((place - hole) & mask)) continue
      pairs.copyWithin(2 * hole, 2 * place, 2 * place + 2)
      hole = place
    }
    pairs[2 * hole] = 0
  }

  /** Where a key is, or the empty place where it belongs. */
  private placeOf(key: number): number {
    const { pairs, mask } = this
    let place = home(key) & mask
    while (pairs[2 * place] !== 0 && pairs[2 * place] !== key + 1) place = (place + 1) & mask
    return place
  }

  private grow(): void {
    const old = this.pairs
    this.pairs = new Int32Array(2 * old.length)
    this.mask = this.pairs.length / 2 - 1
    this.count = 0
    for (let i = 0; i < old.length; i += 2) if (old[i] !== 0) this.set(old[i]! - 1, old[i + 1]!)
  }
}

/** Pods are numbered from 0 in each cluster: all bits must reach the low ones. */
function home(key: number): number {
  const hash = Math.imul(key, 0x9e3779b1)
  return hash ^ (hash >>> 16)
}
