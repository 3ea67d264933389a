/**
 * A flow's words, by position, in two arrays of 16 a flow: one cache line that every packet touches, and one that only
 * checks, answers and kills do.
 */

/** Words a record, in either array. */
export const RECORD = 16

/** IPv4 address, or the last word of an IPv6 one. */
export const ADDRESS = 0
/** Port; IPV6_PORT is added for an IPv6 client, so that no IPv4 client is ever taken for one. */
export const PORT = 1
/** Route number (`routes.ts`). */
export const ROUTE = 2
export const NONCE_HIGH = 3
export const NONCE_LOW = 4
/** Last second in which a client's packet refreshed the flow. */
export const SEEN = 5
/** Neighbours in the wheel's bucket (`wheel.ts`); NEXT also chains free records. */
export const NEXT = 6
/**
 * LIVE and the flags below; 0 is a pending flow. From ASKED_SHIFT on, in 8 bits, how many requests its pod sent to its
 * client (`proof.ts`); from VIA_SHIFT on the relay that its client is behind (`links.ts`), or 0.
 */
export const STATE = 7
/** Bytes that may still go to an address that has not proven itself (`proof.ts`). */
export const CREDIT = 8
export const PREVIOUS = 9
export const GENERATION = 10
/** The session's cluster and pod (`routeKeyOf`): several may share a cluster-wide route. */
export const ROUTE_KEY = 11
/** The first three words of an IPv6 address. */
export const HIGH_WORDS = 12
/** Digest of the transaction id of the last check of the flow's session, if CHECKED. */
export const OWN_ID = 15

export const IPV6_PORT = 0x10000

/** No pod has answered a check of this client yet: short timeout, STUN alone. */
export const PENDING = 0
export const LIVE = 1
/** Its session is on the deny list; nothing passes, nothing refreshes it. */
export const KILLED = 2
/** Its client has shown that it gets what is sent to it (`proof.ts`). */
export const PROVEN = 4
/** The incumbent had shown it when it lost the flow (`ownership.ts`). */
export const INCUMBENT_PROVEN = 8
/** OWN_ID is of a check. */
export const CHECKED = 32
/** A check of another session may be under way, until FOREIGN_UNTIL. */
export const FOREIGN = 64
export const ASKED_SHIFT = 8
export const VIA_SHIFT = 16

/** No flow has this record. */
export const FREE = -1

/** Words of the second array. Next flow of the same session, of the same pending address. */
export const SESSION_NEXT = 0
export const ADDRESS_NEXT = 1
/** Neighbours in the queue of pending flows, or NOT_QUEUED. */
export const OLDER = 2
export const NEWER = 3
/** Heads of the chains that the flow is in: of its session, of its pending address. */
export const SESSION_PLACE = 4
export const ADDRESS_PLACE = 5
/** Digests, two words each, of the transaction ids of two requests that the pod sent to the client: a kept and the last. */
export const KEPT_ID = 6
export const LAST_ID = 8
/** The session with the older claim to the address, when it last had the flow, and how often it came back. */
export const INCUMBENT = 10
export const INCUMBENT_SEEN = 13
export const STRIKES = 14
/** Last second in which a check of another session may be under way, if FOREIGN. */
export const FOREIGN_UNTIL = 15

export const NOT_QUEUED = -2
