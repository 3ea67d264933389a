/**
 * The state machines, as tables: what is not in a table cannot happen, and `move` says so.
 *
 * A message. `stored` is on disk only, all others are also in memory; `delivered` and `dead` are its ends, from which a
 * replay brings it back.
 *
 *   stored ---load--> waiting ---due--> ready ---send--> sending ---respond--> recording ---retry--> waiting
 *                                                                                       ---spill--> stored
 *                                                                                       ---succeed-> delivered
 *                                                                                       ---give up-> dead
   waiting, ready ---spill--> stored, when memory is short or the endpoint is deleted
 *
 * An endpoint is what its owner and its receiver make of it; a breaker what the last attempts say of the receiver.
 */
export type MessageState = 'stored' | 'waiting' | 'ready' | 'sending' | 'recording' | 'delivered' | 'dead'
export type MessageEvent =
  | 'load'
  | 'due'
  | 'send'
  | 'respond'
  | 'retry'
  | 'spill'
  | 'succeed'
  | 'give up'
  | 'replay'

export type EndpointState =
  | 'enabled'
  | 'paused'
  | 'disabled'
  | 'disabled_due_to_failed_deliveries'
  | 'deleted'
export type EndpointEvent = 'pause' | 'resume' | 'gone' | 'fail long' | 'delete'

export type BreakerState = 'closed' | 'open' | 'probing'
export type BreakerEvent = 'trip' | 'probe' | 'succeed' | 'fail' | 'reset'

type Table<S extends string, E extends string> = Readonly<Record<S, Readonly<Partial<Record<E, S>>>>>

export const MESSAGE: Table<MessageState, MessageEvent> = {
  stored: { load: 'waiting' },
  waiting: { due: 'ready', spill: 'stored' },
  ready: { send: 'sending', spill: 'stored' },
  sending: { respond: 'recording' },
  recording: { retry: 'waiting', spill: 'stored', succeed: 'delivered', 'give up': 'dead' },
  delivered: { replay: 'stored' },
  dead: { replay: 'stored' },
}

export const ENDPOINT: Table<EndpointState, EndpointEvent> = {
  enabled: {
    pause: 'paused',
    gone: 'disabled',
    'fail long': 'disabled_due_to_failed_deliveries',
    delete: 'deleted',
  },
  // What was in flight when it was paused may still come back with a verdict on the receiver.
  paused: {
    resume: 'enabled',
    gone: 'disabled',
    'fail long': 'disabled_due_to_failed_deliveries',
    delete: 'deleted',
  },
  disabled: { resume: 'enabled', delete: 'deleted' },
  disabled_due_to_failed_deliveries: { resume: 'enabled', delete: 'deleted' },
  deleted: {},
}

export const BREAKER: Table<BreakerState, BreakerEvent> = {
  closed: { trip: 'open', reset: 'closed' },
  open: { probe: 'probing', succeed: 'closed', reset: 'closed' },
  probing: { succeed: 'closed', fail: 'open', reset: 'closed' },
}

/** An event that the state has no row for: the caller's mistake. */
export class NoTransition extends Error {
  override readonly name = 'NoTransition'
}

/** The state after `event`. @throws NoTransition */
export function move<S extends string, E extends string>(table: Table<S, E>, state: S, event: E): S {
  const next = table[state][event]
  if (next === undefined) throw new NoTransition(`${state} cannot ${event}`)
  return next
}

/** Whether `event` may happen in `state`. */
export function can<S extends string, E extends string>(table: Table<S, E>, state: S, event: E): boolean {
  return table[state][event] !== undefined
}
