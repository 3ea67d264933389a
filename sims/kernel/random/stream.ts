/**
 * Named random streams over xoroshiro128+ (Blackman and Vigna, "Scrambled linear pseudorandom number generators", ACM
 * TOMS 47(4), 2021; constants 24, 16, 37).
 *
 * A stream is a function of (seed, replication, name) alone. The three are hashed into the 128 bits of state, never
 * added to a seed: neighbouring seeds give unrelated sequences, a draw added to one stream moves no other, and the same
 * replication number at two scenario points gives common random numbers. The period is 2^128 - 1, so that a million
 * streams of 2^40 draws overlap with a probability below 2^-47; `jump` gives substreams that cannot overlap at all.
 *
 * The state is four int32 fields: V8 keeps them as small integers in the object, so a draw allocates nothing. The
 * lowest bits of this generator's sum are its weak ones (linear); `uint32` is therefore the high word, and `uniform`
 * takes the top 53 bits.
 */
import { hash128 } from './hash128.ts'

/** A source of random numbers: what every distribution draws from. */
export interface Stream {
  /** Integer in 0 .. 2^32 - 1, all 32 bits random. */
  uint32(): number
  /** In [0, 1): a multiple of 2^-53, all 53 bits random. */
  uniform(): number
  /** In (0, 1): never 0 and never 1, so that a logarithm of it, or of one minus it, is finite. */
  uniformOpen(): number
  /** Integer in 0 .. n - 1, without bias; n an integer in 1 .. 2^32, else RangeError. */
  below(n: number): number
  /** A new stream 2^64 draws ahead of this one, which does not move. For substreams that never overlap. */
  jump(): Stream
}

export interface StreamOptions {
  /**
   * Reflects every draw (u becomes 1 - 2^-53 - u): the antithetic partner of the stream with the same seed, replication
   * and name. It lowers variance only through monotone transformations, such as `exponentialByInversion`; a ziggurat is
   * not monotone.
   */
  readonly antithetic?: boolean
}

/** The four int32 words of state: low and high word of s0, then of s1. Not all zero. */
export type StreamState = readonly [s0Low: number, s0High: number, s1Low: number, s1High: number]

/** The jump polynomial of xoroshiro128+ (24, 16, 37): 2^64 draws; published with the generator, low word first. */
const JUMP = [0xd8f554a5, 0xdf900294, 0x4b3201fc, 0x170865df] as const

const TWO_32 = 2 ** 32

export class Xoroshiro128Plus implements Stream {
  private a: number
  private b: number
  private c: number
  private d: number
  /** 0, or -1 for an antithetic stream. */
  private readonly flip: number
  /** The low word of the last sum; the high one is what `next` returns. */
  private low = 0

  constructor(state: StreamState, options: StreamOptions = {}) {
    this.a = state[0] | 0
    this.b = state[1] | 0
    this.c = state[2] | 0
    this.d = state[3] | 0
    if ((this.a | this.b | this.c | this.d) === 0) throw new RangeError('a stream cannot start at state zero')
    this.flip = options.antithetic === true ? -1 : 0
  }

  /** One step: leaves the sum's low word in `low` and returns its high word, both int32. */
  private next(): number {
    const a = this.a
    const b = this.b
    const c = this.c
    const d = this.d
    const low = (a + c) | 0
    // An unsigned 32-bit sum carried exactly when it came out smaller than what it was made of.
    const high = (b + d + (low >>> 0 < a >>> 0 ? 1 : 0)) | 0
    const x = c ^ a
    const y = d ^ b
    this.a = (a << 24) ^ (b >>> 8) ^ x ^ (x << 16)
    this.b = (b << 24) ^ (a >>> 8) ^ y ^ ((y << 16) | (x >>> 16))
    this.c = (y << 5) ^ (x >>> 27)
    this.d = (x << 5) ^ (y >>> 27)
    this.low = low ^ this.flip
    return high ^ this.flip
  }

  uint32(): number {
    return this.next() >>> 0
  }

  uniform(): number {
    const high = this.next() >>> 0
    return high * 2 ** -32 + (this.low >>> 11) * 2 ** -53
  }

  uniformOpen(): number {
    // 52 bits and a half: the largest is 1 - 2^-53, which a double can hold.
    const high = this.next() >>> 0
    return high * 2 ** -32 + ((this.low >>> 12) + 0.5) * 2 ** -52
  }

  below(n: number): number {
    if (!(n >= 1 && n <= TWO_32 && Number.isInteger(n))) {
      throw new RangeError(`below(n): n must be an integer in 1 .. 2^32, got ${n}`)
    }
    // Draws past the last whole multiple of n would favour small results: draw again.
    const limit = TWO_32 - (TWO_32 % n)
    let u = this.uint32()
    while (u >= limit) u = this.uint32()
    return u % n
  }

  jump(): Xoroshiro128Plus {
    const walker = new Xoroshiro128Plus(this.state())
    let a = 0
    let b = 0
    let c = 0
    let d = 0
    for (const polynomial of JUMP) {
      for (let bit = 0; bit < 32; bit++) {
        if (((polynomial >>> bit) & 1) === 1) {
          a ^= walker.a
          b ^= walker.b
          c ^= walker.c
          d ^= walker.d
        }
        walker.next()
      }
    }
    return new Xoroshiro128Plus([a, b, c, d], { antithetic: this.flip !== 0 })
  }

  /** A copy of the state, from which the constructor continues this sequence. */
  state(): StreamState {
    return [this.a, this.b, this.c, this.d]
  }
}

/**
 * The stream of this seed, replication and name. Calling twice starts the same sequence twice, so open a stream once.
 * Seed and replication may be any finite number (RangeError otherwise); the name any string, by convention a path such
 * as `arrivals/eu-west`.
 */
export function openStream(
  seed: number,
  replication: number,
  name: string,
  options: StreamOptions = {},
): Xoroshiro128Plus {
  if (!Number.isFinite(seed) || !Number.isFinite(replication)) {
    throw new RangeError(`seed and replication must be finite numbers, got ${seed} and ${replication}`)
  }
  const text = new TextEncoder().encode(name)
  const key = new Uint8Array(16 + text.length)
  const view = new DataView(key.buffer)
  // Adding zero turns -0 into 0: equal numbers must mean equal streams.
  view.setFloat64(0, seed + 0, true)
  view.setFloat64(8, replication + 0, true)
  key.set(text, 16)
  const [a, b, c, d] = hash128(key)
  // Zero is the one state that never moves; a hash hits it with probability 2^-128.
  return new Xoroshiro128Plus((a | b | c | d) === 0 ? [1, 0, 0, 0] : [a, b, c, d], options)
}
