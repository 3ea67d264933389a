import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { SESSION_LIMIT } from './layout.ts'
import { EPOCH_LIMIT, Nonces, restartNonce } from './nonces.ts'

test('boots of a pod share no nonce, and neither do their ICE restarts', () => {
  const used = new Set<number>()
  for (const epoch of [0, 1, 2, 65_535]) {
    const nonces = new Nonces(epoch)
    for (let i = 0; i < 1000; i++) {
      for (let nonce = nonces.next(), ufrags = 1; ufrags <= 16; ufrags++) {
        used.add(nonce)
        if (ufrags < 16) nonce = restartNonce(nonce)
      }
    }
  }
  expect(used.size).toBe(4 * 1000 * 16)
})

test('the last session of an epoch is followed by an error, not by the next epoch', () => {
  const nonces = new Nonces(EPOCH_LIMIT - 1)
  let last = 0
  for (let i = 0; i < 2 ** 20; i++) last = nonces.next()
  expect(last).toBe(SESSION_LIMIT - 1)
  expect(() => nonces.next()).toThrow('epoch 65535')
  expect(() => nonces.next()).toThrow('take another')
})

test('a restart keeps the session, 15 times', () => {
  fc.assert(
    fc.property(fc.nat(SESSION_LIMIT - 1), (first) => {
      let nonce = first
      for (let i = 0; i < 15; i++) {
        nonce = restartNonce(nonce)
        expect(nonce % SESSION_LIMIT).toBe(first)
      }
      expect(() => restartNonce(nonce)).toThrow('16 ufrags')
    }),
  )
})

test.each([-1, 65_536, 0.5, Number.NaN])('epoch %j is refused', (epoch) => {
  expect(() => new Nonces(epoch)).toThrow('epoch')
})
