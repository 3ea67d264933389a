/** What the service's thread and the store's say to each other: requests in batches, replies in the same order. */
import type { FaultPlan } from '../fault.ts'
import type { Database, DatabaseOptions } from './database.ts'

/** The operations; each takes one argument. */
export type Operation =
  | 'accept'
  | 'save'
  | 'load'
  | 'bodies'
  | 'message'
  | 'list'
  | 'replay'
  | 'replayRange'
  | 'addEndpoint'
  | 'setEndpoint'
  | 'addSecret'
  | 'events'
  | 'start'
  | 'startAsItIs'
  | 'mark'
  | 'olderThan'
  | 'prune'
  | 'census'
  | 'counters'

export type Arguments<K extends Operation> = Parameters<Database[K]>[0]
export type Result<K extends Operation> = ReturnType<Database[K]>

/** Operations that change nothing: a batch of them alone needs no transaction and no sync. */
export const READS: ReadonlySet<Operation> = new Set([
  'load',
  'bodies',
  'message',
  'list',
  'events',
  'startAsItIs',
  'olderThan',
  'census',
  'counters',
])

export interface Request {
  readonly name: Operation
  readonly args: unknown
}

export interface Batch {
  readonly requests: readonly Request[]
}

export type Reply = { readonly value: unknown } | { readonly error: string }

export type FromWorker =
  | { readonly opened: true }
  | { readonly opened: false; readonly message: string; readonly mine: boolean }
  | { readonly replies: readonly Reply[] }
  | { readonly fatal: string }
  | { readonly closed: true }

export interface WorkerSetup {
  readonly path: string
  readonly options: DatabaseOptions
  readonly fault: FaultPlan | undefined
}
