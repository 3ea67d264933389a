/**
 * A mergeable histogram of delays with a bounded relative error, in the manner of HdrHistogram: buckets double in
 * width with every power of two, and each power of two is cut into 2^bits equal ones.
 *
 *     bits = 2:   ... [1, 1.25) [1.25, 1.5) [1.5, 1.75) [1.75, 2) [2, 2.5) [2.5, 3) ...
 *
 * A double already is a power of two and a fraction, so the bucket of a value is the top bits of its own
 * representation: no logarithm, no search. With the default of 7 bits every quantile is within 0.8 % of the true one
 * (2^-bits), from nanoseconds to 30 years. Values below `min` (0 among them) share one bucket, reported as the smallest
 * value seen; values from `max` on share another.
 *
 * Weights may be fractions (a mass of packets); with whole weights counts are exact up to 2^53, so merging is exact and
 * associative. The mean is exact (not bucketed) up to rounding. Memory: 8 bytes a bucket, 64 kB at the defaults.
 *
 * What is counted comes in whole numbers, and these sit on the lower edges of buckets (with 7 bits up to 256 all of them).
 * Weight on an edge is kept apart, so that a share above 10 does not count the tens; that takes the same memory again, from
 * the first such value on. All other weight is taken to be spread evenly over its bucket.
 *
 * Not promised: negative values (refused), or sums of fractional weights that are equal to the last bit in every order
 * (fold parts in their order).
 */
import { AnalysisError } from './error.ts'

/** Plain arrays and numbers: survives structured clone. Only the used range of buckets is carried. */
export interface LogHistogramData {
  readonly bits: number
  readonly min: number
  readonly max: number
  /** Index of the first bucket in `counts`. */
  readonly first: number
  readonly counts: Float64Array
  /** As `counts`: what of it lies exactly on the lower edge of its bucket. Absent where nothing does. */
  readonly atoms?: Float64Array
  readonly count: number
  readonly sum: number
  readonly smallest: number
  readonly largest: number
}

export interface LogHistogramOptions {
  /** Each power of two is cut into 2^bits buckets; relative error 2^-bits. 1..12, default 7 (0.8 %). */
  readonly bits?: number
  /** Smallest value told apart from zero; default 1e-9. */
  readonly min?: number
  /** Values from here on share one bucket; default 1e9. */
  readonly max?: number
}

/** One scratch double, read as its high word: sign, 11 bits of exponent, the top 20 of the fraction. */
const scratch = new Float64Array(1)
const words = new Uint32Array(scratch.buffer)
const HIGH = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0

export class LogHistogram {
  readonly bits: number
  readonly min: number
  readonly max: number
  /** Total weight added. */
  count = 0
  /** Total of value times weight. */
  sum = 0
  /** Smallest and largest value added; Infinity and -Infinity while empty. */
  smallest = Infinity
  largest = -Infinity
  private readonly shift: number
  /** Key of the bucket that holds `min`; it becomes index 1, index 0 is for what lies below. */
  private readonly origin: number
  private readonly counts: Float64Array
  /** Of each bucket's weight what lies exactly on its lower edge; null while there is none of it. */
  private atoms: Float64Array | null = null

  constructor(options: LogHistogramOptions = {}) {
    const { bits = 7, min = 1e-9, max = 1e9 } = options
    if (!(Number.isInteger(bits) && bits >= 1 && bits <= 12)) {
      throw new AnalysisError('out-of-range', `LogHistogram: bits must be 1..12, not ${bits}`)
    }
    if (!(min >= 1e-300 && max > min && max <= 1e300)) {
      throw new AnalysisError('out-of-range', `LogHistogram: need 0 < min < max, not ${min} and ${max}`)
    }
    this.bits = bits
    this.min = min
    this.max = max
    this.shift = 20 - bits
    this.origin = keyOf(min, this.shift) - 1
    this.counts = new Float64Array(keyOf(max, this.shift) - this.origin + 2)
  }

  /** Adds `weight` observations of `value`. A negative or non-finite one is refused with AnalysisError. */
  add(value: number, weight = 1): void {
    if (!(value >= 0 && value < Infinity && weight >= 0 && weight < Infinity)) refuse(value, weight)
    if (weight === 0) return
    const bucket = this.bucketOf(value)
    this.counts[bucket]! += weight
    if (this.isEdge(value)) (this.atoms ??= new Float64Array(this.counts.length))[bucket]! += weight
    this.count += weight
    this.sum += value * weight
    if (value < this.smallest) this.smallest = value
    if (value > this.largest) this.largest = value
  }

  /** Adds all of `other`, which must have the same bits, min and max (AnalysisError `mismatch`). */
  merge(other: LogHistogram): void {
    if (other.bits !== this.bits || other.min !== this.min || other.max !== this.max) {
      throw new AnalysisError('mismatch', 'LogHistogram: only histograms of one shape can be merged')
    }
    for (let i = 0; i < this.counts.length; i++) this.counts[i]! += other.counts[i]!
    if (other.atoms !== null) {
      const atoms = (this.atoms ??= new Float64Array(this.counts.length))
      for (let i = 0; i < atoms.length; i++) atoms[i]! += other.atoms[i]!
    }
    this.count += other.count
    this.sum += other.sum
    this.smallest = Math.min(this.smallest, other.smallest)
    this.largest = Math.max(this.largest, other.largest)
  }

  /** Exact mean, or null when empty. */
  get mean(): number | null {
    return this.count === 0 ? null : this.sum / this.count
  }

  /**
   * The value that a share `p` (0..1) of the weight does not exceed, read off linearly inside its bucket: within 2^-bits
   * of the exact one, and never outside what was seen. Null when empty.
   */
  quantile(p: number): number | null {
    if (!(p >= 0 && p <= 1)) throw new AnalysisError('out-of-range', `quantile: p must be 0..1, not ${p}`)
    if (this.count === 0) return null
    if (p === 0) return this.smallest
    if (p === 1) return this.largest
    const goal = p * this.count
    // What is too small to be told from zero is reported as the smallest value seen: a wait of 0 is 0, not 0.3 ns.
    if (this.counts[0]! >= goal) return this.smallest
    let below = this.counts[0]!
    for (let i = 1; i < this.counts.length; i++) {
      const mass = this.counts[i]!
      if (mass > 0 && below + mass >= goal) {
        const [low, high] = this.bounds(i)
        const atom = this.atoms?.[i] ?? 0
        if (below + atom >= goal) return low
        return Math.min(this.largest, low + (high - low) * ((goal - below - atom) / (mass - atom)))
      }
      below += mass
    }
    return this.largest
  }

  /** Share of the weight above `limit`, linear inside the bucket that holds it. Null when empty. */
  shareAbove(limit: number): number | null {
    if (!(limit >= 0))
      throw new AnalysisError('out-of-range', `shareAbove: limit must be 0 or more, not ${limit}`)
    if (this.count === 0) return null
    if (limit >= this.largest) return 0
    if (limit < this.smallest) return 1
    const at = this.bucketOf(limit)
    const [low, high] = this.bounds(at)
    const inside = at === 0 ? 0 : Math.min(1, Math.max(0, high > low ? (high - limit) / (high - low) : 0))
    let above = (this.counts[at]! - (this.atoms?.[at] ?? 0)) * inside
    for (let i = at + 1; i < this.counts.length; i++) above += this.counts[i]!
    return Math.min(1, above / this.count)
  }

  /** The buckets that hold anything, ascending: for charts and tables. */
  buckets(): { low: number; high: number; weight: number }[] {
    const found: { low: number; high: number; weight: number }[] = []
    for (let i = 0; i < this.counts.length; i++) {
      const weight = this.counts[i]!
      if (weight === 0) continue
      const [low, high] = this.bounds(i)
      found.push({ low, high, weight })
    }
    return found
  }

  /** A copy that can be posted to another thread or stored. */
  toData(): LogHistogramData {
    const first = Math.max(
      0,
      this.counts.findIndex((weight) => weight > 0),
    )
    const end = this.counts.findLastIndex((weight) => weight > 0) + 1
    const { bits, min, max, count, sum, smallest, largest } = this
    const atoms = this.atoms === null ? {} : { atoms: this.atoms.slice(first, end) }
    return {
      bits,
      min,
      max,
      first,
      counts: this.counts.slice(first, end),
      ...atoms,
      count,
      sum,
      smallest,
      largest,
    }
  }

  static fromData(data: LogHistogramData): LogHistogram {
    const histogram = new LogHistogram(data)
    if (data.first + data.counts.length > histogram.counts.length) {
      throw new AnalysisError('mismatch', 'LogHistogram: data holds more buckets than its shape has')
    }
    histogram.counts.set(data.counts, data.first)
    if (data.atoms !== undefined) {
      histogram.atoms = new Float64Array(histogram.counts.length)
      histogram.atoms.set(data.atoms, data.first)
    }
    histogram.count = data.count
    histogram.sum = data.sum
    histogram.smallest = data.smallest
    histogram.largest = data.largest
    return histogram
  }

  /** Index of the bucket that holds `value`; 0 for what is below `min`. */
  bucketOf(value: number): number {
    if (value < this.min) return 0
    if (value >= this.max) return this.counts.length - 1
    return keyOf(value, this.shift) - this.origin
  }

  /** Whether a value is the lower edge of its bucket, as whole numbers up to 2^(bits + 1) are. */
  private isEdge(value: number): boolean {
    scratch[0] = value
    const isOnEdge = words[1 - HIGH] === 0 && (words[HIGH]! & ((1 << this.shift) - 1)) === 0
    return isOnEdge && value >= this.min && value < this.max
  }

  /** Edges of a bucket, whatever was seen; the last is open above. */
  edgesOf(bucket: number): [low: number, high: number] {
    const last = this.counts.length - 1
    if (bucket === 0) return [0, this.min]
    if (bucket === last) return [this.max, Infinity]
    return [valueOf(this.origin + bucket, this.shift), valueOf(this.origin + bucket + 1, this.shift)]
  }

  /** Bounds of a bucket, narrowed to what was seen. */
  private bounds(bucket: number): [low: number, high: number] {
    const [low, high] = this.edgesOf(bucket)
    return [Math.max(low, this.smallest), Math.min(high, this.largest)]
  }
}

function keyOf(value: number, shift: number): number {
  scratch[0] = value
  return words[HIGH]! >>> shift
}

/** The smallest double with this key. */
function valueOf(key: number, shift: number): number {
  words[1 - HIGH] = 0
  words[HIGH] = key * 2 ** shift
  return scratch[0]!
}

function refuse(value: number, weight: number): never {
  throw new AnalysisError(
    Number.isFinite(value) && Number.isFinite(weight) ? 'out-of-range' : 'not-finite',
    `LogHistogram: cannot add ${value} with weight ${weight}`,
  )
}
