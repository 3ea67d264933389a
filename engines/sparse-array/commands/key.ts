/** What commands on keys share. */
import { ARRAY, STRING } from '../keyspace/keyspace.ts'
import type { Keyspace } from '../keyspace/keyspace.ts'
import type { Args } from '../resp/args.ts'
import type { Session } from '../server/session.ts'
import type { Command } from './command.ts'
import { command } from './command.ts'

/** The record of the key in argument i, 0 when there is none. */
export function recordOf(session: Session, args: Args, i: number, keyspace = session.keyspace): number {
  return session.engine.lookup(keyspace, args.bytes, args.starts[i]!, args.ends[i]!)
}

export const typeOf = (keyspace: Keyspace, record: number): string =>
  keyspace.kindOf(record) === ARRAY ? 'array' : 'string'

/** A copy of a string's bytes; null for an array or no key. */
export function stringOf(keyspace: Keyspace, record: number): Uint8Array | null {
  if (record === 0 || keyspace.kindOf(record) !== STRING) return null
  const at = keyspace.stringAt(record)
  return keyspace.space.u8.slice(at, at + keyspace.stringLength(record))
}

export const generic = (
  name: string,
  arity: number,
  flags: number,
  keysAt: Command['keys'],
  run: Command['run'],
): Command => command('generic', name, arity, flags, keysAt, run)
