import type { PasswordKey } from '../hint/keys.ts'
import { icePassword } from '../hint/keys.ts'
import { UFRAG_CHARS } from '../hint/layout.ts'
import { checkIntegrity } from '../../net/stun/integrity.ts'
import { findUsername } from '../../net/stun/username.ts'

/**
 * MESSAGE-INTEGRITY at the relay, for those who want forged checks stopped before the pods and accept that relays hold
 * password keys. The password follows from the ufrag, so there is still no state; but it takes two HMACs a check, some
 * 10 us, and allocates. Without it the pod verifies, as it must anyway.
 */
export class Verifier {
  private readonly keys = new Map<string, PasswordKey>()

  constructor(keys: Iterable<PasswordKey>) {
    for (const key of keys) this.keys.set(key.rotation, key)
  }

  /** True when the check at `at`, whose USERNAME starts with a ufrag of ours, is signed with that ufrag's password. */
  accepts(bytes: Uint8Array, at: number, length: number): boolean {
    const username = findUsername(bytes, at, length)
    const ufrag = Buffer.from(bytes.subarray(username, username + UFRAG_CHARS)).toString('latin1')
    const key = this.keys.get(ufrag.charAt(0))
    return key !== undefined && checkIntegrity(bytes, at, length, icePassword(key, ufrag)) === 0
  }
}
