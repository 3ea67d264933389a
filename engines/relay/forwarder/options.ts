import type { PasswordKey } from '../hint/keys.ts'
import type { KeyRing } from '../hint/key-ring.ts'
import type { LinkOptions } from './links.ts'

export interface ForwarderOptions {
  /** Live route keys; may be shared by several forwarders of a thread. Its capacity bounds the batches. */
  readonly keys: KeyRing
  /** Secret 32-bit integer for the hash tables; draw it at random in production. */
  readonly seed: number
  /** Most flows at a time, up to 2^22; default 65,536. 136 bytes each, and 28 to 56 of index. */
  readonly flows?: number
  /** Most flows of one session, as many pending and as many live; default 8. */
  readonly flowsPerSession?: number
  /** Most pending flows of one IPv4 address, or one IPv6 network of 64 bits; default 64. */
  readonly pendingPerAddress?: number
  /** Most routes at a time; default 4,096. */
  readonly routes?: number
  /** Most killed sessions at a time; default 4,096. */
  readonly kills?: number
  /** Checks under way that may change a flow; default 65,536. 44 bytes each. */
  readonly transactions?: number
  /** Seconds a live flow survives without a client's packet; default 30, the life of ICE consent (RFC 7675). */
  readonly idleTimeout?: number
  /** The same for a flow that no pod has answered yet; default 5. */
  readonly pendingTimeout?: number
  /** Seconds in which a pod's answer to a check counts; default 40: STUN itself gives up after 39.5 (RFC 8489 6.2.1). */
  readonly transactionTimeout?: number
  /** Least seconds from a switch of an address to a newcomer's; default 1, longer after each return (`ownership.ts`). */
  readonly switchInterval?: number
  /** Verify MESSAGE-INTEGRITY of every check with these; absent: the relay holds no password key, and the pod verifies. */
  readonly verify?: Iterable<PasswordKey>
  /** Pass what is for a cluster's relay, and take what comes from another, authenticated (`links.ts`); absent: neither. */
  readonly link?: LinkOptions
}
