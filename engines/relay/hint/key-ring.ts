import { createDecipheriv } from 'node:crypto'
import type { Decipheriv } from 'node:crypto'
import { word } from '../../net/bytes.ts'
import { BLOCK_BYTES, decodeBlock, ICE_VALUE } from './ice-chars.ts'
import { rotationValue } from './keys.ts'
import type { RouteKey } from './keys.ts'
import { REDUNDANCY_24, REDUNDANCY_32, REDUNDANCY_4, UFRAG_CHARS } from './layout.ts'
import type { Hint } from './layout.ts'

/** `stage` refused: no live key has this rotation character. */
export const UNKNOWN_KEY = -1
/** `stage` refused: a character that is no ice-char, or non-zero spare bits in the last. */
export const BAD_CHARS = -2

/** In `route` after `open`: the redundancy was wrong, a forgery; or the key may not seal for that cluster. */
export const FORGED = -1
export const FOREIGN_CLUSTER = -2

/** A live key with its part of the batch: blocks waiting for the one decipher call, and the slots they belong to. */
interface LiveKey {
  readonly decipher: Decipheriv
  /** The only cluster it may seal for, or -1. */
  readonly cluster: number
  readonly staging: Uint8Array
  readonly slots: Int32Array
  staged: number
}

/**
 * The relay's side of the hint: the live route keys, up to 64, and a batch opener.
 *
 * To rotate: add the new key to every relay, let pods seal with it, and remove the old one once the last session sealed
 * under it can have ended. `stage` every ufrag of a batch, then `open` once: one decipher call for each key that the
 * batch used (one, or two during a rotation). Answers are read by slot from `route`, `nonceHigh` and `nonceLow`.
 */
export class KeyRing {
  readonly capacity: number
  /** By slot after `open`: `routeKeyOf(cluster, pod)`, FORGED or FOREIGN_CLUSTER. */
  readonly route: Int32Array
  /** By slot after `open`: the nonce's high 8 bits; the upper 4 are the generation (`layout.ts`). */
  readonly nonceHigh: Uint8Array
  /** By slot after `open`: the nonce's low 32 bits, signed. */
  readonly nonceLow: Int32Array
  private readonly keys: (LiveKey | null)[] = Array.from({ length: 64 }, () => null)
  private callCount = 0

  /** `capacity`: slots of the largest batch. */
  constructor(keys: Iterable<RouteKey> = [], capacity = 64) {
    this.capacity = capacity
    this.route = new Int32Array(capacity)
    this.nonceHigh = new Uint8Array(capacity)
    this.nonceLow = new Int32Array(capacity)
    for (const key of keys) this.add(key)
  }

  /** Decipher calls so far. */
  get calls(): number {
    return this.callCount
  }

  /** Makes a key live, in place of an older one with the same rotation. @throws RangeError for a bad rotation. */
  add({ rotation, key, cluster = -1 }: RouteKey): void {
    this.keys[rotationValue(rotation)] = {
      cluster,
      decipher: createDecipheriv('aes-128-ecb', key, null).setAutoPadding(false),
      staging: new Uint8Array(this.capacity * BLOCK_BYTES),
      slots: new Int32Array(this.capacity),
      staged: 0,
    }
  }

  /** Ends a key: every ufrag sealed with it is refused from now on. False when it was not live. */
  remove(rotation: string): boolean {
    const value = rotationValue(rotation)
    const live = this.keys[value] !== null
    this.keys[value] = null
    return live
  }

  /** Adds the 23 characters at `chars[at]` to the batch, for `slot`. Returns 0, UNKNOWN_KEY or BAD_CHARS. */
  stage(chars: Uint8Array, at: number, slot: number): number {
    const rotation = ICE_VALUE[chars[at]!]!
    if (rotation < 0) return BAD_CHARS
    const live = this.keys[rotation]
    if (live === null || live === undefined) return UNKNOWN_KEY
    if (!decodeBlock(chars, at + 1, live.staging, live.staged * BLOCK_BYTES)) return BAD_CHARS
    live.slots[live.staged++] = slot
    return 0
  }

  /** Opens everything staged since the last call. */
  open(): void {
    for (let i = 0; i < 64; i++) {
      const live = this.keys[i]
      if (live !== null && live !== undefined && live.staged !== 0) this.openKey(live)
    }
  }

  private openKey(live: LiveKey): void {
    const { slots, staged, cluster } = live
    live.staged = 0
    this.callCount++
    const plain = live.decipher.update(live.staging.subarray(0, staged * BLOCK_BYTES))
    for (let i = 0; i < staged; i++) {
      const at = i * BLOCK_BYTES
      const slot = slots[i]!
      const first = word(plain, at)
      const second = word(plain, at + 4)
      const genuine =
        (first & 15) === REDUNDANCY_4 &&
        second >>> 8 === REDUNDANCY_24 &&
        word(plain, at + 12) === REDUNDANCY_32
      const isForeign = cluster >= 0 && first >>> 20 !== cluster
      this.route[slot] = genuine ? (isForeign ? FOREIGN_CLUSTER : first >>> 4) : FORGED
      this.nonceHigh[slot] = second
      this.nonceLow[slot] = word(plain, at + 8)
    }
  }

  /** Opens one ufrag; null when it is not one of ours. Not for the packet path. */
  openOne(ufrag: string): Hint | null {
    const chars = Buffer.from(ufrag, 'latin1')
    if (chars.length !== UFRAG_CHARS || this.stage(chars, 0, 0) !== 0) return null
    this.open()
    const route = this.route[0]!
    if (route < 0) return null
    const nonce = this.nonceHigh[0]! * 2 ** 32 + (this.nonceLow[0]! >>> 0)
    return { cluster: route >>> 16, pod: route & 0xffff, nonce }
  }
}
