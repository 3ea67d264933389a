/**
 * What a route hint says, and where its bits are.
 *
 *   ufrag = rotation character, then 22 ice-chars = AES-128( block )
 *
 *   word 0   cluster 12 | pod 16 | redundancy 4
 *   word 1   redundancy 24       | nonce, high 8
 *   word 2   nonce, low 32
 *   word 3   redundancy 32
 *
 * The nonce is never used twice under one key: generation, boot epoch and count (`nonces.ts`), so two blocks are never
 * equal and the cipher's one-block form is safe. (Random nonces of 24 bits would collide after some 4,000 sessions.) Its
 * top 4 bits, the generation, tell the ufrags of one session apart: an ICE restart takes the next. The other 36 are
 * the session.
 *
 * The redundancy is the authentication tag. AES is a permutation that nobody without the key can tell from a random
 * one, so a block that was not sealed opens to random bits, and the 60 fixed bits come out right with chance 2^-60:
 * at ten million forged packets a second, one in 3,600 years. The value also marks this layout as version 1.
 */
export const CLUSTER_LIMIT = 1 << 12
export const POD_LIMIT = 1 << 16
export const NONCE_LIMIT = 2 ** 40
/** Ufrags that one session may take, one an ICE restart; and the nonces of generation 0, one a session. */
export const GENERATIONS = 16
export const SESSION_LIMIT = NONCE_LIMIT / GENERATIONS
/** The bits of a nonce's high 8 that belong to the session. */
export const SESSION_HIGH_BITS = SESSION_LIMIT / 2 ** 32 - 1

export const UFRAG_CHARS = 23

export const REDUNDANCY_4 = 0xf
export const REDUNDANCY_24 = 0x6c6f77
export const REDUNDANCY_32 = 0x686e7431

/** Where a session lives and which one it is. */
export interface Hint {
  /** 0 to 4,095. */
  readonly cluster: number
  /** 0 to 65,535, within the cluster. */
  readonly pod: number
  /** 0 to 2^40 - 1, never used twice under one key: see `Nonces`. */
  readonly nonce: number
}

/** Cluster and pod as one 28-bit number: the key of the routing table. */
export function routeKeyOf(cluster: number, pod: number): number {
  return (cluster << 16) | pod
}

/** @throws RangeError naming the field that is out of its bits. */
export function assertHint({ cluster, pod, nonce }: Hint): void {
  assertField('cluster', cluster, CLUSTER_LIMIT)
  assertField('pod', pod, POD_LIMIT)
  assertField('nonce', nonce, NONCE_LIMIT)
}

/** @throws RangeError unless `value` is an integer in [0, limit). */
export function assertField(name: string, value: number, limit: number): void {
  if (!Number.isInteger(value) || value < 0 || value >= limit) {
    throw new RangeError(`${name} must be an integer from 0 to ${limit - 1}, not ${value}`)
  }
}
