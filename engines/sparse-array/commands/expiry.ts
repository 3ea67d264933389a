/** When keys go. */
import { Args } from '../resp/args.ts'
import type { Session } from '../server/session.ts'
import type { Command } from './command.ts'
import { FAST, NOT_INTEGER, ONE_KEY, READ, WRITE } from './command.ts'
import { generic, recordOf } from './key.ts'

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

export const expiry: readonly Command[] = [
  generic('expire', -3, WRITE | FAST, ONE_KEY, expire('expire', 1_000, false)),
  generic('pexpire', -3, WRITE | FAST, ONE_KEY, expire('pexpire', 1, false)),
  generic('expireat', -3, WRITE | FAST, ONE_KEY, expire('expireat', 1_000, true)),
  generic('pexpireat', -3, WRITE | FAST, ONE_KEY, expire('pexpireat', 1, true)),
  generic('ttl', 2, READ | FAST, ONE_KEY, ttl(1_000, false)),
  generic('pttl', 2, READ | FAST, ONE_KEY, ttl(1, false)),
  generic('expiretime', 2, READ | FAST, ONE_KEY, ttl(1_000, true)),
  generic('pexpiretime', 2, READ | FAST, ONE_KEY, ttl(1, true)),
  generic('persist', 2, WRITE | FAST, ONE_KEY, persist),
]
