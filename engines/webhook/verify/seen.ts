import { atLeast, finite } from './refusal.ts'

/**
 * Ids of deliveries that were processed. Delivery is at least once, so every receiver needs this.
 *
 * An id is remembered for `seconds` to twice that: two generations, the older dropped whole. Only ids of genuine
 * deliveries get in, so a forger cannot fill it; `most` bounds it all the same.
 */
export class SeenIds {
  private young = new Set<string>()
  private old = new Set<string>()
  private born = -Infinity
  private readonly seconds: number
  private readonly most: number

  constructor({
    seconds = 86_400,
    most = 1_000_000,
  }: { readonly seconds?: number; readonly most?: number } = {}) {
    this.seconds = atLeast(1, seconds, 'seconds')
    this.most = atLeast(1, most, 'most')
  }

  has(id: string, now: number): boolean {
    this.age(now)
    return this.young.has(id) || this.old.has(id)
  }

  add(id: string, now: number): void {
    this.age(now)
    this.young.add(id)
    if (2 * this.young.size >= this.most) this.turn(now)
  }

  get size(): number {
    return this.young.size + this.old.size
  }

  private age(now: number): void {
    finite(now, 'now')
    if (now - this.born < this.seconds) return
    // Nothing asked for two generations: both are over.
    if (now - this.born >= 2 * this.seconds) this.young.clear()
    this.turn(now)
  }

  private turn(now: number): void {
    this.old = this.young
    this.young = new Set()
    this.born = now
  }
}
