/** What the engine knows of its clients, and what it asks of the adaptor around it. */
import type { Args } from '../resp/args.ts'

/** What the engine knows of a client. */
export interface Client {
  readonly id: number
  readonly address: string
  readonly name: string
  readonly library: string
  readonly libraryVersion: string
  readonly db: number
  readonly protocol: number
  readonly channels: ReadonlySet<string>
  readonly patterns: ReadonlySet<string>
  readonly queue: readonly unknown[] | null
  /** A watched key was written. */
  watchBroken: boolean
  /** The connection is to be closed. */
  closing: boolean
  /** Sends a message. */
  deliver(parts: readonly string[]): void
}

/** Whether a snapshot was asked for, or a shorter log; the same is done for both. */
export type SaveKind = 'save' | 'rewrite'

/** What the engine asks of its adaptor. */
export interface Host {
  /** Writes are logged. */
  readonly durable: boolean
  readonly directory: string
  /** Other machines reach it: there has to be a password. */
  readonly isOpen: boolean
  /** Writes of one command, or of one transaction, which are replayed all or not at all; the arguments are lent. */
  log(db: number, commands: readonly Args[]): void
  /** Begins a snapshot, or writes it at once; false when one is being written. Whether it fails, `failed` tells. */
  save(what: SaveKind, atOnce: boolean): boolean
  readonly saving: SaveKind | null
  /** Whether the last snapshot of this kind could not be written. */
  failed(what: SaveKind): boolean
  /** Completes, or gives up, the snapshot that is being written, before it returns. */
  finishSave(): void
  /** Seconds since 1970 of the last snapshot that was completed. */
  readonly lastSave: number
  /** Ends the server, once what runs now is done. */
  shutdown(): void
  /** Output was written for a client out of its turn. */
  wake(client: Client): void
  /** A command failed as none should: the client is told, and whoever runs the server. */
  report(error: unknown): void
  /** Lines for INFO. */
  info(): readonly (readonly [string, string | number])[]
}

/** A host for an engine that lives alone: nothing is kept. */
export const NO_HOST: Host = {
  durable: false,
  directory: '',
  isOpen: false,
  log: () => {},
  save: () => true,
  saving: null,
  failed: () => false,
  finishSave: () => {},
  lastSave: 0,
  shutdown: () => {},
  wake: () => {},
  report: (error) => {
    throw error
  },
  info: () => [],
}
