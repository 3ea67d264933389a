/**
 * Named random streams over xoroshiro128+ (Blackman and Vigna, "Scrambled linear pseudorandom number generators", ACM
 * TOMS 47(4), 2021; constants 24, 16, 37).
 *
 * A stream is a function of (seed, replication, name) alone. The three are hashed into the 128 bits of state, never
 * added to a seed: neighbouring seeds give unrelated sequences, a draw added to one stream moves no other, and the same
 * replication number at two scenario points gives common random numbers. The period is 2^128 - 1, so that a million
 * streams of 2^40 draws overlap with a probability below 2^-47; `jump` gives substreams that cannot overlap at all.
 *
 * The lowest bits of this generator's sum are its weak ones (linear); `uniform` is therefore the top 53 bits, `uint32`
 * the high word. Draws are made 64 at a time: what remains in the caller is a load, so small that V8 inlines it wherever
 * a distribution draws (an exponential: 11 ns instead of 23). The state is an Int32Array, because four number fields
 * cost 30 ns per draw on V8 14.6, and this costs 6.
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

/** The low word of the last sum, and the antithetic mask, live behind the four words of state. */
const LOW = 4
const FLIP = 5
/** Draws made in one go. */
const BLOCK = 64

/** One step of the generator: leaves the sum's low word in LOW and returns its high word, both int32. */
function step(words: Int32Array): number {
  const a = words[0]!
  const b = words[1]!
  const c = words[2]!
  const d = words[3]!
  const flip = words[FLIP]!
  const low = (a + c) | 0
  // The carry out of bit 31, from bits alone: comparing unsigned words costs half as much again here.
  const high = (b + d + (((a & c) | ((a | c) & ~low)) >>> 31)) | 0
  const x = c ^ a
  const y = d ^ b
  words[0] = (a << 24) ^ (b >>> 8) ^ x ^ (x << 16)
  words[1] = (b << 24) ^ (a >>> 8) ^ y ^ ((y << 16) | (x >>> 16))
  words[2] = (y << 5) ^ (x >>> 27)
  words[3] = (x << 5) ^ (y >>> 27)
  words[LOW] = low ^ flip
  return high ^ flip
}

export class Xoroshiro128Plus implements Stream {
  /** State after the block, and before it. */
  private readonly words = new Int32Array(6)
  private readonly before = new Int32Array(6)
  /** Uniforms made ahead, and how many of them are used up. */
  private readonly block = new Float64Array(BLOCK)
  private used = BLOCK

  constructor(state: StreamState, options: StreamOptions = {}) {
    this.words.set(state)
    if (state.every((word) => (word | 0) === 0)) throw new RangeError('a stream cannot start at state zero')
    this.words[FLIP] = options.antithetic === true ? -1 : 0
  }

  uniform(): number {
    if (this.used === BLOCK) this.refill()
    return this.block[this.used++]!
  }

  uint32(): number {
    return (this.uniform() * TWO_32) >>> 0
  }

  uniformOpen(): number {
    // The middle of one of 2^52 equal cells: the last is 1 - 2^-53, which a double can hold.
    return Math.floor(this.uniform() * 2 ** 52) * 2 ** -52 + 2 ** -53
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
    const walker = Int32Array.from(this.state())
    const sum: [number, number, number, number] = [0, 0, 0, 0]
    for (const polynomial of JUMP) {
      for (let bit = 0; bit < 32; bit++) {
        if (((polynomial >>> bit) & 1) === 1) {
          for (let i = 0; i < 4; i++) sum[i]! ^= walker[i]!
        }
        step(walker)
      }
    }
    return new Xoroshiro128Plus(sum, { antithetic: this.words[FLIP] !== 0 })
  }

  /** A copy of the state, from which the constructor continues this sequence. */
  state(): StreamState {
    if (this.used === BLOCK) return stateOf(this.words)
    const walker = this.before.slice()
    for (let i = 0; i < this.used; i++) step(walker)
    return stateOf(walker)
  }

  private refill(): void {
    const { words, block } = this
    this.before.set(words)
    for (let i = 0; i < BLOCK; i++) {
      const high = step(words) >>> 0
      block[i] = high * 2 ** -32 + (words[LOW]! >>> 11) * 2 ** -53
    }
    this.used = 0
  }
}

function stateOf(words: Int32Array): StreamState {
  return [words[0]!, words[1]!, words[2]!, words[3]!]
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
