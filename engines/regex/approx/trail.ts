/**
 * Every place at which nothing further on begins a cheaper match, with the cost of the match that begins there: notes
 * of a walk backward, from right to left. Costs only fall, so they are kept by their changes.
 */
import { grown, int32s } from '../foundation/arrays.ts'

export class CostTrail {
  length = 0
  private places = int32s(64)
  /** [index of the first note, its cost, ...]. */
  private readonly changes: number[] = []

  note(place: number, cost: number): void {
    const { changes, length } = this
    this.places = grown(this.places, length + 1)
    if (length === 0 || changes.at(-1) !== cost) changes.push(length, cost)
    this.places[length] = place
    this.length++
  }

  clear(): void {
    this.length = 0
    this.changes.length = 0
  }

  place(i: number): number {
    return this.places[i]!
  }

  cost(i: number): number {
    const { changes } = this
    let low = 0
    let high = changes.length / 2
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (changes[middle * 2]! <= i) low = middle
      else high = middle
    }
    return changes[low * 2 + 1]!
  }
}
