/**
 * Records of the log: the writes of one command, or of one transaction, which count all or not at all.
 *
 *     record   "FBR1" : 4 | length of the rest : 4 | sequence : 8 | checksum : 4 | database : 1 | command ...
 *     command  arguments : 4 | (length : 4 | bytes) ...
 *
 * Sequence numbers go up by one from record to record and from file to file. The checksum covers sequence, length and
 * what follows. So a damage is told from an end, and an old record that lies behind an end is not taken for a new one.
 */
import { crc32 } from 'node:zlib'
import { Args } from '../resp/args.ts'

export const MAGIC = Buffer.from('FBR1')
const MAGIC_NUMBER = MAGIC.readUInt32LE(0)
export const HEADER = 20
const MOST = 2 ** 31

export interface LogRecord {
  readonly db: number
  readonly sequence: number
  readonly commands: readonly Args[]
}

export function encodeRecord(db: number, sequence: number, commands: readonly Args[]): Buffer {
  let length = 1
  for (const command of commands) {
    length += 4 + 4 * command.count
    for (let i = 0; i < command.count; i++) length += command.length(i)
  }
  const bytes = Buffer.allocUnsafe(HEADER + length)
  MAGIC.copy(bytes, 0)
  bytes.writeUInt32LE(length, 4)
  bytes.writeBigUInt64LE(BigInt(sequence), 8)
  bytes[HEADER] = db
  let at = HEADER + 1
  for (const command of commands) {
    at = bytes.writeUInt32LE(command.count, at)
    for (let i = 0; i < command.count; i++) {
      at = command.copyTo(i, bytes, bytes.writeUInt32LE(command.length(i), at))
    }
  }
  const { sum } = headChecksum(bytes, 0)
  bytes.writeUInt32LE(continueChecksum(bytes.subarray(HEADER), sum), 16)
  return bytes
}

/** Bytes of the record at an offset, by its header, which is there; -1 when it is none. */
export function sizeOfRecord(bytes: Buffer, at: number): number {
  if (bytes.readUInt32LE(at) !== MAGIC_NUMBER) return -1
  const length = bytes.readUInt32LE(at + 4)
  return length < 1 || length > MOST ? -1 : HEADER + length
}

/** The number that the header at an offset names. */
export const sequenceAt = (bytes: Buffer, at: number): number => Number(bytes.readBigUInt64LE(at + 8))

/** The checksum that the header at an offset names, and what it is to be continued from over what follows. */
export function headChecksum(bytes: Buffer, at: number): { readonly all: number; readonly sum: number } {
  return { all: bytes.readUInt32LE(at + 16), sum: crc32(bytes.subarray(at + 4, at + 16)) }
}

export const continueChecksum = (bytes: Uint8Array, sum: number): number => crc32(bytes, sum)

/** The record at an offset and where it ends; null when none is there. */
export function decodeRecord(bytes: Buffer, at: number): { record: LogRecord; end: number } | null {
  if (at + HEADER > bytes.length) return null
  const size = sizeOfRecord(bytes, at)
  const end = at + size
  if (size < 0 || end > bytes.length) return null
  const { all, sum } = headChecksum(bytes, at)
  if (all !== continueChecksum(bytes.subarray(at + HEADER, end), sum)) return null
  const commands: Args[] = []
  for (let next = at + HEADER + 1; next < end;) {
    const command = new Args()
    command.bytes = bytes
    const count = bytes.readUInt32LE(next)
    next += 4
    for (let i = 0; i < count; i++) {
      const size = bytes.readUInt32LE(next)
      command.push(next + 4, next + 4 + size)
      next += 4 + size
    }
    commands.push(command)
  }
  return { record: { db: bytes[at + HEADER]!, sequence: sequenceAt(bytes, at), commands }, end }
}
