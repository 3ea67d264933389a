import { expect, test } from 'vitest'
import { Batch } from './forwarder/batch.ts'
import { derivePasswordKey, deriveRouteKey, icePassword } from './hint/keys.ts'
import { HintSealer } from './hint/sealer.ts'
import { CheckTemplate } from './request.ts'
import { checkFingerprint } from '../net/stun/fingerprint.ts'
import { checkHeader, writeTransactionId } from '../net/stun/header.ts'
import { checkIntegrity } from '../net/stun/integrity.ts'
import { BAD_INTEGRITY } from '../net/stun/refusal.ts'
import { findUsername } from '../net/stun/username.ts'

const SECRET = new Uint8Array(16).fill(1)

test('a batch of checks: laid out once, patched, sealed in one call, signed', () => {
  const template = new CheckTemplate({ clientUfrag: 'wxyz' })
  const sealer = new HintSealer(deriveRouteKey(SECRET, 'k'))
  const passwords = derivePasswordKey(SECRET, 'k')
  const batch = new Batch({ capacity: 5 })
  const ufragAt = template.layAll(batch)
  for (let nonce = 0; nonce < 5; nonce++) {
    sealer.stage(1, 2, nonce)
    writeTransactionId(batch.arena, batch.offset[nonce]!, nonce, 0, 0)
  }
  sealer.sealInto(batch.arena, ufragAt)
  for (let slot = 0; slot < 5; slot++) {
    const at = batch.offset[slot]!
    const length = batch.length[slot]!
    const ufrag = sealer.seal({ cluster: 1, pod: 2, nonce: slot })
    const username = findUsername(batch.arena, at, length)
    expect(checkHeader(batch.arena, at, length)).toBe(0)
    expect(Buffer.from(batch.arena).toString('latin1', username, username + 28)).toBe(`${ufrag}:wxyz`)
    const password = icePassword(passwords, ufrag)
    expect(checkIntegrity(batch.arena, at, length, password)).toBe(BAD_INTEGRITY)
    template.sign(batch.arena, at, password)
    expect(checkIntegrity(batch.arena, at, length, password)).toBe(0)
    expect(checkFingerprint(batch.arena, at, length)).toBe(0)
  }
})

test('the fingerprint alone', () => {
  const template = new CheckTemplate()
  const bytes = template.bytes.slice()
  expect(checkFingerprint(bytes, 0, bytes.length)).toBe(0)
  writeTransactionId(bytes, 0, 1, 2, 3)
  expect(checkFingerprint(bytes, 0, bytes.length)).not.toBe(0)
  template.stampFingerprint(bytes, 0)
  expect(checkFingerprint(bytes, 0, bytes.length)).toBe(0)
})
