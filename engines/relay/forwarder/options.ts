import type { PasswordKey } from '../hint/keys.ts'
import type { KeyRing } from '../hint/key-ring.ts'

export interface ForwarderOptions {
  /** Live route keys; may be shared by several forwarders of a thread. Its capacity bounds the batches. */
  readonly keys: KeyRing
  /** Secret 32-bit integer for the hash tables; draw it at random in production. */
  readonly seed: number
  /** Most flows at a time, up to 2^22; default 65,536. 64 bytes each, and 16 to 32 of index. */
  readonly flows?: number
  /** Most routes ever named; default 4,096. */
  readonly routes?: number
  /** Most killed sessions at a time; default 4,096. */
  readonly kills?: number
  /** Entries for checks under way that may change a flow; default 16,384. */
  readonly transactions?: number
  /** Seconds a live flow survives without a client's packet; default 30, the life of ICE consent (RFC 7675). */
  readonly idleTimeout?: number
  /** The same for a flow that no pod has answered yet; default 5. */
  readonly pendingTimeout?: number
  /** Seconds in which a pod's answer to a check counts; default 40: STUN itself gives up after 39.5 (RFC 8489 6.2.1). */
  readonly transactionTimeout?: number
  /** Least seconds between two switches of an address; default 1. */
  readonly switchInterval?: number
  /** Verify MESSAGE-INTEGRITY of every check with these; absent: the relay holds no password key, and the pod verifies. */
  readonly verify?: Iterable<PasswordKey>
}
