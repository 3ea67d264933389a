/**
 * A 4-ary min-heap of events, ordered by (time, sequence), on typed arrays.
 *
 * Four children make the tree half as deep as two do, and the four comparisons on the way down stay within one or two
 * cache lines. Equal times are ordered by sequence number, so pops are a total order: the heap is as good as stable.
 */
export class EventHeap {
  size = 0
  /** Entries that moved a level so far. */
  moves = 0
  private times = new Float64Array(64)
  private sequences = new Float64Array(64)
  private words = new Int32Array(64)

  /** Time of the earliest event, seconds; Infinity when empty. */
  get topTime(): number {
    return this.size === 0 ? Infinity : this.times[0]!
  }

  /** Of the earliest event; only when not empty. */
  get topWord(): number {
    return this.words[0]!
  }

  push(time: number, sequence: number, word: number): void {
    if (this.size === this.times.length) this.grow()
    const { times, sequences, words } = this
    let at = this.size++
    let moves = 0
    while (at > 0) {
      const parent = (at - 1) >> 2
      const parentTime = times[parent]!
      if (parentTime < time || (parentTime === time && sequences[parent]! < sequence)) break
      times[at] = parentTime
      sequences[at] = sequences[parent]!
      words[at] = words[parent]!
      at = parent
      moves += 1
    }
    this.moves += moves
    this.put(at, time, sequence, word)
  }

  /** Removes the earliest event; only when not empty. */
  pop(): void {
    const last = --this.size
    if (last > 0) this.sink(0, this.times[last]!, this.sequences[last]!, this.words[last]!)
  }

  /** Keeps the events for which `keep(word)` holds: linear time. */
  filter(keep: (word: number) => boolean): void {
    const { times, sequences, words } = this
    let kept = 0
    for (let i = 0; i < this.size; i++) {
      if (!keep(words[i]!)) continue
      times[kept] = times[i]!
      sequences[kept] = sequences[i]!
      words[kept] = words[i]!
      kept += 1
    }
    this.size = kept
    for (let i = (kept - 2) >> 2; i >= 0; i--) this.sink(i, times[i]!, sequences[i]!, words[i]!)
  }

  /** Puts an event into the hole at `at` and lets it sink to its place. */
  private sink(at: number, time: number, sequence: number, word: number): void {
    const { times, sequences, words, size } = this
    let moves = 0
    for (;;) {
      const first = 4 * at + 1
      if (first >= size) break
      const end = first + 4 < size ? first + 4 : size
      let least = first
      let leastTime = times[first]!
      for (let child = first + 1; child < end; child++) {
        const childTime = times[child]!
        if (childTime < leastTime || (childTime === leastTime && sequences[child]! < sequences[least]!)) {
          least = child
          leastTime = childTime
        }
      }
      if (time < leastTime || (time === leastTime && sequence < sequences[least]!)) break
      times[at] = leastTime
      sequences[at] = sequences[least]!
      words[at] = words[least]!
      at = least
      moves += 1
    }
    this.moves += moves
    this.put(at, time, sequence, word)
  }

  private put(at: number, time: number, sequence: number, word: number): void {
    this.times[at] = time
    this.sequences[at] = sequence
    this.words[at] = word
  }

  private grow(): void {
    const length = 2 * this.times.length
    this.times = lengthen(this.times, new Float64Array(length))
    this.sequences = lengthen(this.sequences, new Float64Array(length))
    this.words = lengthen(this.words, new Int32Array(length))
  }
}

/** The content of `from`, at the start of the longer array `to`. */
export function lengthen<T extends Float64Array | Int32Array>(from: T, to: T): T {
  to.set(from)
  return to
}
