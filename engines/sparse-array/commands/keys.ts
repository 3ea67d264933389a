/** Commands on keys whatever they hold. */
import { fromBig, parsed } from '../array/index64.ts'
import { SparseArray, valueAt } from '../array/sparse-array.ts'
import { Walk } from '../array/walk.ts'
import { ARRAY, STRING } from '../keyspace/keyspace.ts'
import type { Keyspace } from '../keyspace/keyspace.ts'
import { Args, latin1 } from '../resp/args.ts'
import { globMatch } from '../server/engine.ts'
import type { Session } from '../server/session.ts'
import type { Command } from './command.ts'
import { command, DENY_OOM, FAST, NO_KEYS, NOT_INTEGER, ONE_KEY, READ, SYNTAX, WRITE } from './command.ts'

const NO_SUCH_KEY = 'ERR no such key'
const ALL_KEYS = [1, -1, 1] as const
const TWO_KEYS = [1, 2, 1] as const

/** The record of the key in argument i, 0 when there is none. */
function recordOf(session: Session, args: Args, i: number, keyspace = session.keyspace): number {
  return session.engine.lookup(keyspace, args.bytes, args.starts[i]!, args.ends[i]!)
}

const typeOf = (keyspace: Keyspace, record: number): string =>
  keyspace.kindOf(record) === ARRAY ? 'array' : 'string'

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

function keys(session: Session, args: Args): void {
  const { keyspace, engine, out } = session
  const pattern = args.text(1)
  const found: Uint8Array[] = []
  for (let record = keyspace.after(0); record !== 0;) {
    const sequence = keyspace.sequenceOf(record)
    const expiry = keyspace.expiryOf(record)
    const key = keyspace.keyOf(record)
    if (
      (expiry === undefined || expiry > engine.now) &&
      (pattern === '*' || globMatch(pattern, latin1(key)))
    ) {
      found.push(key)
    }
    record = keyspace.after(sequence)
  }
  out.array(found.length)
  for (const key of found) out.bulk(key, 0, key.length)
}

function scan(session: Session, args: Args): void {
  const { keyspace, engine, out } = session
  const text = args.text(1)
  if (!/^\d{1,20}$/.test(text)) {
    out.error('ERR invalid cursor')
    return
  }
  let pattern: string | null = null
  let wanted: string | null = null
  let count = 10n
  for (let i = 2; i < args.count; i += 2) {
    if (i + 1 >= args.count) {
      out.error(SYNTAX)
      return
    }
    if (args.is(i, 'match')) pattern = args.text(i + 1)
    else if (args.is(i, 'type')) wanted = args.text(i + 1).toLowerCase()
    else if (args.is(i, 'count')) {
      const given = args.integer(i + 1)
      if (given === null || given < 1n) {
        out.error(given === null ? NOT_INTEGER : SYNTAX)
        return
      }
      count = given
    } else {
      out.error(SYNTAX)
      return
    }
  }
  const found: Uint8Array[] = []
  let cursor = Number(text)
  let record = keyspace.after(cursor)
  for (let left = count; record !== 0 && left > 0n; left--) {
    cursor = keyspace.sequenceOf(record)
    const key = keyspace.keyOf(record)
    const expiry = keyspace.expiryOf(record)
    const isAlive = expiry === undefined || expiry > engine.now
    const isWanted = wanted === null || typeOf(keyspace, record) === wanted
    if (isAlive && isWanted && (pattern === null || globMatch(pattern, latin1(key)))) found.push(key)
    record = keyspace.after(cursor)
  }
  out.array(2)
  out.text(record === 0 ? '0' : String(cursor))
  out.array(found.length)
  for (const key of found) out.bulk(key, 0, key.length)
}

function randomkey(session: Session): void {
  const { keyspace, engine, out } = session
  const record = keyspace.random(engine.random())
  if (record === 0) out.nil()
  else {
    const key = keyspace.keyOf(record)
    out.bulk(key, 0, key.length)
  }
}

/** EXPIRE and its kin: `unit` milliseconds, from now or since 1970. */
const expire =
  (name: string, unit: number, absolute: boolean) =>
  (session: Session, args: Args): void => {
    const { engine, keyspace, out } = session
    const amount = args.integer(2)
    if (amount === null) {
      out.error(NOT_INTEGER)
      return
    }
    const at = Number(amount) * unit + (absolute ? 0 : engine.now)
    if (Math.abs(at) > Number.MAX_SAFE_INTEGER) {
      out.error(`ERR invalid expire time in '${name}' command`)
      return
    }
    const conditions = ['nx', 'xx', 'gt', 'lt']
    const given: string[] = []
    for (let i = 3; i < args.count; i++) {
      const condition = conditions.find((each) => args.is(i, each))
      if (condition === undefined) {
        out.error(`ERR Unsupported option ${args.text(i)}`)
        return
      }
      given.push(condition)
    }
    if (given.includes('nx') && given.length > 1) {
      out.error('ERR NX and XX, GT or LT options at the same time are not compatible')
      return
    }
    if (given.includes('gt') && given.includes('lt')) {
      out.error('ERR GT and LT options at the same time are not compatible')
      return
    }
    const record = recordOf(session, args, 1)
    const old = record === 0 ? undefined : keyspace.expiryOf(record)
    const isMet: Record<string, boolean> = {
      nx: old === undefined,
      xx: old !== undefined,
      gt: old !== undefined && at > old,
      lt: old === undefined || at < old,
    }
    if (record === 0 || given.some((condition) => !isMet[condition])) {
      out.integer(0)
      return
    }
    const key = args.view(1)
    if (at <= engine.now && !engine.loading) {
      engine.remove(keyspace, record)
      engine.changed(keyspace, key, Args.of('DEL', key))
      engine.notify('g', 'del', key, session.db)
    } else {
      keyspace.touch(record)
      keyspace.setExpiry(record, at)
      engine.changed(keyspace, key, Args.of('PEXPIREAT', key, String(at)))
      engine.notify('g', 'expire', key, session.db)
    }
    out.integer(1)
  }

/** TTL and its kin. */
const ttl =
  (unit: number, absolute: boolean) =>
  (session: Session, args: Args): void => {
    const record = recordOf(session, args, 1)
    const expiry = record === 0 ? undefined : session.keyspace.expiryOf(record)
    if (record === 0) session.out.integer(-2)
    else if (expiry === undefined) session.out.integer(-1)
    else {
      const rest = absolute ? expiry : Math.max(0, expiry - session.engine.now)
      session.out.integer(Math.floor((rest + unit / 2) / unit))
    }
  }

function persist(session: Session, args: Args): void {
  const { engine, keyspace, out } = session
  const record = recordOf(session, args, 1)
  if (record === 0 || keyspace.expiryOf(record) === undefined) {
    out.integer(0)
    return
  }
  keyspace.touch(record)
  keyspace.setExpiry(record, undefined)
  engine.changed(keyspace, args.view(1), args)
  engine.notify('g', 'persist', args.view(1), session.db)
  out.integer(1)
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
      if (to !== 0) engine.remove(keyspace, to)
      // The array goes over as it is; only its key is new.
      const array = keyspace.remove(from)
      const key = args.view(2)
      const record =
        array === null
          ? keyspace.setString(0, key, 0, key.length, string!, 0, string!.length)
          : keyspace.setArray(array, key)
      keyspace.setExpiry(record, expiry)
      engine.touched(keyspace.index, args.view(1))
      engine.changed(keyspace, key, args)
      engine.notify('g', 'rename_from', args.view(1), session.db)
      engine.notify('g', 'rename_to', key, session.db)
    }
    if (onlyNew) out.integer(1)
    else out.simple('OK')
  }

/** A copy of a string's bytes; null for an array. */
function stringOf(keyspace: Keyspace, record: number): Uint8Array | null {
  if (keyspace.kindOf(record) !== STRING) return null
  const at = keyspace.stringAt(record)
  return keyspace.space.u8.slice(at, at + keyspace.stringLength(record))
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
  const array = string === null ? copyArray(keyspace.arrayOf(from)) : null
  if (to !== 0) engine.remove(target, to)
  const key = args.view(2)
  const record =
    array === null
      ? target.setString(0, key, 0, key.length, string!, 0, string!.length)
      : target.setArray(array, key)
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

function dbsize(session: Session): void {
  session.out.integer(session.keyspace.size)
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

const OBJECT_HELP = [
  'OBJECT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:',
  'ENCODING <key>',
  '    Return the kind of internal representation used in order to store the value',
  '    associated with a <key>.',
  'FREQ <key>',
  '    Return the access frequency index of the <key>. The returned integer is',
  '    proportional to the logarithm of the recent access frequency of the key.',
  'IDLETIME <key>',
  '    Return the idle time of the <key>, that is the approximated number of',
  '    seconds elapsed since the last access to the key.',
  'REFCOUNT <key>',
  '    Return the number of references of the value associated with the specified',
  '    <key>.',
  'HELP',
  '    Print this help.',
]
const NO_FREQUENCY =
  'ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.'

function object(session: Session, args: Args): void {
  const { keyspace, out } = session
  if (args.is(1, 'help') && args.count === 2) {
    out.array(OBJECT_HELP.length)
    for (const line of OBJECT_HELP) out.simple(line)
    return
  }
  const what = ['encoding', 'freq', 'idletime', 'refcount'].find((name) => args.is(1, name))
  if (what === undefined || args.count !== 3) {
    out.error(
      what === undefined
        ? `ERR unknown subcommand '${args.text(1).slice(0, 128)}'. Try OBJECT HELP.`
        : `ERR wrong number of arguments for 'object|${what}' command`,
    )
    return
  }
  const record = recordOf(session, args, 2)
  if (record === 0) out.nil()
  else if (what === 'freq') out.error(NO_FREQUENCY)
  else if (what === 'encoding') out.text(encodingOf(keyspace, record))
  else out.integer(what === 'refcount' ? 1 : 0)
}

function encodingOf(keyspace: Keyspace, record: number): string {
  const string = stringOf(keyspace, record)
  if (string === null) return 'sliced-array'
  if (string.length <= 20 && /^(?:0|-?[1-9]\d{0,18})$/.test(latin1(string))) return 'int'
  return string.length <= 44 ? 'embstr' : 'raw'
}

function memory(session: Session, args: Args): void {
  const { keyspace, out, engine } = session
  if (args.is(1, 'usage') && args.count >= 3) {
    const record = recordOf(session, args, 2)
    if (record === 0) out.nil()
    else {
      const array = keyspace.kindOf(record) === ARRAY ? keyspace.arrayOf(record).bytes : 0
      out.integer(keyspace.bytesOf(record) + array)
    }
  } else if (args.is(1, 'stats')) {
    out.map(2)
    out.text('total.allocated')
    out.integer(engine.usedMemory)
    out.text('keys.count')
    out.integer(engine.keyspaces.reduce((sum, { size }) => sum + size, 0))
  } else if (args.is(1, 'doctor')) out.text('Nothing to report.')
  else if (args.is(1, 'purge')) out.simple('OK')
  else out.error(`ERR unknown subcommand '${args.text(1).slice(0, 128)}'. Try MEMORY HELP.`)
}

/** Arrays and strings have no order of sorting: there is nothing that SORT could sort. */
function sort(session: Session, args: Args): void {
  if (recordOf(session, args, 1) === 0) session.out.array(0)
  else session.out.error('WRONGTYPE Operation against a key holding the wrong kind of value')
}

/** Calls back for every element of an array, in order. */
export function eachElement(array: SparseArray, visit: (index: bigint, value: Uint8Array) => void): void {
  const { tree } = array
  if (tree.count === 0) return
  fromBig(array.length - 1n)
  const walk = new Walk(tree, 0, 0, parsed.hi, parsed.lo)
  while (walk.next()) {
    const { slices } = tree.store
    const count = slices.elements(walk.slice)
    const addresses = slices.addresses.slice(0, count)
    const base = (BigInt(walk.baseHi) << 32n) + BigInt(walk.baseLo)
    const offsets = slices.offsets.slice(0, count)
    for (let i = 0; i < count; i++) visit(base + BigInt(offsets[i]!), valueAt(tree.store, addresses[i]!))
  }
}

const generic = (name: string, arity: number, flags: number, keysAt: Command['keys'], run: Command['run']) =>
  command('generic', name, arity, flags, keysAt, run)

export const keyCommands: readonly Command[] = [
  generic('del', -2, WRITE, ALL_KEYS, del),
  generic('unlink', -2, WRITE | FAST, ALL_KEYS, del),
  generic('exists', -2, READ | FAST, ALL_KEYS, exists),
  generic('touch', -2, READ | FAST, ALL_KEYS, exists),
  generic('type', 2, READ | FAST, ONE_KEY, type),
  generic('keys', 2, READ, NO_KEYS, keys),
  generic('scan', -2, READ, NO_KEYS, scan),
  generic('randomkey', 1, READ, NO_KEYS, randomkey),
  generic('expire', -3, WRITE | FAST, ONE_KEY, expire('expire', 1_000, false)),
  generic('pexpire', -3, WRITE | FAST, ONE_KEY, expire('pexpire', 1, false)),
  generic('expireat', -3, WRITE | FAST, ONE_KEY, expire('expireat', 1_000, true)),
  generic('pexpireat', -3, WRITE | FAST, ONE_KEY, expire('pexpireat', 1, true)),
  generic('ttl', 2, READ | FAST, ONE_KEY, ttl(1_000, false)),
  generic('pttl', 2, READ | FAST, ONE_KEY, ttl(1, false)),
  generic('expiretime', 2, READ | FAST, ONE_KEY, ttl(1_000, true)),
  generic('pexpiretime', 2, READ | FAST, ONE_KEY, ttl(1, true)),
  generic('persist', 2, WRITE | FAST, ONE_KEY, persist),
  generic('rename', 3, WRITE, TWO_KEYS, rename(false)),
  generic('renamenx', 3, WRITE | FAST, TWO_KEYS, rename(true)),
  generic('copy', -3, WRITE | DENY_OOM, TWO_KEYS, copy),
  generic('object', -2, READ, [2, 2, 1], object),
  generic('sort', -2, WRITE | DENY_OOM, ONE_KEY, sort),
  command('server', 'dbsize', 1, READ | FAST, NO_KEYS, dbsize),
  command('server', 'flushdb', -1, WRITE, NO_KEYS, flush(false)),
  command('server', 'flushall', -1, WRITE, NO_KEYS, flush(true)),
  command('server', 'memory', -2, READ, [2, 2, 1], memory),
]
