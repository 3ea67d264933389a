/**
 * What a start does: the newest snapshot is read into the engine, then the logs from it on.
 *
 * A tail that is no whole record, or that no sync had reached and is not all there, is what a cut left of the last writes:
 * it was not acknowledged, and is cut off. Anything else that is wrong is damage, on which nothing is started. A damage of
 * what the last sync of all wrote is told from neither: so whole records that are cut off are kept.
 */
import { crc32 } from 'node:zlib'
import type { Args } from '../resp/args.ts'
import type { Engine } from '../server/engine.ts'
import { replayer, ReplayError } from '../server/replay.ts'
import { readSnapshot } from '../snapshot/reader.ts'
import { SpaceFullError } from '../space/space.ts'
import { copyAside, renameAside } from './aside.ts'
import type { Files } from './files.ts'
import { LogReader } from './log-reader.ts'
import type { Last } from './log-reader.ts'
import { isPart, numberOf, removeOlderThan } from './names.ts'
import type { LogRecord, Place } from './record.ts'

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

export interface RecoveryOptions {
  /** Cut a log off at a damage even when whole records lie behind it. */
  readonly cut?: boolean
  /** Bytes of a file that are looked at together; a larger record or value takes as much as it is long. */
  readonly window?: number
  /** Gets a line where something was mended. */
  readonly onNotice?: (line: string) => void
}

/** What was found. */
export interface Recovered {
  /** Number of the log to go on with, and of the last record. */
  readonly generation: number
  readonly sequence: number
  /** That log's salt and length; null where it has no salt yet. */
  readonly salt: number | null
  readonly lastBytes: number
  /** Bytes of the snapshot and of the logs behind it. */
  readonly baseBytes: number
  readonly logBytes: number
}

/** Reads everything into an engine that has nothing yet. Throws DamagedError, SnapshotError and NotRestored. */
export function recover(engine: Engine, files: Files, options: RecoveryOptions): Recovered {
  const names = files.list()
  for (const name of names) if (isPart(name)) files.remove(name)
  const newest = Math.max(-1, ...names.map((name) => numberOf(name, 'snapshot')))
  let baseBytes = 0
  engine.loading = true
  if (newest >= 0) {
    const name = `snapshot.${newest}`
    baseBytes = files.size(name)
    const source = { length: baseBytes, read: (at: number, length: number) => files.read(name, at, length) }
    restoring(name, 0, () => readSnapshot(engine, source, crc32, options.window))
  }
  let generation = Math.max(0, newest)
  const own = newest < 0 ? withoutForeign(files, names, options) : names
  const logs = logsFrom(generation, own, files, options)
  const replay = new Replay(engine, newest < 0)
  const read: ReadLog[] = []
  while (logs.length > 0) {
    generation = logs.shift()!
    read.push(recoverLog(files, generation, replay, logs, options))
  }
  engine.loading = false
  // A process that was killed, or ended as a sync failed, left with the system what no sync had reached. Now it is told
  // of, and more is built on it. A snapshot has its name from a sync that did not fail.
  if (newest >= 0) files.sync(`snapshot.${newest}`)
  for (const { name, synced } of read) files.rewrite(name, synced)
  files.syncNames()
  // What older generations left behind when the power failed between the new name and their end.
  removeOlderThan(files, newest)
  const last = read.at(-1)
  return {
    generation,
    sequence: replay.sequence,
    salt: last?.salt ?? null,
    lastBytes: last?.bytes ?? 0,
    baseBytes,
    logBytes: read.reduce((sum, { bytes }) => sum + bytes, 0),
  }
}

/**
 * A directory without a snapshot may be the wrong one, and a `log.0` in it anybody's: what does not begin as a log does
 * and has no record inside is left alone, or with `cut` given another name: it may be ours all the same, damaged where a
 * record begins. Returns the names that are left.
 */
function withoutForeign(files: Files, names: readonly string[], options: RecoveryOptions): string[] {
  return names.filter((name) => {
    if (numberOf(name, 'log') < 0) return true
    const log = new LogReader(files, name, options.window)
    if (log.beginsAsLog() || log.recordBehind(0, null) !== null) return true
    if (options.cut !== true) throw new DamagedError(name, 0, 'no log of this server, whose bytes differ')
    const aside = renameAside(files, name, 'foreign')
    options.onNotice?.(`${name}: no log of this server, and called ${aside} from now on`)
    return false
  })
}

/** The logs from a number on: one behind the other, as each is there before anything is written to the next. */
function logsFrom(first: number, names: readonly string[], files: Files, options: RecoveryOptions): number[] {
  const logs = names
    .map((name) => numberOf(name, 'log'))
    .filter((number) => number >= first)
    .toSorted((a, b) => a - b)
  const gap = logs.findIndex((number, i) => number !== first + i)
  if (gap < 0) return logs
  const missing = `log.${first + gap}`
  if (options.cut !== true) throw new DamagedError(missing, 0, 'missing before logs that are there')
  options.onNotice?.(`${missing}: missing before logs that are there`)
  passOver(logs.splice(gap), files, options)
  return logs
}

/** Logs behind a damage get other names, the last first: until all have them they are behind a gap. */
function passOver(numbers: readonly number[], files: Files, options: RecoveryOptions): void {
  for (const number of numbers.toReversed()) {
    const aside = renameAside(files, `log.${number}`, 'cut')
    options.onNotice?.(`log.${number}: passed over, and called ${aside} from now on`)
  }
  // Before anything else is cut off: with their old names they would stand behind an end.
  if (numbers.length > 0) files.syncNames()
}

/** What was read of one log. */
interface ReadLog {
  readonly name: string
  /** Bytes of its records, and how many of them are surely on the disk, as those say themselves. */
  readonly bytes: number
  readonly synced: number
  /** Its records' salt; null where there is none. */
  readonly salt: number | null
}

/** Runs one log's records. From `later`, the logs behind it, those are taken that are passed over. */
function recoverLog(
  files: Files,
  number: number,
  replay: Replay,
  later: number[],
  options: RecoveryOptions,
): ReadLog {
  const name = `log.${number}`
  const log = new LogReader(files, name, options.window)
  let at = 0
  let place: Place | null = null
  while (at < log.size) {
    const found = log.record(at)
    if (found === null || !replay.follows(found.record)) break
    restoring(name, at, () => replay.apply(found.record))
    at = found.end
    place = found.record.place
  }
  const salt = place?.salt ?? null
  const synced = place?.synced ?? 0
  const read: ReadLog = { name, bytes: at, synced, salt }
  if (at === log.size) return read
  const behind = whatIsBehind(log, { sequence: replay.known, salt, end: at })
  const follows = later.some((other) => files.size(`log.${other}`) > 0)
  const isDamaged = behind === 'written later' || follows
  if (isDamaged && options.cut !== true) {
    throw new DamagedError(name, at, 'damaged before records that are whole')
  }
  let what = 'were no whole record'
  if (isDamaged || behind === 'unsynced') {
    // All of it before anything is cut off: a power cut here may leave what looks like an end.
    what = `are in ${copyAside(files, name, at)} from now on`
    if (!isDamaged)
      what = `were not all there, and no sync had reached them as far as they tell: they ${what}`
    passOver(later.splice(0), files, options)
  }
  files.truncate(name, at)
  options.onNotice?.(`${name}: cut off at offset ${at}, ${log.size - at} bytes behind it ${what}`)
  return read
}

/**
 * What whole records stand behind a place where the next one should. A disk writes in any order: of what no sync had
 * reached, a power cut may leave the end and not the begin. But a record that was written when the place had been synced
 * shows that what is missing there was on the disk once.
 */
function whatIsBehind(log: LogReader, last: Last): 'nothing' | 'unsynced' | 'written later' {
  let behind: 'nothing' | 'unsynced' = 'nothing'
  for (let from = last.end; ;) {
    const found = log.recordBehind(from, last)
    if (found === null) return behind
    // Right there, whole, it is not the next one: nothing is missing but what somebody took out.
    if (found.at === last.end || found.place === null || found.place.synced > last.end) return 'written later'
    behind = 'unsynced'
    from = found.at + found.size
  }
}

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
  private readonly isWhole: boolean
  private readonly run: (db: number, commands: readonly Args[]) => void

  /** `isWhole`: no snapshot stands for the first records. */
  constructor(engine: Engine, isWhole: boolean) {
    this.engine = engine
    this.isWhole = isWhole
    this.run = replayer(engine)
  }

  /** The last number; null while it is not known, as a snapshot does not say it. */
  get known(): number | null {
    return this.sequence === 0 && !this.isWhole ? null : this.sequence
  }

  follows({ sequence }: LogRecord): boolean {
    return this.known === null || sequence === this.known + 1
  }

  apply({ db, sequence, commands }: LogRecord): void {
    this.sequence = sequence
    this.engine.space.refresh()
    this.run(db, commands)
  }
}
