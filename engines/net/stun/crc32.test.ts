import { crc32 as native } from 'node:zlib'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { crc32 } from './crc32.ts'

test('check value of the CRC catalogue', () => {
  expect(crc32(Buffer.from('123456789'), 0, 9)).toBe(0xcbf43926)
})

test('equals zlib on any bytes, from any place', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(20), (bytes, skip) => {
      const from = Math.min(skip, bytes.length)
      expect(crc32(bytes, from, bytes.length)).toBe(native(bytes.subarray(from)))
    }),
  )
})
