/** GET and SET, and what clients expect beside them. */
import { STRING } from '../keyspace/keyspace.ts'
import { Args } from '../resp/args.ts'
import type { Reply } from '../resp/reply.ts'
import type { Session } from '../server/session.ts'
import type { Command } from './command.ts'
import { command, DENY_OOM, FAST, NOT_INTEGER, ONE_KEY, READ, SYNTAX, WRITE, WRONG_TYPE } from './command.ts'
import { stringOf } from './key.ts'

function writeString(session: Session, record: number): void {
  const { keyspace, out, engine } = session
  const at = keyspace.stringAt(record)
  out.bulk(engine.space.u8, at, at + keyspace.stringLength(record))
}

function get(session: Session, args: Args): void {
  const { keyspace, out } = session
  const record = session.engine.lookup(keyspace, args.bytes, args.starts[1]!, args.ends[1]!)
  if (record === 0) out.nil()
  else if (keyspace.kindOf(record) !== STRING) out.error(WRONG_TYPE)
  else writeString(session, record)
}

interface SetOptions {
  onlyNew: boolean
  onlyOld: boolean
  get: boolean
  keepTtl: boolean
  /** Milliseconds since 1970. */
  expiry: number | null
}

const CLOCKS: Readonly<Record<string, { readonly unit: number; readonly absolute: boolean }>> = {
  ex: { unit: 1_000, absolute: false },
  px: { unit: 1, absolute: false },
  exat: { unit: 1_000, absolute: true },
  pxat: { unit: 1, absolute: true },
}

/** The options of SET from argument 3 on; null, and the error is written, when they are none. */
function setOptions(session: Session, args: Args): SetOptions | null {
  const options: SetOptions = { onlyNew: false, onlyOld: false, get: false, keepTtl: false, expiry: null }
  const refuse = (text: string): null => {
    session.out.error(text)
    return null
  }
  for (let i = 3; i < args.count; i++) {
    const clock = Object.keys(CLOCKS).find((name) => args.is(i, name))
    if (args.is(i, 'nx')) options.onlyNew = true
    else if (args.is(i, 'xx')) options.onlyOld = true
    else if (args.is(i, 'get')) options.get = true
    else if (args.is(i, 'keepttl')) options.keepTtl = true
    else if (clock !== undefined && i + 1 < args.count && options.expiry === null) {
      const { unit, absolute } = CLOCKS[clock]!
      const amount = args.integer(++i)
      if (amount === null) return refuse(NOT_INTEGER)
      const at = Number(amount) * unit + (absolute ? 0 : session.engine.now)
      if (amount <= 0n || at > Number.MAX_SAFE_INTEGER)
        return refuse("ERR invalid expire time in 'set' command")
      options.expiry = at
    } else return refuse(SYNTAX)
  }
  if ((options.onlyNew && options.onlyOld) || (options.keepTtl && options.expiry !== null))
    return refuse(SYNTAX)
  return options
}

function set(session: Session, args: Args): void {
  const { engine, keyspace, out } = session
  const options = args.count === 3 ? null : setOptions(session, args)
  if (args.count > 3 && options === null) return
  const [from, to] = [args.starts[1]!, args.ends[1]!]
  let record = engine.lookup(keyspace, args.bytes, from, to)
  const isString = record !== 0 && keyspace.kindOf(record) === STRING
  if (options?.get === true && record !== 0 && !isString) {
    out.error(WRONG_TYPE)
    return
  }
  const old = options?.get === true ? stringOf(keyspace, record) : null
  if (options !== null && ((options.onlyNew && record !== 0) || (options.onlyOld && record === 0))) {
    writeOld(out, old)
    return
  }
  let block = 0
  if (record !== 0 && !isString) {
    // What it takes is taken first: where there is no room, the array stays.
    block = engine.space.allocate(keyspace.recordBytes(to - from, args.length(2)))
    engine.remove(keyspace, record)
    record = 0
  }
  const isNew = record === 0
  record = keyspace.setString(record, args.bytes, from, to, args.bytes, args.starts[2]!, args.ends[2]!, block)
  if (options !== null && options.expiry !== null) keyspace.setExpiry(record, options.expiry)
  else if (options?.keepTtl !== true && !isNew) keyspace.setExpiry(record, undefined)
  if (engine.host.durable || engine.watched.size > 0) {
    engine.changed(keyspace, args.view(1), logged(args, options))
  } else engine.dirty++
  if (engine.events.keyspace || engine.events.keyevent) {
    if (isNew) engine.notify('n', 'new', args.view(1), session.db)
    engine.notify('$', 'set', args.view(1), session.db)
    if (options !== null && options.expiry !== null) engine.notify('g', 'expire', args.view(1), session.db)
  }
  if (options?.get === true) writeOld(out, old)
  else out.simple('OK')
}

/** What SET replies that sets nothing, or is asked for what was there. */
function writeOld(out: Reply, old: Uint8Array | null): void {
  if (old === null) out.nil()
  else out.bulk(old, 0, old.length)
}

/** A time to live would mean another time when it is replayed. */
function logged(args: Args, options: SetOptions | null): Args {
  if (options === null) return args
  const plain = ['SET', args.view(1), args.view(2)]
  if (options.expiry !== null) return Args.of(...plain, 'PXAT', String(options.expiry))
  return options.keepTtl ? Args.of(...plain, 'KEEPTTL') : Args.of(...plain)
}

const string = (name: string, arity: number, flags: number, run: Command['run']): Command =>
  command('string', name, arity, flags, ONE_KEY, run)

export const strings: readonly Command[] = [
  string('get', 2, READ | FAST, get),
  string('set', -3, WRITE | DENY_OOM, set),
]
