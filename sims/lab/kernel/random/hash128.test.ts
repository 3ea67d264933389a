import { expect, test } from 'vitest'
import { hash128 } from './hash128.ts'

function toBytes(words: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(16)
  const view = new DataView(bytes.buffer)
  words.forEach((w, i) => view.setInt32(4 * i, w, true))
  return bytes
}

test("the algorithm's published verification value (SMHasher: keys of 0..255 bytes, hash of hashes)", () => {
  const hashes = new Uint8Array(256 * 16)
  const key = new Uint8Array(256).map((_, i) => i)
  for (let i = 0; i < 256; i++) hashes.set(toBytes(hash128(key.subarray(0, i), 256 - i)), 16 * i)
  expect(hash128(hashes, 0)[0] >>> 0).toBe(0xb3ece62a)
})

test('the empty key under seed 0 hashes to zero, as the algorithm defines', () => {
  expect(hash128(new Uint8Array())).toEqual([0, 0, 0, 0])
})
