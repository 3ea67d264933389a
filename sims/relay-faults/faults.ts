/** What breaks, and whom it cuts off. */
export const FAULTS = [
  'relay-crash',
  'rolling-restart',
  'pod-drain',
  'pod-loss',
  'key-rotation',
  'nat-rebinding',
  'region-loss',
] as const
export type Fault = (typeof FAULTS)[number]

/** `shared`: relays write their routes into a cache that all of them read; a restarted one need not wait for checks. */
export const CACHES = ['none', 'shared'] as const

/**
 * How callers come to another cluster when theirs is gone. `geo`: names are answered by where the caller is, and kept for
 * the steering delay. `anycast`: one address, routed to the nearest cluster that announces it.
 */
export const STEERINGS = ['geo', 'anycast'] as const

/** Between tries of a caller whose call did not come about. */
export const RETRIES = ['fixed', 'jittered'] as const

/**
 * Whether a session goes on by its own next check: the pod still has it. After the others only a new session helps, and
 * the caller learns by silence that he needs one.
 */
export const survives = (fault: Fault): boolean =>
  fault === 'relay-crash' || fault === 'rolling-restart' || fault === 'nat-rebinding'
