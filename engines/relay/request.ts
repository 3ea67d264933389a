/**
 * A client's connectivity check, made fast: the same message again and again with another transaction id and ufrag.
 *
 * `CheckTemplate` lays out the check a browser sends (USERNAME, PRIORITY, ICE-CONTROLLING, USE-CANDIDATE,
 * MESSAGE-INTEGRITY, FINGERPRINT; RFC 8445 section 7.2.2) and remembers where its varying bytes are. `lay` copies it
 * into a slot once; after that a new session only patches 12 bytes of transaction id (`writeTransactionId`) and 23 of
 * ufrag (`HintSealer.sealInto` at `ufragAt`). Integrity and fingerprint bytes are then there but stale; `sign` makes
 * them right, at the price of an HMAC. A Forwarder that does not verify looks at neither.
 */
import type { Batch } from './forwarder/batch.ts'
import { UFRAG_CHARS } from './hint/layout.ts'
import { addAttribute, addBytes, findAttribute, messageLength } from '../net/stun/attribute.ts'
import { BINDING_REQUEST, HEADER_BYTES, ICE_CONTROLLING, MESSAGE_INTEGRITY } from '../net/stun/constants.ts'
import { PRIORITY, USE_CANDIDATE } from '../net/stun/constants.ts'
import { addFingerprint, FINGERPRINT_BYTES } from '../net/stun/fingerprint.ts'
import { writeHeader } from '../net/stun/header.ts'
import { addIntegrity } from '../net/stun/integrity.ts'
import { addUsername, findUsername } from '../net/stun/username.ts'

export interface CheckOptions {
  /** The client's own ufrag; default `abcd`. */
  readonly clientUfrag?: string
  /** Candidate priority; default 0x6e7f1eff, a peer-reflexive one. */
  readonly priority?: number
}

export class CheckTemplate {
  /** The whole message with an all-`A` ufrag, transaction id 0, zero integrity and a fingerprint for that. */
  readonly bytes: Uint8Array
  /** Where the ufrag starts in the message. */
  readonly ufragAt: number

  constructor({ clientUfrag = 'abcd', priority = 0x6e7f1eff }: CheckOptions = {}) {
    const scratch = new Uint8Array(1024)
    writeHeader(scratch, 0, BINDING_REQUEST, 0, 0, 0)
    let length = addUsername(scratch, 0, HEADER_BYTES, `${'A'.repeat(UFRAG_CHARS)}:${clientUfrag}`)
    const priorityBytes = Uint8Array.of(priority >>> 24, priority >>> 16, priority >>> 8, priority)
    length = addBytes(scratch, 0, length, PRIORITY, priorityBytes)
    length = addBytes(scratch, 0, length, ICE_CONTROLLING, new Uint8Array(8).fill(7))
    length = addBytes(scratch, 0, length, USE_CANDIDATE, new Uint8Array(0))
    addAttribute(scratch, 0, length, MESSAGE_INTEGRITY, 20)
    length = addFingerprint(scratch, 0, messageLength(scratch, 0))
    this.bytes = scratch.slice(0, length)
    this.ufragAt = findUsername(scratch, 0, length)
  }

  /**
   * Lays the message into every slot of a batch and sets its lengths. Returns where each slot's ufrag is, ready for
   * `HintSealer.sealInto(batch.arena, ...)`.
   */
  layAll(batch: Batch): Int32Array {
    for (let slot = 0; slot < batch.capacity; slot++) {
      batch.arena.set(this.bytes, batch.offset[slot])
      batch.length[slot] = this.bytes.length
    }
    return batch.offset.map((offset) => offset + this.ufragAt)
  }

  /** Computes MESSAGE-INTEGRITY with `password` and FINGERPRINT for the message at `at`, in place. */
  sign(bytes: Uint8Array, at: number, password: string): void {
    const { length } = this.bytes
    const tag = findAttribute(bytes, at, length, MESSAGE_INTEGRITY)
    addFingerprint(bytes, at, addIntegrity(bytes, at, tag - 4 - at, password))
  }

  /** Computes FINGERPRINT alone for the message at `at`, in place. */
  stampFingerprint(bytes: Uint8Array, at: number): void {
    addFingerprint(bytes, at, this.bytes.length - FINGERPRINT_BYTES - 4)
  }
}
