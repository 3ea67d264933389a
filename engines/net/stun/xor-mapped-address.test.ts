import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { addBytes } from './attribute.ts'
import { XOR_MAPPED_ADDRESS } from './constants.ts'
import { StunError } from './refusal.ts'
import { REQUEST, RESPONSE_IPV4, RESPONSE_IPV6 } from './testing/vectors.ts'
import { addXorMappedAddress, readXorMappedAddress } from './xor-mapped-address.ts'

test('addresses of the sample responses', () => {
  const four = readXorMappedAddress(RESPONSE_IPV4, 0, RESPONSE_IPV4.length)!
  expect([...four.address]).toEqual([192, 0, 2, 1])
  expect(four.port).toBe(32853)
  const six = readXorMappedAddress(RESPONSE_IPV6, 0, RESPONSE_IPV6.length)!
  expect(Buffer.from(six.address).toString('hex')).toBe('20010db8123456780011223344556677')
  expect(six.port).toBe(32853)
  expect(readXorMappedAddress(REQUEST, 0, REQUEST.length)).toBeNull()
})

test('what is added is read back, under any transaction id', () => {
  const address = fc.constantFrom(4, 16).chain((n) => fc.uint8Array({ minLength: n, maxLength: n }))
  const id = fc.uint8Array({ minLength: 12, maxLength: 12 })
  fc.assert(
    fc.property(address, fc.nat(65_535), id, (address, port, id) => {
      const bytes = new Uint8Array(64)
      bytes.set(REQUEST.subarray(0, 8))
      bytes.set(id, 8)
      const length = addXorMappedAddress(bytes, 0, 20, { address, port })
      expect(readXorMappedAddress(bytes, 0, length)).toEqual({ address, port })
    }),
  )
})

test('wrong sizes and families', () => {
  const bytes = new Uint8Array(64)
  bytes.set(REQUEST.subarray(0, 20))
  expect(() => addXorMappedAddress(bytes, 0, 20, { address: new Uint8Array(5), port: 1 })).toThrow(StunError)
  for (const value of [
    [0, 1, 0, 0],
    [0, 3, 0, 0, 1, 2, 3, 4],
    [0, 2, 0, 0, 1, 2, 3, 4],
  ]) {
    const length = addBytes(bytes, 0, 20, XOR_MAPPED_ADDRESS, Uint8Array.from(value))
    expect(readXorMappedAddress(bytes, 0, length)).toBeNull()
  }
})
