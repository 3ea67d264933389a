/** STUN messages (RFC 8489): header, attributes, and the attributes that a relay and a pod need. */
export { addAttribute, addBytes, attributeLength, findAttribute, messageLength } from './attribute.ts'
export * from './constants.ts'
export { crc32 } from './crc32.ts'
export { addFingerprint, checkFingerprint } from './fingerprint.ts'
export { checkHeader, messageType, writeHeader, writeTransactionId } from './header.ts'
export { addIntegrity, checkIntegrity, longTermKey } from './integrity.ts'
export type { IntegrityKey } from './integrity.ts'
export { addIntegritySha256, checkIntegritySha256 } from './integrity-sha256.ts'
export {
  ABSENT,
  BAD_ATTRIBUTE,
  BAD_COOKIE,
  BAD_FINGERPRINT,
  BAD_INTEGRITY,
  BAD_LENGTH,
  explainRefusal,
  NOT_STUN,
  StunError,
} from './refusal.ts'
export type { StunRefusal } from './refusal.ts'
export { addUsername, findUsername } from './username.ts'
export { addXorMappedAddress, readXorMappedAddress } from './xor-mapped-address.ts'
export type { MappedAddress } from './xor-mapped-address.ts'
