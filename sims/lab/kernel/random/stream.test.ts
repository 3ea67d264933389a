import * as fc from 'fast-check'
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus'
import { describe, expect, test } from 'vitest'
import { openStream, Xoroshiro128Plus, type StreamState } from './stream.ts'

const MASK = (1n << 64n) - 1n
const rotl = (x: bigint, k: bigint): bigint => ((x << k) | (x >> (64n - k))) & MASK
const join = (low: number, high: number): bigint => (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)

/** The generator as its paper states it, in 64-bit arithmetic. */
function* published(state: StreamState): Generator<bigint, never> {
  let s0 = join(state[0], state[1])
  let s1 = join(state[2], state[3])
  for (;;) {
    yield (s0 + s1) & MASK
    const x = s1 ^ s0
    s0 = rotl(s0, 24n) ^ x ^ ((x << 16n) & MASK)
    s1 = rotl(x, 37n)
  }
}

const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
const state = fc.tuple(word, word, word, word).filter((s) => s.some((w) => w !== 0))
/** pure-rand orders its words high before low. */
const theirs = (s: StreamState) => xoroshiro128plusFromState([s[1], s[0], s[3], s[2]])
const theirState = (g: ReturnType<typeof theirs>): StreamState => {
  const [b, a, d, c] = g.getState() as [number, number, number, number]
  return [a, b, c, d]
}

describe('the sequence', () => {
  test("equals pure-rand's xoroshiro128plus from the same state: its output is the sum's low word", () => {
    fc.assert(
      fc.property(state, (s) => {
        const ours = new Xoroshiro128Plus(s)
        const peer = theirs(s)
        for (let i = 0; i < 200; i++) {
          const [a, , c] = ours.state()
          expect(peer.next()).toBe((a + c) | 0)
          ours.uint32()
          expect(ours.state()).toEqual(theirState(peer))
        }
      }),
      { numRuns: 50 },
    )
  })

  test('is the published one: high word from uint32, top 53 bits from uniform', () => {
    fc.assert(
      fc.property(state, (s) => {
        const a = new Xoroshiro128Plus(s)
        const b = new Xoroshiro128Plus(s)
        const c = new Xoroshiro128Plus(s)
        const reference = published(s)
        for (let i = 0; i < 200; i++) {
          const sum = reference.next().value
          expect(a.uint32()).toBe(Number(sum >> 32n))
          expect(b.uniform()).toBe(Number(sum >> 11n) / 2 ** 53)
          expect(c.uniformOpen()).toBe((Number(sum >> 12n) + 0.5) / 2 ** 52)
        }
      }),
      { numRuns: 50 },
    )
  })

  test("jump lands where pure-rand's does, and does not move the stream itself", () => {
    fc.assert(
      fc.property(state, (s) => {
        const ours = new Xoroshiro128Plus(s)
        const peer = theirs(s)
        peer.jump()
        const far = ours.jump()
        expect(far.state()).toEqual(theirState(peer))
        expect(ours.state()).toEqual(s)
        peer.jump()
        expect(far.jump().state()).toEqual(theirState(peer))
      }),
      { numRuns: 20 },
    )
  })
})

describe('ranges', () => {
  test('uniformOpen is open, uniform half open, at the extreme sums', () => {
    const top: StreamState = [-1, -1, 0, 0] // sums to 2^64 - 1
    const bottom: StreamState = [-1, -1, 1, 0] // sums to 0 mod 2^64
    expect(new Xoroshiro128Plus(top).uniform()).toBe(1 - 2 ** -53)
    expect(new Xoroshiro128Plus(bottom).uniform()).toBe(0)
    expect(new Xoroshiro128Plus(top).uniformOpen()).toBe(1 - 2 ** -53)
    expect(new Xoroshiro128Plus(bottom).uniformOpen()).toBe(2 ** -53)
  })

  test('below(n) stays below n and is uniform (chi-square, 6 degrees of freedom, p > 0.001)', () => {
    const stream = openStream(1, 0, 'below')
    const counts = Array.from({ length: 7 }, () => 0)
    for (let i = 0; i < 70_000; i++) counts[stream.below(7)]! += 1
    const chi = counts.reduce((sum, n) => sum + (n - 10_000) ** 2 / 10_000, 0)
    expect(chi).toBeLessThan(22.46)
    // Where n is three quarters of 2^32, a remainder alone would give its lowest third every second time.
    const third = Array.from({ length: 10_000 }, () => stream.below(3 * 2 ** 30) < 2 ** 30)
    expect(third.filter(Boolean).length / 10_000).toBeCloseTo(1 / 3, 1)
    for (let i = 0; i < 1000; i++) expect(stream.below(2 ** 32 - 1)).toBeLessThan(2 ** 32 - 1)
    expect(stream.below(1)).toBe(0)
  })

  test.each([0, -1, 1.5, NaN, 2 ** 32 + 1])('below(%s) is refused', (n) => {
    expect(() => openStream(1, 0, 'x').below(n)).toThrow(RangeError)
  })
})

const start = (seed: number, replication: number, name: string): string =>
  openStream(seed, replication, name).state().join()

describe('openStream', () => {
  test('same key, same sequence; -0 is 0', () => {
    expect(start(7, 3, 'arrivals/eu-west')).toBe(start(7, 3, 'arrivals/eu-west'))
    expect(start(-0, 0, 'a')).toBe(start(0, 0, 'a'))
  })

  test('every neighbour of a key is a different stream (invariant 4)', () => {
    const states = new Set<string>()
    for (let seed = 0; seed < 10; seed++) {
      for (let replication = 0; replication < 100; replication++) {
        for (const name of ['', 'a', 'b', 'aa', 'arrivals/eu-west', 'arrivals/eu-east']) {
          states.add(start(seed, replication, name))
        }
      }
    }
    expect(states.size).toBe(6000)
  })

  test('first draws over 10,000 replications are uniform (Kolmogorov-Smirnov, p > 0.001) and uncorrelated', () => {
    const n = 10_000
    const first = Array.from({ length: n }, (_, r) => openStream(1, r, 'arrivals').uniform())
    const lag = first.slice(1).reduce((sum, u, i) => sum + (u - 0.5) * (first[i]! - 0.5), 0) / n / (1 / 12)
    expect(Math.abs(lag)).toBeLessThan(3.3 / Math.sqrt(n))
    const sorted = first.toSorted((x, y) => x - y)
    const distance = Math.max(...sorted.map((u, i) => Math.max(u - i / n, (i + 1) / n - u)))
    expect(distance).toBeLessThan(1.95 / Math.sqrt(n))
  })

  test('refuses a seed that is no number', () => {
    expect(() => openStream(NaN, 0, 'a')).toThrow(RangeError)
    expect(() => openStream(1, Infinity, 'a')).toThrow(RangeError)
    expect(() => new Xoroshiro128Plus([0, 0, 0, 0])).toThrow(RangeError)
  })

  test('antithetic: u and 1 - 2^-53 - u, also after a jump', () => {
    const plain = openStream(5, 0, 'x')
    const mirror = openStream(5, 0, 'x', { antithetic: true })
    for (let i = 0; i < 100; i++) expect(plain.uniform() + mirror.uniform()).toBe(1 - 2 ** -53)
    expect(plain.jump().uniform() + mirror.jump().uniform()).toBe(1 - 2 ** -53)
  })
})

test('no regression: the first draws of one stream are frozen; the tests above are the proof (invariant 7)', () => {
  const stream = openStream(1, 0, 'arrivals/eu-west')
  expect(Array.from({ length: 6 }, () => stream.uint32())).toMatchInlineSnapshot(`
    [
      1886374257,
      3263172535,
      88777358,
      4046476155,
      3111943089,
      2968426712,
    ]
  `)
})
