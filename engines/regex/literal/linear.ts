/**
 * A search by its linear algorithm: for literals too long for a kernel, sets too large for one, and for what kernels give
 * up on or leave alone because it is short. The algorithm is made ready when first needed.
 */
import { extremes } from './extremes.ts'
import { findInto } from './search.ts'
import type { LinearSearch, LiteralCursor, LiteralSearch } from './search.ts'

export class Linear implements LiteralSearch {
  readonly shortest: number
  readonly longest: number
  private readonly make: () => LinearSearch
  private made: LinearSearch | undefined
  counted = 0

  constructor(make: () => LinearSearch, lengths: readonly number[]) {
    this.make = make
    const { shortest, longest } = extremes(lengths)
    this.shortest = shortest
    this.longest = longest
  }

  private get search(): LinearSearch {
    return (this.made ??= this.make())
  }
  get end(): number {
    return this.search.end
  }
  get which(): number {
    return this.search.which
  }

  find(text: Uint8Array, from: number, to: number): number {
    return this.search.find(text, from, to)
  }

  into(text: Uint8Array, from: number, to: number, spans: Int32Array): number {
    return findInto(this.search, text, from, to, spans)
  }

  count(text: Uint8Array, from: number, to: number): number {
    const { search } = this
    this.counted = 0
    let count = 0
    for (let at = from; ;) {
      const start = search.find(text, at, to)
      if (start < 0) return count
      at = search.end
      count++
      this.counted += at - start
    }
  }

  cursor(text: Uint8Array, from: number, to: number): LiteralCursor {
    return new LinearCursor(this.search, text, from, to)
  }
}

class LinearCursor implements LiteralCursor {
  start = -1
  end = -1
  which = -1
  private readonly search: LinearSearch
  private readonly text: Uint8Array
  private readonly to: number
  private at: number

  constructor(search: LinearSearch, text: Uint8Array, from: number, to: number) {
    this.search = search
    this.text = text
    this.at = from
    this.to = to
  }

  next(from: number): boolean {
    this.start = this.search.find(this.text, Math.max(from, this.at), this.to)
    if (this.start < 0) {
      this.at = this.to
      return false
    }
    this.end = this.search.end
    this.which = this.search.which
    this.at = this.start + 1
    return true
  }
}
