/**
 * The log and the snapshots of one directory.
 *
 *     snapshot.N    everything as it was when log.N was begun
 *     log.N         what was written since
 *
 * Saving begins log.N+1 and writes snapshot.N+1 in the background; once that has its name, the older files go. Whatever
 * instant the power fails at, the newest snapshot and the logs from it on hold everything. So nothing is lost by a
 * snapshot that cannot be written, as on a full disk: it is given up, and the snapshot and all the logs before it stay.
 *
 * Commits come in groups: the next sync takes all that comes while the disk syncs. What waits for it may wait in memory;
 * what is answered before is handed to the system at once, so that it survives the process.
 */
import { randomInt } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Args } from '../resp/args.ts'
import type { Engine } from '../server/engine.ts'
import type { SaveKind } from '../server/host.ts'
import { SnapshotWriter } from '../snapshot/writer.ts'
import { isDiskFull } from './files.ts'
import type { AppendFile, Files } from './files.ts'
import { removeOlderThan } from './names.ts'
import { encodeRecord } from './record.ts'
import { recover } from './recovery.ts'
import type { RecoveryOptions } from './recovery.ts'
import { RewriteRule } from './rewrite-rule.ts'

export interface JournalOptions extends RecoveryOptions {
  /** Called when more is on the disk than before. */
  readonly onSynced?: () => void
  /** Called when a snapshot has its name, or was given up. */
  readonly onSaveEnded?: () => void
  /** A write or a sync of the log failed: nothing more can be promised. */
  readonly onFailed?: (error: unknown) => void
}

/** A sync that takes no longer keeps nobody waiting. */
const QUICK_SYNC_MS = 1
/** Bytes that may wait in memory before those who write have to. */
const MOST_WAITING = 64 << 20

/** A log that was replaced, and that no sync has ended for since. */
interface OldLog {
  readonly file: AppendFile
  readonly name: string
  /** Where it begins, of all bytes handed to the log. */
  readonly begin: number
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
  /** Whether the last of each kind failed. */
  readonly failed: Record<SaveKind, boolean> = { save: false, rewrite: false }
  private readonly rewriting: RewriteRule
  private readonly engine: Engine
  private readonly files: Files
  private readonly options: JournalOptions
  private generation: number
  private sequence: number
  private readonly salt: number
  private log: AppendFile
  /** Where the log begins, of all bytes handed to it: what was there before the first of them is before 0. */
  private begin: number
  private waiting: Buffer[] = []
  private unsynced: OldLog[] = []
  private syncing = false
  private isClosed = false
  private hasFailed = false
  /** Records handed to the system since the last sync began. */
  private group = 0
  /** Bytes handed to the system. */
  private written = 0
  private writer: SnapshotWriter | null = null
  private snapshot: AppendFile | null = null
  /** Why the snapshot can no longer become whole. */
  private damage: { readonly error: unknown } | null = null

  /** Reads everything into the engine and opens the log. Throws DamagedError, SnapshotError and NotRestored. */
  constructor(engine: Engine, files: Files, options: JournalOptions = {}) {
    this.engine = engine
    this.files = files
    this.options = options
    const { generation, sequence, salt, lastBytes, baseBytes, logBytes } = recover(engine, files, options)
    this.generation = generation
    this.sequence = sequence
    this.salt = salt ?? randomInt(2 ** 32)
    this.begin = -lastBytes
    this.rewriting = new RewriteRule(engine, baseBytes, logBytes)
    this.log = files.append(this.logName)
    files.syncNames()
  }

  /** Records that no sync has taken yet. */
  get gathered(): number {
    return this.group + this.waiting.length
  }

  /** More waits in memory than should: who writes has to wait until some of it is handed to the system. */
  get isBehind(): boolean {
    return this.position - this.written > MOST_WAITING
  }

  append(db: number, commands: readonly Args[]): void {
    const synced = Math.max(0, this.synced - this.begin)
    const record = encodeRecord(db, ++this.sequence, commands, { salt: this.salt, synced })
    this.waiting.push(record)
    this.position += record.length
    this.rewriting.logged(record.length)
  }

  /** The log is to be written anew, by itself. */
  get isToBeRewritten(): boolean {
    return this.saving === null && this.rewriting.isMet
  }

  /**
   * Hands what has gathered to the system, and to the disk if `sync`; at the end of each turn. `mayWait`: where syncs are
   * quick it waits for the disk itself, as handing that to a thread takes as long.
   */
  commit(sync: boolean, mayWait = false): void {
    // The end of a turn may come after the end of the log, whose number may be another file's by then. A write beside a
    // sync may take as long as that: who waits for the next sync anyway need not keep others waiting.
    if (this.hasEnded || (this.syncing && sync)) return
    try {
      this.writeOut()
      if (this.syncing) return
      if (sync && mayWait && this.lastSyncMs < QUICK_SYNC_MS && this.unsynced.length === 0) {
        this.syncHere()
        return
      }
      if (this.unsynced.length > 0 || (sync && this.synced < this.position)) void this.sync()
    } catch (error) {
      this.fail(error)
    }
  }

  /** The disk failed the log. No later sync is believed: it would pass over what this one did not write. */
  private fail(error: unknown): void {
    this.hasFailed = true
    this.options.onFailed?.(error)
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
    for (const old of this.unsynced.splice(0)) {
      this.bring(old)
      old.file.close()
    }
    this.writeOut()
    this.bring({ file: this.log, name: this.logName, begin: this.begin })
    this.group = 0
    this.synced = this.position
  }

  private get logName(): string {
    return `log.${this.generation}`
  }

  /**
   * Brings a log to the disk. While a thread syncs it is not known whether that will fail: the failure is told to one of
   * the two alone, and the other passes over what was not written. So that is written once more.
   */
  private bring({ file, name, begin }: OldLog): void {
    if (this.syncing) this.files.rewrite(name, Math.max(0, this.synced - begin))
    else file.syncNow()
  }

  /** Begins a snapshot; false when one is being written. One that cannot be begun has failed: `saving` stays null. */
  beginSave(what: SaveKind): boolean {
    if (this.saving !== null) return false
    if (this.hasFailed) return true
    try {
      if (this.unsynced.length > 0) {
        this.flushNow()
        // Replies may wait for just this, and no other sync need follow. Not here: a command may be running.
        queueMicrotask(() => {
          if (!this.isClosed) this.options.onSynced?.()
        })
      }
      this.writeOut()
    } catch (error) {
      this.fail(error)
      return true
    }
    this.saving = what
    const { files } = this
    const opened: AppendFile[] = []
    const open = (name: string): AppendFile => {
      const file = files.append(name)
      opened.push(file)
      return file
    }
    const next = this.generation + 1
    let log: AppendFile
    let snapshot: AppendFile
    try {
      log = open(`log.${next}`)
      snapshot = open(`snapshot.${next}.part`)
      files.syncNames()
    } catch (error) {
      // The log of before goes on. An empty one behind it does no harm, and is the next one to be begun.
      for (const file of opened) this.attempt('left open', () => file.close())
      this.giveUp(error, next)
      return true
    }
    // Until the old log is whole on the disk nothing is written to the new one: after a power cut its records would
    // stand behind a hole.
    this.unsynced.push({ file: this.log, name: this.logName, begin: this.begin })
    this.generation = next
    this.log = log
    this.begin = this.position
    this.snapshot = snapshot
    this.rewriting.begun()
    this.writer = new SnapshotWriter(this.engine, crc32, (bytes) => {
      // Also in the midst of a client's command that is about to change a key, which must not fail for it.
      if (this.damage !== null) return
      try {
        snapshot.write(bytes)
      } catch (error) {
        this.damage = { error }
      }
    })
    return true
  }

  /** Writes on at the snapshot; true when nothing is left to write. It counts once the disk has it: `saving` is null. */
  stepSave(units: number): boolean {
    const { writer, snapshot } = this
    if (writer === null || snapshot === null) return true
    try {
      const isDone = writer.step(units)
      if (this.damage !== null) throw this.damage.error
      if (!isDone) return false
      writer.close()
      this.writer = null
      if (units === Infinity) {
        snapshot.syncNow()
        this.endSave()
      } else {
        // Given up, completed or closed meanwhile: then another's snapshot, or none, is being written.
        snapshot.sync().then(
          () => this.snapshot === snapshot && this.endSave(),
          (error) => this.snapshot === snapshot && this.giveUp(error),
        )
      }
    } catch (error) {
      this.giveUp(error)
    }
    return true
  }

  /** Completes the snapshot that is being written before it returns, or gives it up. */
  finishSave(): void {
    this.stepSave(Infinity)
    const { snapshot } = this
    if (this.saving === null || snapshot === null) return
    // It is whole, and a thread syncs it, which may fail: as for a log.
    try {
      this.files.rewrite(`snapshot.${this.generation}.part`, 0)
      this.endSave()
    } catch (error) {
      this.giveUp(error)
    }
  }

  close(): void {
    this.writer?.close()
    this.writer = null
    this.snapshot?.close()
    this.snapshot = null
    if (!this.hasFailed) this.finishLog()
    this.isClosed = true
    this.log.close()
  }

  private finishLog(): void {
    this.flushNow()
    if (this.position === 0) return
    // An empty record says that all before it is on the disk. Else a damage of the last ones could be what a cut leaves.
    this.append(0, [])
    this.attempt('the log ends without a mark', () => this.writeOut())
  }

  private endSave(): void {
    const { files, generation } = this
    const part = `snapshot.${generation}.part`
    let bytes: number
    try {
      const snapshot = this.snapshot!
      this.snapshot = null
      snapshot.close()
      bytes = files.size(part)
      files.rename(part, `snapshot.${generation}`)
      files.syncNames()
    } catch (error) {
      this.giveUp(error)
      return
    }
    // What is in them is in the snapshot.
    for (const old of this.unsynced.splice(0)) old.file.close()
    this.attempt('older files stay', () => removeOlderThan(files, generation))
    this.failed[this.saving!] = false
    this.rewriting.succeeded(bytes)
    this.saving = null
    this.lastSave = Math.floor(this.engine.now / 1000)
    this.options.onSaveEnded?.()
  }

  /** The snapshot cannot be written. What was there before is whole, and so are all logs behind it. */
  private giveUp(error: unknown, number = this.generation): void {
    const { snapshot, writer } = this
    const part = `snapshot.${number}.part`
    this.writer = this.snapshot = this.damage = null
    writer?.close()
    this.options.onNotice?.(`${part}: given up, the files before it stay: ${messageOf(error)}`)
    this.attempt(`${part} stays`, () => {
      snapshot?.discard()
      this.files.remove(part)
    })
    this.failed[this.saving!] = true
    this.rewriting.failed()
    this.saving = null
    this.options.onSaveEnded?.()
  }

  private attempt(otherwise: string, work: () => void): void {
    try {
      work()
    } catch (error) {
      this.options.onNotice?.(`${otherwise}: ${messageOf(error)}`)
    }
  }

  private writeOut(): void {
    if (this.waiting.length === 0 || this.unsynced.length > 0) return
    const bytes = this.waiting.length === 1 ? this.waiting[0]! : Buffer.concat(this.waiting)
    try {
      this.log.write(bytes)
    } catch (error) {
      // It may be the snapshot that takes the room: the log needs it more.
      if (this.saving === null || !isDiskFull(error)) throw error
      this.giveUp(error)
      this.log.write(bytes)
    }
    this.group += this.waiting.length
    this.waiting = []
    this.written = this.position
  }

  /** Nothing more is promised. */
  private get hasEnded(): boolean {
    return this.isClosed || this.hasFailed
  }

  private async sync(): Promise<void> {
    this.syncing = true
    try {
      for (let old = this.unsynced[0]; old !== undefined; old = this.unsynced[0]) {
        await old.file.sync()
        // Unless all was written out at once meanwhile.
        if (this.unsynced[0] !== old) continue
        this.unsynced.shift()
        old.file.close()
      }
      if (this.hasEnded) return
      this.writeOut()
      const { written, log, group } = this
      this.group = 0
      const begin = performance.now()
      await log.sync()
      if (this.hasEnded) return
      this.lastSyncMs = performance.now() - begin
      this.lastGroup = group
      this.syncs++
      // Written to another log meanwhile: then what was synced is the older one's.
      this.synced = Math.max(this.synced, written)
      this.syncing = false
      this.options.onSynced?.()
    } catch (error) {
      if (!this.isClosed) this.fail(error)
      else
        this.options.onNotice?.(`a sync of the log failed, whose part is written anew: ${messageOf(error)}`)
    }
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
