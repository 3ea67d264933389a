/** Commands on keys whatever they hold. */
import { SparseArray } from '../array/sparse-array.ts'
import type { Args } from '../resp/args.ts'
import type { Session } from '../server/session.ts'
import type { Command } from './command.ts'
import { command, DENY_OOM, FAST, NO_KEYS, NOT_INTEGER, ONE_KEY, READ, SYNTAX, WRITE } from './command.ts'
import { generic, recordOf, stringOf, typeOf } from './key.ts'

const NO_SUCH_KEY = 'ERR no such key'
const ALL_KEYS = [1, -1, 1] as const
const TWO_KEYS = [1, 2, 1] as const

function del(session: Session, args: Args): void {
  const { engine, keyspace } = session
  let count = 0
  for (let i = 1; i < args.count; i++) {
    const record = recordOf(session, args, i)
    if (record === 0) continue
    engine.remove(keyspace, record)
    engine.notify('g', 'del', args.view(i), session.db)
    count++
  }
  if (count > 0) engine.changed(keyspace, args.view(1), args)
  session.out.integer(count)
}

function exists(session: Session, args: Args): void {
  let count = 0
  for (let i = 1; i < args.count; i++) if (recordOf(session, args, i) !== 0) count++
  session.out.integer(count)
}

function type(session: Session, args: Args): void {
  const record = recordOf(session, args, 1)
  session.out.simple(record === 0 ? 'none' : typeOf(session.keyspace, record))
}

const rename =
  (onlyNew: boolean) =>
  (session: Session, args: Args): void => {
    const { engine, keyspace, out } = session
    const from = recordOf(session, args, 1)
    if (from === 0) {
      out.error(NO_SUCH_KEY)
      return
    }
    const to = recordOf(session, args, 2)
    if (onlyNew && to !== 0) {
      out.integer(0)
      return
    }
    if (from !== to) {
      const expiry = keyspace.expiryOf(from)
      const string = stringOf(keyspace, from)
      const key = args.view(2)
      // Room first: where there is none for a longer name, both keys stay.
      const needed = keyspace.recordBytes(key.length, string?.length ?? 0)
      const fits = engine.space.capacityOf(from) >= needed
      const block = fits ? from : engine.space.allocate(needed)
      if (to !== 0) engine.remove(keyspace, to)
      // The array goes over as it is; only its key is new.
      const array = keyspace.remove(from, fits)
      const record =
        array === null
          ? keyspace.setString(0, key, 0, key.length, string!, 0, string!.length, block)
          : keyspace.setArray(array, key, 0, key.length, block)
      keyspace.setExpiry(record, expiry)
      engine.touched(keyspace.index, args.view(1))
      engine.changed(keyspace, key, args)
      engine.notify('g', 'rename_from', args.view(1), session.db)
      engine.notify('g', 'rename_to', key, session.db)
    }
    if (onlyNew) out.integer(1)
    else out.simple('OK')
  }

function copy(session: Session, args: Args): void {
  const { engine, keyspace, out } = session
  let db = session.db
  let replace = false
  for (let i = 3; i < args.count; i++) {
    if (args.is(i, 'replace')) replace = true
    else if (args.is(i, 'db') && i + 1 < args.count) {
      const given = args.integer(++i)
      if (given === null || given < 0n || given >= BigInt(engine.keyspaces.length)) {
        out.error(given === null ? NOT_INTEGER : 'ERR DB index is out of range')
        return
      }
      db = Number(given)
    } else {
      out.error(SYNTAX)
      return
    }
  }
  const target = engine.keyspaces[db]!
  const from = recordOf(session, args, 1)
  const to = recordOf(session, args, 2, target)
  if (target === keyspace && args.text(1) === args.text(2)) {
    out.error('ERR source and destination objects are the same')
    return
  }
  if (from === 0 || (to !== 0 && !replace)) {
    out.integer(0)
    return
  }
  const expiry = keyspace.expiryOf(from)
  const string = stringOf(keyspace, from)
  const key = args.view(2)
  const block = engine.space.allocate(keyspace.recordBytes(key.length, string?.length ?? 0))
  const array = string === null ? copyArray(keyspace.arrayOf(from)) : null
  if (to !== 0) engine.remove(target, to)
  const record =
    array === null
      ? target.setString(0, key, 0, key.length, string!, 0, string!.length, block)
      : target.setArray(array, key, 0, key.length, block)
  target.setExpiry(record, expiry)
  engine.changed(keyspace, key, args)
  engine.touched(db, key)
  engine.notify('g', 'copy_to', key, db)
  out.integer(1)
}

/** A second holder of the same slices: whoever is written to first gets copies of what is written. */
function copyArray(array: SparseArray): SparseArray {
  const copied = new SparseArray(array.tree.store)
  copied.tree.restore(array.tree.snapshot())
  copied.nextHi = array.nextHi
  copied.nextLo = array.nextLo
  return copied
}

const flush =
  (all: boolean) =>
  (session: Session, args: Args): void => {
    const { engine, out } = session
    if (args.count > 2 || (args.count === 2 && !args.is(1, 'async') && !args.is(1, 'sync'))) {
      out.error(SYNTAX)
      return
    }
    for (let db = 0; db < engine.keyspaces.length; db++) if (all || db === session.db) engine.flush(db)
    engine.changed(session.keyspace, new Uint8Array(), args)
    out.simple('OK')
  }

export const keyCommands: readonly Command[] = [
  generic('del', -2, WRITE, ALL_KEYS, del),
  generic('unlink', -2, WRITE | FAST, ALL_KEYS, del),
  generic('exists', -2, READ | FAST, ALL_KEYS, exists),
  generic('touch', -2, READ | FAST, ALL_KEYS, exists),
  generic('type', 2, READ | FAST, ONE_KEY, type),
  generic('rename', 3, WRITE, TWO_KEYS, rename(false)),
  generic('renamenx', 3, WRITE | FAST, TWO_KEYS, rename(true)),
  generic('copy', -3, WRITE | DENY_OOM, TWO_KEYS, copy),
  command('server', 'flushdb', -1, WRITE, NO_KEYS, flush(false)),
  command('server', 'flushall', -1, WRITE, NO_KEYS, flush(true)),
]
