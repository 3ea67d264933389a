/** What becomes of a packet, and every reason for which one is dropped. Each reason has a counter of its own. */
export const DROP = 0
export const TO_POD = 1
export const TO_CLIENT = 2

export type Action = typeof DROP | typeof TO_POD | typeof TO_CLIENT

/** Drop reasons by code; code 0 is "not dropped". Order is the code. */
export const REASONS = [
  'none',
  // What the first byte says.
  'empty',
  'otherProtocol',
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
  'badIntegrity',
  // Where it would go.
  'unknownPod',
  'podDrained',
  'killed',
  'tableFull',
  'unknownFlow',
  // From the pods' side.
  'badHeader',
  'notFlowsPod',
  'unconfirmed',
  'switchLimited',
] as const

export type Reason = (typeof REASONS)[number]

const code = (reason: Reason): number => REASONS.indexOf(reason)

/** No bytes at all. */
export const EMPTY = code('empty')
/** ZRTP, TURN channels, QUIC or an unassigned first byte. */
export const OTHER_PROTOCOL = code('otherProtocol')
/** First byte of STUN, no magic cookie. */
export const BAD_COOKIE = code('badCookie')
/** STUN whose length field does not fit the datagram. */
export const BAD_LENGTH = code('badLength')
/** STUN with an attribute past its end, or a USERNAME too long. */
export const BAD_ATTRIBUTE = code('badAttribute')
/** STUN of another method than Binding: TURN for example. */
export const NOT_BINDING = code('notBinding')
export const NO_USERNAME = code('noUsername')
/** USERNAME is not 23 ice-chars and a colon, or the last one has non-zero spare bits. */
export const BAD_UFRAG = code('badUfrag')
/** No live key has the ufrag's rotation character. */
export const UNKNOWN_KEY = code('unknownKey')
/** The hint was not sealed with the key it names: a forgery. */
export const BAD_REDUNDANCY = code('badRedundancy')
/** MESSAGE-INTEGRITY is absent or wrong, at a relay that verifies it. */
export const BAD_INTEGRITY = code('badIntegrity')
/** A genuine hint to a pod that the routing table does not have. */
export const UNKNOWN_POD = code('unknownPod')
/** The pod's draining deadline is past, or the pod was removed. */
export const POD_DRAINED = code('podDrained')
/** The session is on the deny list. */
export const KILLED = code('killed')
/** A new flow, and no room for one. */
export const TABLE_FULL = code('tableFull')
/** Media, or a pod's packet, for a client address that has no flow. */
export const UNKNOWN_FLOW = code('unknownFlow')
/** A pod's packet without a relay header. */
export const BAD_HEADER = code('badHeader')
/** A pod's packet to a client whose flow belongs to another pod. */
export const NOT_FLOWS_POD = code('notFlowsPod')
/** A pod's packet, not STUN, to a client that has not completed a check. */
export const UNCONFIRMED = code('unconfirmed')
/** The flow changed pods less than the switch interval ago. */
export const SWITCH_LIMITED = code('switchLimited')
