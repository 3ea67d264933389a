/** The relay engine: see README.md. Everything here is sans-I/O; time is an argument, in seconds. */
export { formatIPv4, formatIPv6, isAnswerableIPv4, parseIPv4, parseIPv6 } from '../net/address.ts'
export * as demux from '../net/demux.ts'
export { Batch, HEADROOM, LATEST, SLOT_BYTES, Verdicts } from './forwarder/batch.ts'
export type { BatchOptions } from './forwarder/batch.ts'
export type { CounterName, Counts } from './forwarder/counters.ts'
export { Forwarder } from './forwarder/forwarder.ts'
export type { ForwarderOptions } from './forwarder/options.ts'
export {
  hasRelayHeader,
  HEADER_IPV4_BYTES,
  HEADER_IPV6_BYTES,
  headerAddress,
  headerBytes,
  headerPort,
  LINKED,
  readHeaderIPv6,
  VOUCHED,
  writeRelayHeader,
  writeRelayHeaderIPv6,
} from './forwarder/header.ts'
export { deriveLinkKey, TRAILER_BYTES } from './forwarder/links.ts'
export type { LinkKey, LinkOptions } from './forwarder/links.ts'
export type { Routes } from './forwarder/routes.ts'
export { DROP, REASONS, TO_CLIENT, TO_POD } from './forwarder/verdict.ts'
export type { Action, Reason } from './forwarder/verdict.ts'
export { derivePasswordKey, deriveRouteKey, icePassword } from './hint/keys.ts'
export type { PasswordKey, RouteKey } from './hint/keys.ts'
export { KeyRing } from './hint/key-ring.ts'
export { CLUSTER_LIMIT, NONCE_LIMIT, POD_LIMIT, SESSION_LIMIT, UFRAG_CHARS } from './hint/layout.ts'
export type { Hint } from './hint/layout.ts'
export { EPOCH_LIMIT, Nonces, restartNonce } from './hint/nonces.ts'
export { HintSealer } from './hint/sealer.ts'
export { CheckTemplate } from './request.ts'
export type { CheckOptions } from './request.ts'
export * as stun from '../net/stun/index.ts'
