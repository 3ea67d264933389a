/** What the commands of the array type share: reading an index, finding the array, changing it all or not at all. */
import { parseIndex } from '../array/index64.ts'
import { SparseArray } from '../array/sparse-array.ts'
import { ARRAY } from '../keyspace/keyspace.ts'
import type { Args } from '../resp/args.ts'
import type { Session } from '../server/session.ts'
import { SpaceFullError } from '../space/space.ts'
import type { Command } from './command.ts'
import { command, ONE_KEY, WRONG_TYPE } from './command.ts'

export const INVALID_INDEX = 'ERR invalid array index'

/** Reads argument i as an index into `parsed`; writes the error and returns false when it is none. */
export function index(session: Session, args: Args, i: number): boolean {
  if (parseIndex(args.bytes, args.starts[i]!, args.ends[i]!)) return true
  session.out.error(INVALID_INDEX)
  return false
}

/** The record of the key in argument 1: 0 when there is none, -1 when it is of another type (the error is written). */
export function arrayRecord(session: Session, args: Args): number {
  const { keyspace } = session
  const record = session.engine.lookup(keyspace, args.bytes, args.starts[1]!, args.ends[1]!)
  if (record === 0 || keyspace.kindOf(record) === ARRAY) return record
  session.out.error(WRONG_TYPE)
  return -1
}

/** What a write may take at most beside its values, an element: a new slice and its directories. */
const BYTES_AN_ELEMENT = 1_024

/** Bytes that the values of a command take at most: those of all its arguments. */
export const bytesOf = (args: Args): number => args.ends[args.count - 1]! - args.starts[1]!

/**
 * Lets `write` change the array of argument 1, made when there is none; when memory runs out half-way, everything is
 * as it was before, and SpaceFullError is thrown on. `room`: bytes that changing what is there may take at most, or
 * Infinity. Where they are free the write cannot fail; else it works on what a snapshot can bring back. `write` says
 * whether anything changed.
 */
export function change(
  session: Session,
  args: Args,
  elements: number,
  event: string,
  room: (array: SparseArray) => number,
  write: (array: SparseArray) => boolean,
): boolean {
  const { engine, keyspace } = session
  const record = arrayRecord(session, args)
  if (record < 0) return false
  const array = record === 0 ? new SparseArray(engine.store()) : keyspace.arrayOf(record)
  if (record !== 0) keyspace.touch(record)
  const { space } = array.tree.store
  const most = 2 * bytesOf(args) + elements * BYTES_AN_ELEMENT
  const needed = record === 0 ? Infinity : most + room(array)
  const before =
    needed < Infinity && space.reserve(needed) ? null : { tree: array.tree.snapshot(), next: array.next }
  let changed: boolean
  try {
    changed = write(array)
    if (record === 0 && array.count > 0) {
      keyspace.setArray(array, args.bytes, args.starts[1], args.ends[1])
    }
  } catch (error) {
    if (!(error instanceof SpaceFullError) || before === null) throw error
    array.tree.restore(before.tree)
    array.next = before.next
    engine.bury(Infinity)
    throw error
  }
  before?.tree.release()
  if (!changed) return true
  engine.wrote(keyspace, args, 'a', event)
  return true
}

export const array = (name: string, arity: number, flags: number, run: Command['run']): Command =>
  command('array', name, arity, flags, ONE_KEY, run)
