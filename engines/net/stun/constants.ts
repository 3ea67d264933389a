/** Specification constants. RFC 8489 unless another document is named; values are the wire's. */

/** Type, length, magic cookie, transaction id (section 5). */
export const HEADER_BYTES = 20
/** Bytes 4 to 7 of every message (section 5). */
export const MAGIC_COOKIE = 0x2112a442
/** Attribute type and length (section 14). */
export const ATTRIBUTE_HEADER_BYTES = 4

/** Message types: method Binding (0x001) in the four classes (sections 5 and 18.2). */
export const BINDING_REQUEST = 0x0001
export const BINDING_INDICATION = 0x0011
export const BINDING_SUCCESS = 0x0101
export const BINDING_ERROR = 0x0111

/**
 * A shorter check that libwebrtc sends on a connection whose other side has agreed to it (`GOOG_PING`): the header, a
 * truncated integrity, no USERNAME. Not in any RFC; in libwebrtc's `api/transport/stun.h`.
 */
export const GOOG_PING_REQUEST = 0x0200
export const GOOG_PING_RESPONSE = 0x0300
export const GOOG_PING_ERROR = 0x0310

/** Attributes (section 18.3). */
export const USERNAME = 0x0006
export const MESSAGE_INTEGRITY = 0x0008
export const REALM = 0x0014
export const NONCE = 0x0015
export const MESSAGE_INTEGRITY_SHA256 = 0x001c
export const XOR_MAPPED_ADDRESS = 0x0020
export const SOFTWARE = 0x8022
export const FINGERPRINT = 0x8028

/** Attributes of ICE connectivity checks (RFC 8445 section 16.1). */
export const PRIORITY = 0x0024
export const USE_CANDIDATE = 0x0025
export const ICE_CONTROLLED = 0x8029
export const ICE_CONTROLLING = 0x802a

/** What follows the header, and each value in it, is given in 16 bits (sections 5 and 14). */
export const BODY_LIMIT = 2 ** 16

/** USERNAME is shorter than this many bytes (section 14.3). */
export const USERNAME_LIMIT = 509
