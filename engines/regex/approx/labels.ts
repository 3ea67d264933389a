/**
 * What a path through the automaton has spent, as a label: a small vector of counters with a number of its own.
 *
 * Component 0 is the total cost. After it come, for every depth of regions, the measures that some region of that depth
 * limits; what nothing limits is not counted. Labels are interned, so a path is a pair of integers (state, label), and
 * what an operation makes of a label is computed once.
 *
 * Label A dominates label B if it is nowhere larger: whatever B's path can still do, A's can do too, at no more cost.
 */
import { COST, ERRORS, MEASURES } from './settings.ts'
import type { ErrorRegion } from './settings.ts'

export class Labels {
  readonly vectors: (readonly number[])[] = []
  /** Total cost by label. */
  readonly costs: number[] = []
  /** The label of a path that has not made an error. */
  readonly none: number
  private readonly regions: readonly ErrorRegion[]
  /** Component of a measure at a depth: `depth * MEASURES + measure`; -1 where it is not counted. */
  private readonly slots: readonly number[]
  private readonly width: number
  private readonly byKey = new Map<string | number, number>()
  /** What an operation makes of a label: [region * 3 + op][label]; -1: not allowed. */
  private readonly added: number[][]
  /** The label on leaving a depth. */
  private readonly left: number[][] = []

  constructor(regions: readonly ErrorRegion[]) {
    this.regions = regions
    const depths = Math.max(...regions.map((region) => region.depth)) + 1
    const slots: number[] = Array.from({ length: depths * MEASURES }, () => -1)
    let width = 1
    for (const { depth, limits } of regions) {
      for (let measure = 0; measure < MEASURES; measure++) {
        const at = depth * MEASURES + measure
        if (limits[measure] === Infinity || slots[at] !== -1) continue
        // The cost of the whole pattern is counted anyway.
        slots[at] = at === COST ? 0 : width++
      }
    }
    this.slots = slots
    this.width = width
    this.added = regions.flatMap(() => [[], [], []])
    for (let depth = 0; depth < depths; depth++) this.left.push([])
    this.none = this.intern(Array.from({ length: width }, () => 0))
  }

  intern(vector: readonly number[]): number {
    const key = this.width === 1 ? vector[0]! : vector.join()
    let label = this.byKey.get(key)
    if (label === undefined) {
      label = this.vectors.push(vector) - 1
      this.costs.push(vector[0]!)
      this.byKey.set(key, label)
    }
    return label
  }

  /** Forgets all labels but `none`; only where none of them is in use. */
  reset(): void {
    this.vectors.length = 1
    this.costs.length = 1
    this.byKey.clear()
    this.byKey.set(this.width === 1 ? 0 : this.vectors[0]!.join(), this.none)
    for (const row of [...this.added, ...this.left]) row.length = 0
  }

  /** Whether a label is a cost and nothing else. */
  get scalar(): boolean {
    return this.width === 1
  }

  get size(): number {
    return this.vectors.length
  }

  /** The label after one more operation in a region, or -1 where a limit forbids it. */
  after(label: number, region: number, op: number): number {
    const row = this.added[region * 3 + op]!
    let result = row[label]
    if (result === undefined) row[label] = result = this.findAfter(label, region, op)
    return result
  }

  private findAfter(label: number, region: number, op: number): number {
    const { open, costs } = this.regions[region] as ErrorRegion
    if (!open) return -1
    const price = costs[op]!
    const vector = [...(this.vectors[label] as readonly number[])]
    vector[0] = vector[0]! + price
    for (let id = region; id >= 0; id = (this.regions[id] as ErrorRegion).parent) {
      const { depth, limits } = this.regions[id] as ErrorRegion
      for (const measure of [op, ERRORS, COST]) {
        const slot = this.slots[depth * MEASURES + measure]!
        if (slot < 0) continue
        // Counted for another region of this depth only: not here, so that equal futures have equal labels.
        if (slot > 0 && limits[measure] !== Infinity) {
          vector[slot] = vector[slot]! + (measure === COST ? price : 1)
        }
        if (vector[slot]! > limits[measure]!) return -1
      }
    }
    return this.intern(vector)
  }

  /** The label on leaving a region of that depth: its counters are forgotten. */
  leave(label: number, depth: number): number {
    const row = this.left[depth]!
    let result = row[label]
    if (result === undefined) {
      const vector = [...(this.vectors[label] as readonly number[])]
      for (let measure = 0; measure < MEASURES; measure++) {
        const slot = this.slots[depth * MEASURES + measure]!
        if (slot > 0) vector[slot] = 0
      }
      row[label] = result = this.intern(vector)
    }
    return result
  }

  /** Whether `a` is nowhere larger than `b`. */
  dominates(a: number, b: number): boolean {
    if (a === b) return true
    const left = this.vectors[a] as readonly number[]
    const right = this.vectors[b] as readonly number[]
    for (let i = 0; i < left.length; i++) if (left[i]! > right[i]!) return false
    return true
  }

  /** The same, but for the total cost, which the caller compares otherwise. */
  withinLimits(a: number, b: number): boolean {
    if (a === b) return true
    const left = this.vectors[a] as readonly number[]
    const right = this.vectors[b] as readonly number[]
    for (let i = 1; i < left.length; i++) if (left[i]! > right[i]!) return false
    return true
  }
}
