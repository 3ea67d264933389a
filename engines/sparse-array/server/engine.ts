/**
 * The server without its sockets and files: databases, settings, subscribers, and who has to be told of a write.
 *
 * Time is `now`, which the adaptor sets before it lets anything run. Nothing here waits: what may take long is a `Job`.
 */
import type { SparseArray } from '../array/sparse-array.ts'
import { bury, createStore, isBurying } from '../array/store.ts'
import type { Store } from '../array/store.ts'
import type { Plan } from '../grep/plan.ts'
import { ARRAY, Keyspace } from '../keyspace/keyspace.ts'
import type { Job } from '../job.ts'
import { Args, latin1 } from '../resp/args.ts'
import { Space } from '../space/space.ts'
import { Events } from './events.ts'
import { NO_HOST } from './host.ts'
import type { Client, Host, SaveKind } from './host.ts'
import { Subscribers } from './subscribers.ts'

const DATABASES = 16
const DEFAULT_SLICE_BITS = 12
/** About four seconds of the fastest search, and one of a plain automaton. */
const DEFAULT_MAX_STEPS = 4_000_000_000
const DEFAULT_OUTPUT_LIMIT = 2 ** 30
/**
 * Bytes of a client's request or transaction. The log has for each command of it no more than twice its bytes, as a key
 * whose time has come is a DEL of its own; a record of more than 2 GiB could not be read back.
 */
export const MOST_QUERY = 2 ** 30
/** With less, a client might not even be answered when it sets the limit back. */
export const LEAST_OUTPUT_LIMIT = 1_024
/** Blocks of memory that are freed at once. */
const BURIED_AT_ONCE = 64

export interface EngineOptions {
  readonly password?: string
  readonly debug?: boolean
  /** Bytes that all data may take, whatever `maxmemory` says. */
  readonly arenaLimit?: number
  readonly host?: Host
  /** Numbers in [0, 1). */
  readonly random?: () => number
}

export class Engine {
  /** Milliseconds since 1970. */
  now = 0
  readonly space: Space
  keyspaces: Keyspace[]
  readonly sessions = new Set<Client>()
  readonly subscribers = new Subscribers()
  /** Sessions that watch a key, by database and key. */
  readonly watched = new Map<string, Set<Client>>()
  readonly events = new Events()
  readonly inert = new Map<string, string>()
  readonly host: Host
  readonly debug: boolean
  readonly random: () => number
  password: string
  sliceBits = DEFAULT_SLICE_BITS
  kmax = 10
  kmin = 5
  maxSteps = DEFAULT_MAX_STEPS
  maxMemory = 0
  /** Beyond so many, who comes is refused; who is there stays. */
  maxClients = 10_000
  outputLimit = DEFAULT_OUTPUT_LIMIT
  /** Bytes that one request or one transaction of a client may take, at most MOST_QUERY. */
  queryLimit = MOST_QUERY
  /** When the log is written anew by itself: grown by so many per cent (0: never), and no less than so many bytes. */
  rewritePercentage = 100
  rewriteMinSize = 64 << 20
  fsync: 'always' | 'everysec' | 'no' = 'everysec'
  /** Data is being read in: nothing is logged or told. */
  loading = false
  /** Counts writes. */
  dirty = 0
  /** Compiled queries, the one used last at the end. */
  readonly plans = new Map<string, Plan>()
  readonly stats = { commands: 0, connections: 0, rejected: 0, expired: 0, searches: 0, searchWork: 0 }
  nextClient = 1
  private readonly stores = new Map<number, Store>()
  /** Databases that were emptied and whose keys are still to be freed, and behind which key. */
  private readonly graves: { readonly keyspace: Keyspace; sequence: number }[] = []
  /** Commands of a transaction that runs. */
  private group: Args[] | null = null
  private groupDb = 0
  /** A command runs, and who got messages meanwhile. */
  private isRunning = false
  private readonly woken = new Set<Client>()
  /** The save that a transaction asked for. */
  private wantedSave: SaveKind | null = null

  constructor(options: EngineOptions = {}) {
    this.space = new Space(options.arenaLimit)
    this.keyspaces = Array.from({ length: DATABASES }, (_, i) => new Keyspace(this.space, i))
    this.password = options.password ?? ''
    this.debug = options.debug ?? false
    this.host = options.host ?? NO_HOST
    this.random = options.random ?? (() => 0)
  }

  /** The memory of arrays that are made now. */
  store(bits = this.sliceBits): Store {
    let store = this.stores.get(bits)
    if (store === undefined) {
      store = createStore(this.space, bits)
      store.kmax = this.kmax
      store.kmin = this.kmin
      this.stores.set(bits, store)
    }
    return store
  }

  setWidths(kmax: number, kmin: number): void {
    this.kmax = kmax
    this.kmin = kmin
    for (const store of this.stores.values()) {
      store.kmax = kmax
      store.kmin = kmin
    }
  }

  /** Frees some of what nobody holds any more, about `steps` blocks; false when nothing is left to free. */
  bury(steps: number): boolean {
    this.space.refresh()
    this.buryKeys(steps)
    for (const store of this.stores.values()) bury(store, steps)
    return this.isBurying
  }

  private buryKeys(steps: number): void {
    for (let grave = this.graves.at(-1); grave !== undefined; grave = this.graves.at(-1)) {
      const { keyspace } = grave
      let left = steps
      grave.sequence = keyspace.each(grave.sequence, steps, (record) => {
        left--
        if (keyspace.kindOf(record) === ARRAY) keyspace.arrayOf(record).tree.release()
        this.space.free(record)
      })
      if (grave.sequence === 0) this.graves.pop()
      if (left <= 0) return
    }
  }

  /** Something is still to be freed. */
  get isBurying(): boolean {
    if (this.graves.length > 0) return true
    for (const store of this.stores.values()) if (isBurying(store)) return true
    return false
  }

  /** Ends a job. What it held is let go of at once where that is quick: until then every write would copy a slice. */
  end(job: Job): void {
    job.close()
    this.bury(BURIED_AT_ONCE)
  }

  /** Lets go of an array: little ones at once. */
  discard(array: SparseArray): void {
    const { tree } = array
    tree.release()
    bury(tree.store, BURIED_AT_ONCE)
  }

  /** The record of a key that has not gone by now, 0 when there is none. */
  lookup(keyspace: Keyspace, bytes: Uint8Array, from: number, to: number): number {
    const record = keyspace.find(bytes, from, to)
    if (record === 0 || keyspace.expiries.size === 0) return record
    const expiry = keyspace.expiryOf(record)
    if (expiry === undefined || expiry > this.now || this.loading) return record
    this.expire(keyspace, record)
    return 0
  }

  /** Removes keys whose time has come, looking at `most` of them. */
  expireSome(most: number): void {
    this.space.refresh()
    for (const keyspace of this.keyspaces) {
      let left = most
      for (const [sequence, expiry] of keyspace.expiries) {
        if (--left < 0) break
        if (expiry > this.now) {
          // To the end of the map, so that others are looked at next time.
          keyspace.expiries.delete(sequence)
          keyspace.expiries.set(sequence, expiry)
          continue
        }
        const record = keyspace.after(sequence - 1)
        this.expire(keyspace, record)
      }
    }
  }

  private expire(keyspace: Keyspace, record: number): void {
    const key = keyspace.keyOf(record)
    this.stats.expired++
    this.remove(keyspace, record)
    this.log(keyspace.index, Args.of('DEL', key))
    this.notify('x', 'expired', key, keyspace.index)
  }

  /** Removes a key and lets go of what it held. */
  remove(keyspace: Keyspace, record: number): void {
    if (this.watched.size > 0) this.touched(keyspace.index, keyspace.keyOf(record))
    const array = keyspace.remove(record)
    if (array !== null) this.discard(array)
    this.dirty++
  }

  /** Empties a database. A snapshot that is being written keeps what it needs. */
  flush(index: number): void {
    const old = this.keyspaces[index]!
    for (const [name, sessions] of this.watched) {
      if (name.startsWith(`${index}:`)) for (const session of sessions) session.watchBroken = true
    }
    this.dirty++
    this.keyspaces[index] = new Keyspace(this.space, index)
    this.release(old)
  }

  /** Frees the keys of a database that was emptied, bit by bit, once nobody reads them any more. */
  release(keyspace: Keyspace): void {
    if (this.keyspaces[keyspace.index] === keyspace || keyspace.isHeld) return
    if (this.graves.every((grave) => grave.keyspace !== keyspace)) this.graves.push({ keyspace, sequence: 0 })
  }

  /** A key was written: who watches it must know, and the log. */
  changed(keyspace: Keyspace, key: Uint8Array, args: Args): void {
    this.touched(keyspace.index, key)
    this.dirty++
    this.log(keyspace.index, args)
  }

  /** The key in argument 1 was written: `changed` and `notify`, and next to nothing where nobody wants to know. */
  wrote(keyspace: Keyspace, args: Args, letter: string, event: string): void {
    if (this.host.durable || this.watched.size > 0) this.changed(keyspace, args.view(1), args)
    else this.dirty++
    if (this.events.keyspace || this.events.keyevent) {
      this.notify(letter, event, args.view(1), keyspace.index)
    }
  }

  /** Who watches the key is told when he executes. */
  touched(index: number, key: Uint8Array): void {
    if (this.watched.size === 0) return
    const sessions = this.watched.get(`${index}:${latin1(key)}`)
    if (sessions !== undefined) for (const session of sessions) session.watchBroken = true
  }

  private log(db: number, command: Args): void {
    if (!this.host.durable || this.loading) return
    if (this.group === null) {
      this.host.log(db, [command])
      return
    }
    if (db !== this.groupDb) this.group.push(Args.of('SELECT', String(db)))
    this.groupDb = db
    this.group.push(command.copy())
  }

  /**
   * Between these two a command runs. Who gets messages meanwhile is sent them when it has ended: they may tell of writes
   * that are not in the log before, and would be sent as if nothing had to reach the disk first.
   */
  begin(): void {
    this.isRunning = true
  }
  ended(): void {
    this.isRunning = false
    if (this.woken.size === 0) return
    const woken = [...this.woken]
    this.woken.clear()
    for (const client of woken) this.wakeNow(client)
  }

  /** Output was written for a client out of its turn. */
  wake(client: Client): void {
    if (this.isRunning) this.woken.add(client)
    else this.host.wake(client)
  }

  /** One that cannot be sent anything keeps nothing from the others, nor from who ran the command. */
  private wakeNow(client: Client): void {
    try {
      this.host.wake(client)
    } catch (error) {
      this.host.report(error)
    }
  }

  /** Between these two, all writes are one record of the log. */
  beginGroup(db: number): void {
    this.group = []
    this.groupDb = db
  }
  endGroup(db: number): void {
    const { group, wantedSave } = this
    this.group = null
    this.wantedSave = null
    if (group !== null && group.length > 0) this.host.log(db, group)
    if (wantedSave !== null) this.host.save(wantedSave, false)
  }

  /**
   * Begins a snapshot in the background, `later` when a transaction runs: only then are its writes in the log. A snapshot
   * begun before would show some of them, with the record of all of them behind it.
   */
  beginSave(what: SaveKind): 'begun' | 'later' | 'busy' | 'failed' {
    const { host } = this
    if (this.group === null) {
      if (!host.save(what, false)) return 'busy'
      return host.saving === null && host.failed(what) ? 'failed' : 'begun'
    }
    if (this.wantedSave !== null || host.saving !== null) return 'busy'
    this.wantedSave = what
    return 'later'
  }

  /** Tells subscribers of keyspace notifications. */
  notify(letter: string, event: string, key: Uint8Array, db: number): void {
    if (this.loading || !this.events.wants(letter)) return
    const name = latin1(key)
    if (this.events.keyspace) this.subscribers.publish(`__keyspace@${db}__:${name}`, event)
    if (this.events.keyevent) this.subscribers.publish(`__keyevent@${db}__:${event}`, name)
  }

  /** Bytes that the data takes. */
  get usedMemory(): number {
    return this.space.used
  }
}
