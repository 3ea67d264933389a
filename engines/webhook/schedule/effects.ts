/** What the scheduler asks the world to do. */
import type { EndpointState } from './transitions.ts'

/** Make attempt number `attempt` of a message and answer with `responded`. */
export interface Send {
  readonly do: 'send'
  readonly seq: number
  readonly endpoint: number
  readonly attempt: number
}

/** Make an attempt's outcome durable and answer with `saved`. */
export interface Save {
  readonly do: 'save'
  readonly seq: number
  readonly state: 'pending' | 'delivered' | 'dead'
  readonly tries: number
  readonly attempts: number
  readonly due: number
  /** From when on the policy's window counts. */
  readonly since: number
  /** The attempt: when it began, what came of it. */
  readonly at: number
  readonly status: number | null
  readonly error: string | null
}

/** Read the endpoint's next pending messages behind (due, seq) and answer with `loaded`. */
export interface Load {
  readonly do: 'load'
  readonly endpoint: number
  readonly due: number
  readonly seq: number
  readonly limit: number
}

/** Make an endpoint's state durable. */
export interface EndpointChange {
  readonly do: 'endpoint'
  readonly endpoint: number
  readonly state: EndpointState
  readonly failingSince: number | null
  /** What to tell the owner: `endpoint.disabled.gone`, `endpoint.disabled.failing`. */
  readonly event: string | null
}

export type Effect = Send | Save | Load | EndpointChange
