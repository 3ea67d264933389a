/** What becomes of a packet, and every reason for which one is dropped. Each reason has a counter of its own. */
export const DROP = 0
export const TO_POD = 1
export const TO_CLIENT = 2

export type Action = typeof DROP | typeof TO_POD | typeof TO_CLIENT

/** Drop reasons by code; code 0 is "not dropped". Order is the code. */
export const REASONS = [
  'none',
  // What the receiver says.
  'badSlot',
  'badTime',
  'badSource',
  // What the first byte says.
  'empty',
  'otherProtocol',
  'tooShort',
  // STUN that is malformed, or no Binding message.
  'badCookie',
  'badLength',
  'badAttribute',
  'notBinding',
  // The route hint.
  'noUsername',
  'badUfrag',
  'unknownKey',
  'badRedundancy',
  'foreignCluster',
  'badIntegrity',
  // Where it would go.
  'unknownPod',
  'podDrained',
  'killed',
  'tableFull',
  'unknownFlow',
  'unconfirmed',
  'duplicateTransaction',
  // Between relays.
  'badLink',
  'routeLoop',
  'tooLong',
  // From the pods' side.
  'badHeader',
  'notFlowsPod',
  'unproven',
] as const

export type Reason = (typeof REASONS)[number]

const code = (reason: Reason): number => REASONS.indexOf(reason)

/** A length or place that is not within the packet's slot: the receiver's mistake, or a datagram cut short. */
export const BAD_SLOT = code('badSlot')
/** An arrival that is no number, or beyond LATEST. */
export const BAD_TIME = code('badTime')
/** A check from port 0 or an address that nothing can be sent back to: unspecified, multicast, broadcast, of a link alone. */
export const BAD_SOURCE = code('badSource')
/** No bytes at all. */
export const EMPTY = code('empty')
/** ZRTP, TURN channels, QUIC or an unassigned first byte. */
export const OTHER_PROTOCOL = code('otherProtocol')
/** DTLS, RTP or RTCP by its first byte, but shorter than a header of that. */
export const TOO_SHORT = code('tooShort')
/** First byte of STUN, no magic cookie. */
export const BAD_COOKIE = code('badCookie')
/** STUN whose length field does not fit the datagram. */
export const BAD_LENGTH = code('badLength')
/** STUN with an attribute past its end, or a USERNAME too long. */
export const BAD_ATTRIBUTE = code('badAttribute')
/** STUN of another method than Binding and GOOG_PING: TURN for example. */
export const NOT_BINDING = code('notBinding')
export const NO_USERNAME = code('noUsername')
/** USERNAME is not 23 ice-chars and a colon, or the last one has non-zero spare bits. */
export const BAD_UFRAG = code('badUfrag')
/** No live key has the ufrag's rotation character. */
export const UNKNOWN_KEY = code('unknownKey')
/** The hint was not sealed with the key it names: a forgery. */
export const BAD_REDUNDANCY = code('badRedundancy')
/** The hint was sealed for another cluster than its key belongs to. */
export const FOREIGN_CLUSTER = code('foreignCluster')
/** MESSAGE-INTEGRITY is absent or wrong, at a relay that verifies it. */
export const BAD_INTEGRITY = code('badIntegrity')
/** A genuine hint to a pod that the routing table does not have. */
export const UNKNOWN_POD = code('unknownPod')
/** The pod's draining deadline is past, or the pod was removed; both ways. */
export const POD_DRAINED = code('podDrained')
/** The session is on the deny list. */
export const KILLED = code('killed')
/** A new flow, and no room for one: every flow in the table is live. */
export const TABLE_FULL = code('tableFull')
/** Media, or a pod's packet, for a client address that has no flow. */
export const UNKNOWN_FLOW = code('unknownFlow')
/** Either way, not STUN, and no pod has answered a check of this client. */
export const UNCONFIRMED = code('unconfirmed')
/** A check whose transaction id this client has under way for another session. */
export const DUPLICATE_TRANSACTION = code('duplicateTransaction')
/** Said to come from another relay, and does not: unknown relay, wrong tag, or not of now. */
export const BAD_LINK = code('badLink')
/** Came from a relay, and would go to another. */
export const ROUTE_LOOP = code('routeLoop')
/** For another relay, and the slot has no room for the trailer. */
export const TOO_LONG = code('tooLong')
/** A pod's packet without a relay header. */
export const BAD_HEADER = code('badHeader')
/** A pod's packet to a client whose flow belongs to another pod. */
export const NOT_FLOWS_POD = code('notFlowsPod')
/** A pod's packet to an address that may be spoofed, and has been sent its share. */
export const UNPROVEN = code('unproven')
