/** The webhook engine: see README.md. The core is sans-I/O; what has sockets and files is under io/. */
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
export { BadKeyFile } from './io/api-key.ts'
export { serveWebhooks } from './io/serve.ts'
export type { ServeOptions, WebhookServer } from './io/serve.ts'
export { ServiceError } from './io/service-error.ts'
export { WebhookService } from './io/service.ts'
export type { ServiceOptions } from './io/service.ts'
export { Sender } from './io/sender.ts'
export { StoreNotOpened } from './io/store/statements.ts'
export { Store, StoreUnavailable } from './io/store/store.ts'
