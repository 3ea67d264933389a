/**
 * Records of the log: the writes of one command, or of one transaction, which count all or not at all.
 *
 *     record   "FBR2" | salt : 4 | length of the rest : 4 | sequence : 6 | synced : 6 | checksum : 4 | database : 1 | command ...
 *     command  arguments : 4 | (length : 4 | bytes) ...
 *     of old   "FBR1" | length of the rest : 4 | sequence : 8 | checksum : 4 | database : 1 | command ...
 *
 * Sequence numbers go up by one from record to record and from file to file. The checksum covers all but the mark and
 * itself. So a damage is told from an end, and an old record that lies behind an end is not taken for a new one.
 *
 * `synced` says how many bytes of its file were surely on the disk when a record was made. A power cut can leave a hole
 * in what was not: a disk writes in any order. So that is told from damage, too.
 *
 * The salt is a random number, the same in all records of a file, which no client knows: bytes of a value that look like
 * records are told from those.
 */
import { crc32 } from 'node:zlib'
import { Args } from '../resp/args.ts'

export const MAGIC = Buffer.from('FBR2')
const OLD_MAGIC = Buffer.from('FBR1')
/** Either begins so. */
export const MAGICS = [MAGIC, OLD_MAGIC] as const
export const ANY_MAGIC = Buffer.from('FBR')
const MAGIC_NUMBER = MAGIC.readUInt32LE(0)
const OLD_MAGIC_NUMBER = OLD_MAGIC.readUInt32LE(0)
/** Bytes before the database; of old records fewer. */
export const HEAD = 28
const OLD_HEAD = 20
const CHECKSUM = 4
const MOST = 2 ** 31

/** What a record says of the file that it is written to. */
export interface Place {
  readonly salt: number
  /** Bytes of it that are surely on the disk. */
  readonly synced: number
}

export interface LogRecord {
  readonly db: number
  readonly sequence: number
  readonly commands: readonly Args[]
  /** Null in an old record, which does not say. */
  readonly place: Place | null
}

/** What is before the commands, which nobody has checked. */
export interface Head extends Pick<LogRecord, 'sequence' | 'place'> {
  /** Bytes of the record, and those before the database. */
  readonly size: number
  readonly headSize: number
}

export function encodeRecord(db: number, sequence: number, commands: readonly Args[], place: Place): Buffer {
  let length = 1
  for (const command of commands) {
    length += 4 + 4 * command.count
    for (let i = 0; i < command.count; i++) length += command.length(i)
  }
  const bytes = Buffer.allocUnsafe(HEAD + length)
  MAGIC.copy(bytes, 0)
  bytes.writeUInt32LE(place.salt, 4)
  bytes.writeUInt32LE(length, 8)
  bytes.writeUIntLE(sequence, 12, 6)
  bytes.writeUIntLE(place.synced, 18, 6)
  bytes[HEAD] = db
  let at = HEAD + 1
  for (const command of commands) {
    at = bytes.writeUInt32LE(command.count, at)
    for (let i = 0; i < command.count; i++) {
      at = command.copyTo(i, bytes, bytes.writeUInt32LE(command.length(i), at))
    }
  }
  const sum = headSum(bytes, 0, HEAD)
  bytes.writeUInt32LE(continueChecksum(bytes.subarray(HEAD), sum), HEAD - CHECKSUM)
  return bytes
}

/** What each record with this salt begins with. */
export function saltedMark(salt: number): Buffer {
  const mark = Buffer.alloc(8)
  MAGIC.copy(mark)
  mark.writeUInt32LE(salt, 4)
  return mark
}

/** The head at an offset; null when it is none, or is not all there. */
export function readHead(bytes: Buffer, at: number): Head | null {
  if (at + OLD_HEAD > bytes.length) return null
  const magic = bytes.readUInt32LE(at)
  const isOld = magic === OLD_MAGIC_NUMBER
  if (!isOld && (magic !== MAGIC_NUMBER || at + HEAD > bytes.length)) return null
  const length = bytes.readUInt32LE(at + (isOld ? 4 : 8))
  if (length < 1 || length > MOST) return null
  if (isOld) {
    const sequence = Number(bytes.readBigUInt64LE(at + 8))
    return { size: OLD_HEAD + length, headSize: OLD_HEAD, sequence, place: null }
  }
  const place = { salt: bytes.readUInt32LE(at + 4), synced: bytes.readUIntLE(at + 18, 6) }
  return { size: HEAD + length, headSize: HEAD, sequence: bytes.readUIntLE(at + 12, 6), place }
}

/** What a head names, and what is to be continued over what follows it, to be the same. */
interface Checksum {
  readonly all: number
  readonly sum: number
}

export function headChecksum(bytes: Buffer, at: number, headSize: number): Checksum {
  return { all: bytes.readUInt32LE(at + headSize - CHECKSUM), sum: headSum(bytes, at, headSize) }
}

const headSum = (bytes: Buffer, at: number, headSize: number): number =>
  crc32(bytes.subarray(at + MAGIC.length, at + headSize - CHECKSUM))

export const continueChecksum = (bytes: Uint8Array, sum: number): number => crc32(bytes, sum)

/** The record at an offset and where it ends; null when none is there. */
export function decodeRecord(bytes: Buffer, at: number): { record: LogRecord; end: number } | null {
  const head = readHead(bytes, at)
  if (head === null) return null
  const { size, headSize, sequence, place } = head
  const end = at + size
  if (end > bytes.length) return null
  const { all, sum } = headChecksum(bytes, at, headSize)
  if (all !== continueChecksum(bytes.subarray(at + headSize, end), sum)) return null
  const commands = decodeCommands(bytes, at + headSize + 1, end)
  return commands && { record: { db: bytes[at + headSize]!, sequence, commands, place }, end }
}

/** Null where they end elsewhere: a checksum is no secret, and bytes of a value may be looked at before their salt is. */
function decodeCommands(bytes: Buffer, from: number, end: number): Args[] | null {
  const commands: Args[] = []
  for (let next = from; next < end;) {
    if (next + 4 > end) return null
    const command = new Args()
    command.bytes = bytes
    const count = bytes.readUInt32LE(next)
    next += 4
    for (let i = 0; i < count; i++) {
      if (next + 4 > end) return null
      const start = next + 4
      next = start + bytes.readUInt32LE(next)
      if (next > end) return null
      command.push(start, next)
    }
    commands.push(command)
  }
  return commands
}
