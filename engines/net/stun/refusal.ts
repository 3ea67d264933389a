/**
 * Why a message, or a part of it, is refused.
 *
 * Functions on the packet path return a number: zero or more means yes (often an offset), below zero names the refusal,
 * so that refusing an attacker's packet allocates nothing. Functions that build messages are called with our own data
 * and throw a `StunError` instead.
 */
export const NOT_STUN = -1
export const BAD_LENGTH = -2
export const BAD_COOKIE = -3
export const BAD_ATTRIBUTE = -4
export const ABSENT = -5
export const BAD_INTEGRITY = -6
export const BAD_FINGERPRINT = -7

export type StunRefusal =
  | typeof NOT_STUN
  | typeof BAD_LENGTH
  | typeof BAD_COOKIE
  | typeof BAD_ATTRIBUTE
  | typeof ABSENT
  | typeof BAD_INTEGRITY
  | typeof BAD_FINGERPRINT

const sentences: Readonly<Record<StunRefusal, string>> = {
  [NOT_STUN]: 'not a STUN message: the first two bits are not zero',
  [BAD_LENGTH]: 'the length field does not match the datagram, or is not a multiple of 4',
  [BAD_COOKIE]: 'the magic cookie is missing',
  [BAD_ATTRIBUTE]: 'an attribute runs past the end, or its value has an impossible length',
  [ABSENT]: 'the attribute is absent',
  [BAD_INTEGRITY]: 'the message integrity does not match',
  [BAD_FINGERPRINT]: 'the fingerprint does not match, or is not the last attribute',
}

/** One sentence for logs and error messages. */
export function explainRefusal(refusal: StunRefusal): string {
  return sentences[refusal]
}

/** A message that cannot be built as asked. */
export class StunError extends Error {
  override readonly name = 'StunError'
}
