/**
 * The webhook engine without sockets, files and a clock: what a sim runs in virtual time. What has them loads HTTP's client,
 * a fifth of a second that nobody who simulates should wait for.
 */
export { judgeAddress } from './address/blocked.ts'
export { parseAddress, parseCidr } from './address/address.ts'
export { BadUrl, parseEndpointUrl } from './address/url.ts'
export { BODY_LIMIT, envelope } from './message/envelope.ts'
export { acceptedAt, formatMessageId, nextSequence, parseMessageId } from './message/id.ts'
export {
  attemptTimes,
  baseDelay,
  holdFor,
  judge,
  nextDelay,
  probeDelay,
  spread,
  TIMEOUT,
} from './policy/policy.ts'
export type { Outcome, Policy, Verdict } from './policy/policy.ts'
export { DEFAULT_POLICY, POLICIES } from './policy/policies.ts'
export type { Schedules } from './policy/policies.ts'
export { retryAfter } from './policy/retry-after.ts'
export type { Effect, Save } from './schedule/effects.ts'
export type { EndpointSettings } from './schedule/endpoint.ts'
export type { StoredMessage } from './schedule/job.ts'
export { Scheduler } from './schedule/scheduler.ts'
export type { Draw, SchedulerOptions } from './schedule/scheduler.ts'
export { BREAKER, ENDPOINT, MESSAGE } from './schedule/transitions.ts'
export { Wheel } from './schedule/wheel.ts'
export { publicJwk } from './sign/jwks.ts'
export {
  BadKey,
  formatPrivateKey,
  formatSecret,
  parsePrivateKey,
  parsePublicKey,
  parseSecret,
} from './sign/secret.ts'
export { signatureHeader, signV1, signV1a } from './sign/signer.ts'
export type { SigningKey } from './sign/signer.ts'
export { KeySet } from './verify/key-set.ts'
export type { HeadersLike } from './verify/headers.ts'
export { PEER_RULES } from './verify/peers.ts'
export type { Delivery, PeerName } from './verify/peers.ts'
export { Misused, REASONS, Refused } from './verify/refusal.ts'
export type { Reason } from './verify/refusal.ts'
export { SeenIds } from './verify/seen.ts'
export { Verifier } from './verify/verifier.ts'
export type { Verified, VerifierOptions } from './verify/verifier.ts'
export { VirtualService } from './virtual/service.ts'
export type { Answer, Receiver } from './virtual/service.ts'
export type { VirtualStore } from './virtual/store.ts'
