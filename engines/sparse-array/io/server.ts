/** The sparse array behind a port: sockets, files, timers around the engine. */
import { createServer } from 'node:net'
import type { AddressInfo, Server as NetServer, Socket } from 'node:net'
import { hostPort } from '../../net/host-port.ts'
import { commandTable } from '../commands/table.ts'
import { Engine } from '../server/engine.ts'
import type { Client, Host, SaveKind } from '../server/host.ts'
import { trimChunks } from '../resp/chunks.ts'
import { Session } from '../server/session.ts'
import { SnapshotWriter } from '../snapshot/writer.ts'
import { Connection } from './connection.ts'
import type { Surroundings } from './connection.ts'
import { claimDirectory } from './claim.ts'
import type { Claim } from './claim.ts'
import { directory } from './files.ts'
import type { Files } from './files.ts'
import { Journal } from './journal.ts'
import { checked, isOpen } from './options.ts'
import type { ServeOptions } from './options.ts'
import { Scheduler } from './scheduler.ts'

export interface RunningServer {
  readonly host: string
  readonly port: number
  readonly url: string
  readonly engine: Engine
  /** Syncs of the log so far. */
  readonly syncs: number
  /** Settled as `close` is, whoever ends the server: a client may, by SHUTDOWN. */
  readonly closed: Promise<void>
  close(): Promise<void>
}

const TICK_MS = 100
/** When a client that has been silent is asked whether it is still there, as Redis does: one that vanished says nothing. */
const KEEP_ALIVE_MS = 300_000
/** A quicker sync is not worth waiting for company, and none is worth waiting longer. */
const SLOW_SYNC_MS = 1
const MOST_PATIENCE_MS = 5
const EXPIRED_A_TICK = 200
/** Blocks of memory freed in a portion of a turn: a third of a millisecond. */
const BURIED_A_STEP = 2_048

/**
 * Starts the server; resolves when it listens. A start that fails leaves nothing behind.
 *
 * @throws UnsafeAddress, BadLimit, BadPasswordFile, BadDirectory, DirectoryNotClaimed, DamagedError, SnapshotError, NotRestored, and what the system says of the
 *   directory or the address
 */
export async function serveSparseArray(given: ServeOptions = {}): Promise<RunningServer> {
  const options = checked(given)
  const files = options.dir === undefined ? null : directory(options.dir)
  const claim = options.dir === undefined ? null : claimDirectory(options.dir)
  let server: Server | null = null
  try {
    server = new Server(options, files, claim)
    await server.listen(options.host, options.port ?? 0)
    return server
  } catch (error) {
    if (server === null) claim?.release()
    else await server.close()
    throw error
  }
}

class Server implements RunningServer {
  readonly engine: Engine
  host = ''
  port = 0
  readonly closed: Promise<void>
  private readonly net: NetServer
  private readonly scheduler: Scheduler
  private readonly journal: Journal | null
  private readonly claim: Claim | null
  private readonly connections = new Map<Client, Connection>()
  private readonly timer: NodeJS.Timeout
  private readonly around: Surroundings
  private readonly notice: (line: string) => void
  private readonly end = Promise.withResolvers<void>()
  private isClosing = false
  private commitPending = false
  /** Somebody waits as the log was behind. */
  private isAwaited = false
  /** Until so many records have gathered, or the timer is over, a sync is put off. */
  private wanted = 0
  private patience: NodeJS.Timeout | null = null
  /** When the log was synced last under `everysec`, and when the server began; by a clock that nobody sets back. */
  private lastSync = -Infinity
  private readonly began = performance.now()
  /** What replies were held for when the setting was looked at last. */
  private promised: Engine['fsync']
  /** A snapshot that is written to nowhere, as no directory was given. */
  private idle: SnapshotWriter | null = null
  private lastSave = 0
  private readonly burial = { step: (): boolean => !this.engine.bury(BURIED_A_STEP) }
  private readonly saver = { step: (units: number): boolean => this.stepSave(units) }

  constructor(options: ServeOptions, files: Files | null, claim: Claim | null) {
    this.claim = claim
    this.closed = this.end.promise
    this.notice = options.onNotice ?? (() => {})
    this.engine = new Engine({
      // Compared with what clients send, byte by byte.
      ...(options.password === undefined
        ? {}
        : { password: Buffer.from(options.password).toString('latin1') }),
      ...(options.debug === undefined ? {} : { debug: options.debug }),
      ...(options.arenaLimit === undefined ? {} : { arenaLimit: options.arenaLimit }),
      random: () => Math.random(),
      host: this.hostFor(options),
    })
    const { engine } = this
    engine.now = Date.now()
    engine.fsync = this.promised = options.fsync ?? 'everysec'
    engine.outputLimit = options.outputLimit ?? engine.outputLimit
    engine.maxSteps = options.maxSteps ?? engine.maxSteps
    this.scheduler = new Scheduler(options.yields === false)
    this.journal = files === null ? null : this.openJournal(files, options.cut ?? false)
    this.around = {
      position: () => this.journal?.position ?? 0,
      synced: () => (engine.fsync === 'always' && this.journal !== null ? this.journal.synced : Infinity),
      isBehind: () => {
        if (this.journal?.isBehind !== true) return false
        this.isAwaited = true
        return true
      },
      outputLimit: () => engine.outputLimit,
      tick: () => {
        engine.now = Date.now()
      },
      after: () => this.after(),
      schedule: (worker) => this.scheduler.add(worker),
      unschedule: (worker) => this.scheduler.remove(worker),
      report: (error) => engine.host.report(error),
    }
    this.net = createServer(
      { allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS },
      (socket) => this.connected(socket),
    )
    this.timer = setInterval(() => this.tick(), TICK_MS)
  }

  private connected(socket: Socket): void {
    const { engine, connections } = this
    if (connections.size >= engine.maxClients) {
      engine.stats.rejected++
      socket.on('error', () => {})
      socket.write('-ERR max number of clients reached\r\n')
      socket.destroySoon()
      return
    }
    // One that has gone already has no address any more.
    const address = hostPort(socket.remoteAddress ?? '', socket.remotePort ?? 0)
    const session = new Session(engine, commandTable, address)
    connections.set(session, new Connection(session, socket, this.around))
    socket.on('close', () => connections.delete(session))
  }

  private openJournal(files: Files, cut: boolean): Journal {
    try {
      return new Journal(this.engine, files, {
        cut,
        onNotice: this.notice,
        onSynced: () => this.onSynced(),
        onFailed: (error) => this.fail(error),
        onSaveEnded: () => this.scheduler.wake(),
      })
    } catch (error) {
      this.engine.space.release()
      throw error
    }
  }

  get url(): string {
    return `redis://${hostPort(this.host, this.port)}`
  }

  get syncs(): number {
    return this.journal?.syncs ?? 0
  }

  async listen(host: string, port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.net.once('error', reject)
      this.net.listen(port, host, () => resolve())
    })
    this.host = host
    this.port = (this.net.address() as AddressInfo).port
  }

  close(): Promise<void> {
    if (!this.isClosing) {
      this.isClosing = true
      this.end.resolve(this.release())
    }
    return this.closed
  }

  private async release(): Promise<void> {
    clearInterval(this.timer)
    if (this.patience !== null) clearTimeout(this.patience)
    this.scheduler.close()
    const gone = new Promise<void>((resolve) => {
      this.net.close(() => resolve())
    })
    for (const { socket } of this.connections.values()) socket.destroy()
    await gone
    this.idle?.close()
    this.journal?.close()
    this.claim?.release()
    this.engine.space.release()
  }

  private hostFor({ dir, host = '127.0.0.1' }: ServeOptions): Host {
    const saving = (): SaveKind | null =>
      this.journal === null ? (this.idle === null ? null : 'save') : this.journal.saving
    const lastSave = (): number => this.journal?.lastSave ?? this.lastSave
    return {
      durable: dir !== undefined,
      directory: dir ?? '',
      isOpen: isOpen(host),
      log: (db, commands) => this.journal!.append(db, commands),
      save: (what, atOnce) => this.save(what, atOnce),
      finishSave: () => {
        if (this.journal === null) while (!this.stepSave(Infinity));
        else this.journal.finishSave()
      },
      failed: (what) => this.journal?.failed[what] ?? false,
      shutdown: () => {
        // A failure is told by `closed`.
        setImmediate(() => void this.close())
      },
      report: (error) =>
        this.notice(`internal error: ${error instanceof Error ? error.stack : String(error)}`),
      wake: (client) => this.connections.get(client)?.flush(),
      get saving() {
        return saving()
      },
      get lastSave() {
        return lastSave()
      },
      info: () => [
        ['uptime_in_seconds', Math.floor((performance.now() - this.began) / 1000)],
        ['process_id', process.pid],
        ['tcp_port', this.port],
        ['used_memory_rss', process.memoryUsage.rss()],
        ['log_syncs', this.syncs],
      ],
    }
  }

  private save(what: SaveKind, atOnce: boolean): boolean {
    if (this.journal === null) {
      if (this.idle !== null) return false
      this.idle = new SnapshotWriter(
        this.engine,
        () => 0,
        () => {},
      )
    } else if (!this.journal.beginSave(what)) return false
    if (atOnce) while (!this.stepSave(Infinity));
    else this.scheduler.add(this.saver)
    return true
  }

  private stepSave(units: number): boolean {
    if (this.journal !== null) return this.journal.stepSave(units)
    if (this.idle === null) return true
    if (!this.idle.step(units)) return false
    this.idle.close()
    this.idle = null
    this.lastSave = Math.floor(this.engine.now / 1000)
    this.scheduler.wake()
    return true
  }

  /** Something ran: what it wrote goes to the log at the end of this turn, what it let go is freed bit by bit. */
  private after(): void {
    if (this.engine.fsync !== this.promised) {
      this.promised = this.engine.fsync
      // Replies that wait for the disk need not any more.
      this.releaseAll()
    }
    if (this.engine.isBurying) this.scheduler.add(this.burial)
    if (this.journal === null || this.journal.position === this.journal.synced) return
    if (this.patience !== null && this.journal.gathered < this.wanted) return
    this.commitSoon()
  }

  private commitSoon(): void {
    if (this.commitPending) return
    this.commitPending = true
    setImmediate(() => {
      this.commitPending = false
      this.commit()
    })
  }

  private commit(): void {
    if (this.patience !== null) clearTimeout(this.patience)
    this.patience = null
    const journal = this.journal!
    const always = this.engine.fsync === 'always'
    journal.commit(always, always)
    // Who wrote that much in one turn waits for no sync.
    if (this.isAwaited && !journal.isBehind) this.releaseAll()
  }

  /** What connections waited for may be over: for the disk, or for room in memory. */
  private releaseAll(): void {
    this.isAwaited = false
    for (const connection of this.connections.values()) connection.release()
  }

  /**
   * Replies go out, and who gets one is likely to write again at once. Where syncs are slow the next waits for that: else
   * two halves of the clients would take turns, and each sync would take one half.
   */
  private onSynced(): void {
    const journal = this.journal!
    const { gathered, lastGroup, lastSyncMs } = journal
    this.releaseAll()
    if (gathered === 0 || lastGroup === 0 || lastSyncMs < SLOW_SYNC_MS || this.engine.fsync !== 'always') {
      // Not at once: where the server waits for the disk itself, a commit has just called this, and would again for as
      // long as a pipeline goes on.
      this.commitSoon()
      return
    }
    this.wanted = gathered + lastGroup
    this.patience = setTimeout(() => this.commit(), Math.min(MOST_PATIENCE_MS, lastSyncMs / 4))
  }

  private tick(): void {
    const { engine } = this
    engine.now = Date.now()
    engine.expireSome(EXPIRED_A_TICK)
    trimChunks()
    this.after()
    if (this.journal?.isToBeRewritten === true) this.save('rewrite', false)
    const time = performance.now()
    if (this.journal !== null && engine.fsync === 'everysec' && time - this.lastSync >= 1_000) {
      this.lastSync = time
      this.journal.commit(true)
    }
  }

  /** The disk failed the log: whatever was not acknowledged must not be. */
  private fail(error: unknown): void {
    for (const { socket } of this.connections.values()) socket.destroy()
    this.net.close()
    clearInterval(this.timer)
    this.scheduler.close()
    queueMicrotask(() => {
      throw error
    })
  }
}
