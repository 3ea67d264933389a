/**
 * One secret a rotation, one key a purpose (HKDF-SHA256, RFC 5869): the route key seals hints and is given to relays;
 * the password key makes ICE passwords and stays with the pods, unless a relay is to verify MESSAGE-INTEGRITY itself.
 * Neither tells anything of the other.
 */
import { createHmac, hkdfSync } from 'node:crypto'
import { ICE_VALUE } from './ice-chars.ts'
import { assertField, CLUSTER_LIMIT } from './layout.ts'

/** A route key and the character that names its rotation in every ufrag sealed with it. */
export interface RouteKey {
  readonly rotation: string
  /** 16 bytes: AES-128. */
  readonly key: Uint8Array
  /** The only cluster whose hints this key may seal; absent: any. */
  readonly cluster?: number
}

/** A password key and the rotation whose ufrags it belongs to. */
export interface PasswordKey {
  readonly rotation: string
  /** 32 bytes: HMAC-SHA256. */
  readonly key: Uint8Array
}

/** 18 bytes of the KDF in 24 ice-chars: 144 bits, where RFC 8839 section 5.4 asks for 22 characters and 128 bits. */
const PASSWORD_BYTES = 18
const SECRET_MIN_BYTES = 16

function derive(secret: Uint8Array, purpose: string, rotation: string, length: number): Uint8Array {
  if (secret.length < SECRET_MIN_BYTES) {
    throw new RangeError(`a secret has at least ${SECRET_MIN_BYTES} bytes, not ${secret.length}`)
  }
  rotationValue(rotation)
  const info = `flowbench relay 1 ${purpose} ${rotation}`
  return new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(0), info, length))
}

/** The 6-bit value of a rotation character. @throws RangeError when it is not one ice-char. */
export function rotationValue(rotation: string): number {
  const code = rotation.length === 1 ? rotation.charCodeAt(0) : 256
  const value = code < 256 ? ICE_VALUE[code]! : -1
  if (value < 0) throw new RangeError(`a rotation is one ice-char, not ${JSON.stringify(rotation)}`)
  return value
}

/**
 * The route key of a secret. Every pod that holds it can seal any hint, so give each cluster a secret of its own and
 * name the `cluster` here: relays then refuse, as `foreignCluster`, what it seals for others.
 * @throws RangeError for a secret under 16 bytes, a rotation that is not one ice-char, or a cluster out of range.
 */
export function deriveRouteKey(secret: Uint8Array, rotation: string, cluster?: number): RouteKey {
  const key = derive(secret, 'route hint', rotation, 16)
  if (cluster === undefined) return { rotation, key }
  assertField('cluster', cluster, CLUSTER_LIMIT)
  return { rotation, key, cluster }
}

/** @throws RangeError as `deriveRouteKey`. */
export function derivePasswordKey(secret: Uint8Array, rotation: string): PasswordKey {
  return { rotation, key: derive(secret, 'ice password', rotation, 32) }
}

/** The ICE password that goes with a ufrag: 24 ice-chars, HMAC-SHA256 of the ufrag under the password key. */
export function icePassword({ key }: PasswordKey, ufrag: string): string {
  return createHmac('sha256', key).update(ufrag).digest().toString('base64', 0, PASSWORD_BYTES)
}
