import { createCipheriv, createDecipheriv } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { derivePasswordKey, deriveRouteKey, icePassword } from './keys.ts'
import { BAD_CHARS, FOREIGN_CLUSTER, KeyRing, UNKNOWN_KEY } from './key-ring.ts'
import type { Hint } from './layout.ts'
import { HintSealer } from './sealer.ts'

const SECRET = new Uint8Array(32).fill(9)
const KEY = deriveRouteKey(SECRET, 'k')
const ring = new KeyRing([KEY])
const sealer = new HintSealer(KEY)
const hints: fc.Arbitrary<Hint> = fc.record({
  cluster: fc.nat(4095),
  pod: fc.nat(65_535),
  nonce: fc.nat(2 ** 40 - 1),
})

describe('the hint', () => {
  test('is 23 ice-chars, and opens to what was sealed', () => {
    fc.assert(
      fc.property(hints, (hint) => {
        const ufrag = sealer.seal(hint)
        expect(ufrag).toMatch(/^k[A-Za-z0-9+/]{21}[AQgw]$/)
        expect(ring.openOne(ufrag)).toEqual(hint)
      }),
    )
  })

  test('has the documented layout: 12 cluster, 16 pod, 28 fixed, 40 nonce, 32 fixed bits', () => {
    const ufrag = sealer.seal({ cluster: 0xabc, pod: 0x1234, nonce: 0xfedcba9876 })
    const aes = createDecipheriv('aes-128-ecb', KEY.key, null).setAutoPadding(false)
    expect(aes.update(ufrag.slice(1), 'base64', 'hex')).toBe('abc1234f6c6f77fedcba9876686e7431')
  })

  test('is a batch in one call, the same as one by one', () => {
    fc.assert(
      fc.property(fc.array(hints, { minLength: 1, maxLength: 64 }), (batch) => {
        const out = new Uint8Array(64 * 30)
        const at = Int32Array.from(batch, (_, i) => i * 30 + 3)
        for (const { cluster, pod, nonce } of batch) sealer.stage(cluster, pod, nonce)
        expect(sealer.sealInto(out, at)).toBe(batch.length)
        const calls = ring.calls
        batch.forEach((_, slot) => expect(ring.stage(out, at[slot]!, slot)).toBe(0))
        ring.open()
        expect(ring.calls).toBe(calls + 1)
        batch.forEach((hint, slot) => {
          expect(Buffer.from(out).toString('latin1', at[slot], at[slot]! + 23)).toBe(sealer.seal(hint))
          expect(ring.route[slot]).toBe(hint.cluster * 65_536 + hint.pod)
          expect(ring.nonceHigh[slot]! * 2 ** 32 + (ring.nonceLow[slot]! >>> 0)).toBe(hint.nonce)
        })
      }),
    )
  })

  test.each([
    [{ cluster: 4096, pod: 0, nonce: 0 }, 'cluster'],
    [{ cluster: 0, pod: -1, nonce: 0 }, 'pod'],
    [{ cluster: 0, pod: 0, nonce: 2 ** 40 }, 'nonce'],
    [{ cluster: 0.5, pod: 0, nonce: 0 }, 'cluster'],
    [{ cluster: 0, pod: 0, nonce: Number.NaN }, 'nonce'],
  ])('%j does not fit its bits', (hint, field) => {
    expect(() => sealer.seal(hint)).toThrow(field)
  })

  test('a full batch is refused, not lost', () => {
    const small = new HintSealer(KEY, 2)
    small.stage(1, 1, 1)
    small.stage(1, 1, 2)
    expect(() => small.stage(1, 1, 3)).toThrow('2 hints')
    expect(() => small.seal({ cluster: 1, pod: 1, nonce: 3 })).toThrow('under way')
    expect(small.sealInto(new Uint8Array(46), Int32Array.of(0, 23))).toBe(2)
  })
})

describe('a forged or damaged ufrag', () => {
  test('is refused wherever a character is changed', () => {
    fc.assert(
      fc.property(hints, fc.nat(22), fc.nat(255), (hint, place, byte) => {
        const chars = Buffer.from(sealer.seal(hint))
        fc.pre(chars[place] !== byte)
        chars[place] = byte
        expect(ring.openOne(chars.toString('latin1'))).toBeNull()
      }),
      { numRuns: 2000 },
    )
  })

  test('is refused in each of the 15 other spellings of its last character', () => {
    const chars = Buffer.from(sealer.seal({ cluster: 1, pod: 2, nonce: 3 }))
    const alphabet = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')
    const value = alphabet.indexOf(chars[22]!)
    for (let spare = 1; spare < 16; spare++) {
      expect(ring.stage(chars.with(22, alphabet[value | spare]!), 0, 0)).toBe(BAD_CHARS)
    }
  })

  test('is refused for each of the 60 redundancy bits alone', () => {
    const aes = createCipheriv('aes-128-ecb', KEY.key, null).setAutoPadding(false)
    const plain = Buffer.from('abc1234f6c6f77fedcba9876686e7431', 'hex')
    const bits = [28, 29, 30, 31, ...range(32, 56), ...range(96, 128)]
    expect(bits).toHaveLength(60)
    for (const bit of bits) {
      const block = Buffer.from(plain)
      block[bit >> 3]! ^= 128 >> (bit & 7)
      const ufrag = `k${aes.update(block).toString('base64').slice(0, 22)}`
      expect(ring.openOne(ufrag), `bit ${bit}`).toBeNull()
    }
    expect(ring.openOne(`k${aes.update(plain).toString('base64').slice(0, 22)}`)).not.toBeNull()
  })
})

describe('rotation', () => {
  test('several keys live at once; an ended one opens nothing', () => {
    const old = deriveRouteKey(SECRET, 'A')
    const next = deriveRouteKey(SECRET, '/')
    const both = new KeyRing([old, next])
    const hint = { cluster: 1, pod: 2, nonce: 3 }
    const oldUfrag = new HintSealer(old).seal(hint)
    const nextUfrag = new HintSealer(next).seal(hint)
    expect(oldUfrag.slice(1)).not.toBe(nextUfrag.slice(1))
    expect(both.openOne(oldUfrag)).toEqual(hint)
    expect(both.openOne(nextUfrag)).toEqual(hint)
    expect(both.remove('A')).toBe(true)
    expect(both.remove('A')).toBe(false)
    expect(both.openOne(oldUfrag)).toBeNull()
    expect(both.stage(Buffer.from(oldUfrag), 0, 0)).toBe(UNKNOWN_KEY)
    expect(both.openOne(nextUfrag)).toEqual(hint)
  })

  test('a batch of two rotations costs two calls', () => {
    const keys = ['x', 'y'].map((rotation) => deriveRouteKey(SECRET, rotation))
    const both = new KeyRing(keys)
    const ufrags = [0, 1, 0, 1].map((k, nonce) =>
      new HintSealer(keys[k]!).seal({ cluster: 0, pod: k, nonce }),
    )
    ufrags.forEach((ufrag, slot) => expect(both.stage(Buffer.from(ufrag), 0, slot)).toBe(0))
    both.open()
    expect(both.calls).toBe(2)
    expect([...both.route.subarray(0, 4)]).toEqual([0, 1, 0, 1])
    expect([...both.nonceLow.subarray(0, 4)]).toEqual([0, 1, 2, 3])
  })
})

describe('keys', () => {
  test("a cluster's own key opens no hint to another cluster, whoever sealed it", () => {
    const key = deriveRouteKey(SECRET, 'c', 7)
    const ring = new KeyRing([key])
    expect(key.key).toEqual(deriveRouteKey(SECRET, 'c').key)
    expect(ring.openOne(new HintSealer(key).seal({ cluster: 7, pod: 1, nonce: 1 }))).not.toBeNull()
    const foreign = new HintSealer(key).seal({ cluster: 8, pod: 1, nonce: 1 })
    expect(ring.openOne(foreign)).toBeNull()
    expect(ring.stage(Buffer.from(foreign), 0, 0)).toBe(0)
    ring.open()
    expect(ring.route[0]).toBe(FOREIGN_CLUSTER)
    expect(() => deriveRouteKey(SECRET, 'c', 4096)).toThrow('cluster')
  })

  test('one a purpose and a rotation, none equal', () => {
    const keys = [
      deriveRouteKey(SECRET, 'a').key,
      deriveRouteKey(SECRET, 'b').key,
      derivePasswordKey(SECRET, 'a').key,
      derivePasswordKey(SECRET, 'b').key,
      deriveRouteKey(new Uint8Array(32), 'a').key,
    ].map((key) => Buffer.from(key).toString('hex', 0, 16))
    expect(new Set(keys).size).toBe(keys.length)
    expect(deriveRouteKey(SECRET, 'a').key).toHaveLength(16)
    expect(derivePasswordKey(SECRET, 'a').key).toHaveLength(32)
  })

  test('the ICE password is 24 ice-chars and depends on every character of the ufrag', () => {
    const key = derivePasswordKey(SECRET, 'k')
    const ufrag = sealer.seal({ cluster: 1, pod: 2, nonce: 3 })
    expect(icePassword(key, ufrag)).toMatch(/^[A-Za-z0-9+/]{24}$/)
    expect(icePassword(key, ufrag)).toBe(icePassword(key, ufrag))
    expect(icePassword(key, sealer.seal({ cluster: 1, pod: 2, nonce: 4 }))).not.toBe(icePassword(key, ufrag))
  })

  test('bad secrets and rotations', () => {
    expect(() => deriveRouteKey(new Uint8Array(15), 'a')).toThrow('16 bytes')
    for (const rotation of ['', 'ab', '-', '\u0141']) {
      expect(() => deriveRouteKey(SECRET, rotation)).toThrow('ice-char')
    }
  })
})

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i)
}
