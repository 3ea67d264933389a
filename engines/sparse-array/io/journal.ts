/**
 * The log and the snapshots of one directory.
 *
 *     snapshot.N    everything as it was when log.N was begun
 *     log.N         what was written since
 *
 * Saving begins log.N+1 and writes snapshot.N+1 in the background; once that has its name, the older files go. Whatever
 * instant the power fails at, the newest snapshot and the logs from it on hold everything.
 *
 * Commits come in groups: while the disk syncs, records gather; the next sync takes them all.
 */
import { crc32 } from 'node:zlib'
import type { Args } from '../resp/args.ts'
import type { Engine, SaveKind } from '../server/engine.ts'
import { replayer, ReplayError } from '../server/replay.ts'
import { readSnapshot } from '../snapshot/reader.ts'
import { SnapshotWriter } from '../snapshot/writer.ts'
import { SpaceFullError } from '../space/space.ts'
import type { AppendFile, Files } from './files.ts'
import { LogReader } from './log-reader.ts'
import { encodeRecord } from './record.ts'
import type { LogRecord } from './record.ts'

/** Data that cannot be trusted; the server does not start on it. */
export class DamagedError extends Error {
  readonly file: string
  readonly offset: number
  constructor(file: string, offset: number, what: string) {
    super(`${file}: ${what} at offset ${offset}`)
    this.name = 'DamagedError'
    this.file = file
    this.offset = offset
  }
}

/** Data that is whole but cannot be brought back here: it does not fit into the memory; nothing of it is changed. */
export class NotRestored extends Error {
  constructor(file: string, offset: number, cause: Error) {
    super(`${file}: cannot be brought back from offset ${offset} on: ${cause.message}`, { cause })
    this.name = 'NotRestored'
  }
}

export interface JournalOptions {
  /** Cut a log off at a damage even when whole records lie behind it. */
  readonly cut?: boolean
  /** Bytes of a file that are looked at together; a larger record or value takes as much as it is long. */
  readonly window?: number
  /** Gets a line where something was mended. */
  readonly onNotice?: (line: string) => void
  /** Called when more is on the disk than before. */
  readonly onSynced?: () => void
  /** Called when a snapshot has its name. */
  readonly onSaved?: () => void
  /** A write or a sync failed: nothing more can be promised. */
  readonly onFailed?: (error: unknown) => void
}

/** A sync that takes no longer keeps nobody waiting. */
const QUICK_SYNC_MS = 1

const numberOf = (name: string, kind: 'log' | 'snapshot'): number => {
  const match = new RegExp(`^${kind}\\.(\\d+)$`).exec(name)
  return match === null ? -1 : Number(match[1])
}

export class Journal {
  /** Bytes handed to the log, and how many of them are surely on the disk. */
  position = 0
  synced = 0
  /** Number of syncs. */
  syncs = 0
  /** Records that the last sync took, and how long it lasted, milliseconds. */
  lastGroup = 0
  lastSyncMs = Infinity
  /** Seconds since 1970. */
  lastSave = 0
  saving: SaveKind | null = null
  /** Bytes of the last snapshot, and of the logs behind it. */
  private baseBytes = 0
  private logBytes = 0
  private readonly engine: Engine
  private readonly files: Files
  private readonly options: JournalOptions
  private generation = 0
  private sequence = 0
  private log!: AppendFile
  private waiting: Buffer[] = []
  private unsynced: AppendFile[] = []
  private syncing = false
  private isClosed = false
  /** Records handed to the system since the last sync began. */
  private group = 0
  /** Bytes handed to the system. */
  private written = 0
  private writer: SnapshotWriter | null = null
  private snapshot: AppendFile | null = null

  /** Reads everything into the engine and opens the log. Throws DamagedError, SnapshotError and NotRestored. */
  constructor(engine: Engine, files: Files, options: JournalOptions = {}) {
    this.engine = engine
    this.files = files
    this.options = options
    this.recover()
    this.log = files.append(`log.${this.generation}`)
    files.syncNames()
  }

  /** Records that wait to be handed to the system. */
  get gathered(): number {
    return this.waiting.length
  }

  append(db: number, commands: readonly Args[]): void {
    const record = encodeRecord(db, ++this.sequence, commands)
    this.waiting.push(record)
    this.position += record.length
    this.logBytes += record.length
  }

  /** Redis's rule: the whole is larger than `auto-aof-rewrite-min-size`, and has grown by so many per cent. */
  get isToBeRewritten(): boolean {
    const { rewritePercentage, rewriteMinSize } = this.engine
    if (rewritePercentage === 0 || this.saving !== null) return false
    const { baseBytes, logBytes } = this
    return baseBytes + logBytes > rewriteMinSize && logBytes * 100 >= rewritePercentage * baseBytes
  }

  /**
   * Hands what has gathered to the system, and to the disk if `sync`; at the end of each turn. `mayWait`: where syncs are
   * quick it waits for the disk itself, as handing that to a thread takes as long.
   */
  commit(sync: boolean, mayWait = false): void {
    if (this.syncing) return
    try {
      this.writeOut()
      if (sync && mayWait && this.lastSyncMs < QUICK_SYNC_MS && this.unsynced.length === 0) {
        this.syncHere()
        return
      }
      if (this.unsynced.length > 0 || (sync && this.synced < this.position)) void this.sync()
    } catch (error) {
      this.options.onFailed?.(error)
    }
  }

  private syncHere(): void {
    if (this.synced === this.position) return
    const begin = performance.now()
    this.log.syncNow()
    this.lastSyncMs = performance.now() - begin
    this.lastGroup = this.group
    this.group = 0
    this.syncs++
    this.synced = this.written
    this.options.onSynced?.()
  }

  /** Writes and syncs everything before it returns. */
  flushNow(): void {
    for (const file of this.unsynced.splice(0)) file.syncNow()
    this.writeOut()
    this.log.syncNow()
    this.synced = this.position
  }

  /** Begins a snapshot; false when one is being written. */
  beginSave(what: SaveKind): boolean {
    if (this.saving !== null) return false
    if (this.unsynced.length > 0) this.flushNow()
    this.writeOut()
    // Until the old log is whole on the disk nothing is written to the new one: after a power cut its records would
    // stand behind a hole.
    this.unsynced.push(this.log)
    this.generation++
    this.log = this.files.append(`log.${this.generation}`)
    const snapshot = this.files.append(`snapshot.${this.generation}.part`)
    this.snapshot = snapshot
    this.files.syncNames()
    this.writer = new SnapshotWriter(this.engine, crc32Of, (bytes) =>
      // Also in the midst of a client's command that is about to change a key.
      this.guarded(() => snapshot.write(bytes)),
    )
    this.saving = what
    this.logBytes = 0
    return true
  }

  /** Writes on at the snapshot; true when nothing is left to write. It counts once the disk has it: `saving` is null. */
  stepSave(units: number): boolean {
    if (this.writer === null) return true
    try {
      if (!this.writer.step(units)) return false
      this.writer.close()
      this.writer = null
      if (units === Infinity) {
        this.snapshot!.syncNow()
        this.endSave()
      } else {
        this.snapshot!.sync().then(
          () => this.guarded(() => this.endSave()),
          (error) => this.options.onFailed?.(error),
        )
      }
    } catch (error) {
      this.options.onFailed?.(error)
    }
    return true
  }

  close(): void {
    this.writer?.close()
    this.writer = null
    this.snapshot?.close()
    this.snapshot = null
    this.flushNow()
    this.isClosed = true
    this.log.close()
  }

  private endSave(): void {
    const { files, generation, snapshot } = this
    // Closed meanwhile: the next start goes on from the snapshot before.
    if (snapshot === null) return
    snapshot.close()
    this.snapshot = null
    this.baseBytes = files.size(`snapshot.${generation}.part`)
    files.rename(`snapshot.${generation}.part`, `snapshot.${generation}`)
    files.syncNames()
    this.removeOlderThan(generation)
    this.saving = null
    this.lastSave = Math.floor(this.engine.now / 1000)
    this.options.onSaved?.()
  }

  private writeOut(): void {
    if (this.waiting.length === 0 || this.unsynced.length > 0) return
    this.log.write(this.waiting.length === 1 ? this.waiting[0]! : Buffer.concat(this.waiting))
    this.group += this.waiting.length
    this.waiting = []
    this.written = this.position
  }

  private guarded(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.options.onFailed?.(error)
    }
  }

  private async sync(): Promise<void> {
    this.syncing = true
    try {
      for (let file = this.unsynced[0]; file !== undefined; file = this.unsynced[0]) {
        await file.sync()
        // Unless all was written out at once meanwhile.
        if (this.unsynced[0] === file) this.unsynced.shift()
        file.close()
      }
      this.writeOut()
      const { written, log, group } = this
      this.group = 0
      const begin = performance.now()
      await log.sync()
      this.lastSyncMs = performance.now() - begin
      this.lastGroup = group
      this.syncs++
      // Written to another log meanwhile: then what was synced is the older one's.
      this.synced = Math.max(this.synced, written)
      this.syncing = false
      this.options.onSynced?.()
    } catch (error) {
      // All was written and synced when it was closed.
      if (!this.isClosed) this.options.onFailed?.(error)
    }
  }

  private recover(): void {
    const { files, engine } = this
    const names = files.list()
    for (const name of names) if (name.endsWith('.part')) files.remove(name)
    const newest = Math.max(-1, ...names.map((name) => numberOf(name, 'snapshot')))
    engine.loading = true
    if (newest >= 0) {
      const name = `snapshot.${newest}`
      this.baseBytes = files.size(name)
      const source = {
        length: this.baseBytes,
        read: (at: number, length: number) => files.read(name, at, length),
      }
      restoring(name, 0, () => readSnapshot(engine, source, crc32Of, this.options.window))
    }
    this.generation = Math.max(0, newest)
    const logs = names
      .map((name) => numberOf(name, 'log'))
      .filter((number) => number >= this.generation)
      .toSorted((a, b) => a - b)
    const replay = new Replay(engine)
    for (const [i, number] of logs.entries()) {
      this.recoverLog(number, replay, logs.slice(i + 1))
      this.generation = number
    }
    this.sequence = replay.sequence
    engine.loading = false
    // What older generations left behind when the power failed between the new name and their end.
    this.removeOlderThan(newest)
  }

  private removeOlderThan(newest: number): void {
    for (const name of this.files.list()) {
      const number = Math.max(numberOf(name, 'log'), numberOf(name, 'snapshot'))
      if (number >= 0 && number < newest) this.files.remove(name)
    }
  }

  private recoverLog(number: number, replay: Replay, later: readonly number[]): void {
    const name = `log.${number}`
    const log = new LogReader(this.files, name, this.options.window)
    let at = 0
    while (at < log.size) {
      const found = log.record(at)
      if (found === null || !replay.follows(found.record)) break
      restoring(name, at, () => replay.apply(found.record))
      at = found.end
    }
    this.logBytes += at
    if (at === log.size) return
    const behind = log.recordBehind(at)
    const follows = later.some((other) => this.files.size(`log.${other}`) > 0)
    if ((behind >= 0 || follows) && this.options.cut !== true) {
      throw new DamagedError(name, at, 'damaged before records that are whole')
    }
    if (follows) for (const other of later) this.files.truncate(`log.${other}`, 0)
    this.files.truncate(name, at)
    this.options.onNotice?.(
      `${name}: cut off at offset ${at}, ${log.size - at} bytes behind it were no whole record`,
    )
  }
}

const crc32Of = (bytes: Uint8Array, sum: number): number => crc32(bytes, sum)

function restoring(name: string, offset: number, work: () => void): void {
  try {
    work()
  } catch (error) {
    if (!(error instanceof ReplayError || error instanceof SpaceFullError)) throw error
    throw new NotRestored(name, offset, error)
  }
}

/** Runs records as they were run. */
class Replay {
  sequence = 0
  private readonly engine: Engine
  private readonly run: (db: number, commands: readonly Args[]) => void

  constructor(engine: Engine) {
    this.engine = engine
    this.run = replayer(engine)
  }

  follows({ sequence }: LogRecord): boolean {
    return this.sequence === 0 || sequence === this.sequence + 1
  }

  apply({ db, sequence, commands }: LogRecord): void {
    this.sequence = sequence
    this.engine.space.refresh()
    this.run(db, commands)
  }
}
