/**
 * The store as the service sees it: every operation returns a promise that resolves when its effect is durable. All
 * requests of one turn of the event loop travel in one message; replies come in the order of the requests, which the
 * scheduler relies on.
 */
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { FaultPlan } from '../fault.ts'
import { type DatabaseOptions } from './database.ts'
import { makeFile, makeStoreFolder } from './files.ts'
import { StoreNotOpened } from './statements.ts'
import type { Arguments, Batch, FromWorker, Operation, Request, Result, WorkerSetup } from './protocol.ts'

export const STORE_FILE = 'webhooks.db'

/** The disk is full or failing: nothing was changed, and the request may be sent again. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable'
}

export interface StoreOptions extends DatabaseOptions {
  readonly fault?: FaultPlan
  /** A sync has failed, or the thread has ended by itself: what is durable is unknown until the file is opened anew. */
  readonly onFatal?: (message: string) => void
}

interface Waiter {
  resolve(value: never): void
  reject(error: Error): void
}

export class Store {
  private readonly worker: Worker
  private readonly waiters: Waiter[] = []
  /** First waiter that has no reply yet. */
  private head = 0
  private requests: Request[] = []
  private posts = false
  private gone: Error | null = null
  private closing = false

  private constructor(worker: Worker, onFatal: (message: string) => void) {
    this.worker = worker
    worker.on('message', (message: FromWorker) => {
      if ('replies' in message) this.settle(message.replies)
      else if ('fatal' in message) onFatal(message.fatal)
    })
    worker.on('error', (error) => this.fail(error as Error))
    worker.on('exit', () => {
      this.fail(new Error(this.closing ? 'the store is closed' : "the store's thread has ended"))
      if (!this.closing) onFatal(this.gone!.message)
    })
  }

  /** Opens the store in a folder, which is made if need be. @throws StoreNotOpened */
  static async open(dir: string, options: StoreOptions = {}): Promise<Store> {
    const { fault, onFatal = () => {}, ...database } = options
    makeStoreFolder(dir)
    const path = join(dir, STORE_FILE)
    makeFile(path)
    const setup: WorkerSetup = { path, options: database, fault }
    const worker = new Worker(new URL('worker.ts', import.meta.url), { workerData: setup })
    await new Promise<void>((resolve, reject) => {
      worker.once('error', reject)
      worker.once('message', (message: FromWorker) => {
        worker.off('error', reject)
        if ('opened' in message && !message.opened) {
          reject(message.mine ? new StoreNotOpened(message.message) : new Error(message.message))
        } else resolve()
      })
    })
    return new Store(worker, onFatal)
  }

  /** Nothing will be answered any more. */
  get isGone(): boolean {
    return this.gone !== null
  }

  /** Requests that have no reply yet. */
  get pending(): number {
    return this.waiters.length - this.head
  }

  /** @throws StoreUnavailable (by the promise) when it could not be made durable; then nothing was changed. */
  ask<K extends Operation>(name: K, args: Arguments<K>): Promise<Result<K>> {
    if (this.gone !== null) return Promise.reject(new StoreUnavailable(this.gone.message))
    return new Promise((resolve, reject) => {
      this.waiters.push({ resolve, reject })
      this.requests.push({ name, args })
      if (this.posts) return
      this.posts = true
      setImmediate(() => this.post())
    })
  }

  /** Answers what has been asked, then closes the file. */
  async close(): Promise<void> {
    if (this.gone !== null) return
    this.closing = true
    this.post()
    const exit = new Promise<void>((resolve) => this.worker.once('exit', () => resolve()))
    this.worker.postMessage('close', [])
    await exit
  }

  /** Sends what has been asked so far; done by itself at the end of the turn. */
  post(): void {
    this.posts = false
    if (this.requests.length === 0) return
    const batch: Batch = { requests: this.requests }
    this.requests = []
    this.worker.postMessage(batch, [])
  }

  private settle(replies: readonly ({ value: unknown } | { error: string })[]): void {
    for (const reply of replies) {
      const waiter = this.waiters[this.head++]!
      if ('error' in reply) waiter.reject(new StoreUnavailable(reply.error))
      else waiter.resolve(reply.value as never)
    }
    if (this.head > 1024 && this.head * 2 > this.waiters.length) {
      this.waiters.splice(0, this.head)
      this.head = 0
    }
  }

  private fail(error: Error): void {
    this.gone ??= error
    const left = this.waiters.splice(0).slice(this.head)
    this.head = 0
    for (const waiter of left) waiter.reject(new StoreUnavailable(error.message))
  }
}
