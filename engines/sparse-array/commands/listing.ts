/** Which keys there are: KEYS, SCAN and their kin. */
import type { Job } from '../job.ts'
import type { Keyspace } from '../keyspace/keyspace.ts'
import type { Args } from '../resp/args.ts'
import { latin1 } from '../resp/args.ts'
import { Reply } from '../resp/reply.ts'
import type { Engine } from '../server/engine.ts'
import { globMatch } from '../server/name-glob.ts'
import type { Session } from '../server/session.ts'
import type { Command } from './command.ts'
import { command, FAST, NO_KEYS, NOT_INTEGER, READ, SYNTAX } from './command.ts'
import { generic, typeOf } from './key.ts'

/** What looking at a key costs, in bytes that a search reads meanwhile. */
const KEY = 512
/** Keys that SCAN looks at in one call, whatever COUNT says: it is a hint, and others wait. */
const MOST_AT_ONCE = 10_000

function isListed(keyspace: Keyspace, record: number, pattern: string, now: number): boolean {
  const expiry = keyspace.expiryOf(record)
  if (expiry !== undefined && expiry <= now) return false
  return pattern === '*' || globMatch(pattern, latin1(keyspace.keyOf(record)))
}

/**
 * KEYS: the keys of the instant at which it began. Keys that are made later have higher sequence numbers than it looks
 * at; one that goes before its turn is looked at first.
 */
class KeysJob implements Job {
  work = 0
  private readonly engine: Engine
  private readonly keyspace: Keyspace
  private readonly pattern: string
  private readonly now: number
  private readonly end: number
  private readonly body = new Reply()
  private found = 0
  private cursor = 0
  private readonly leaving = (record: number): void => {
    const sequence = this.keyspace.sequenceOf(record)
    if (sequence > this.cursor && sequence < this.end) this.look(record)
  }

  constructor(engine: Engine, keyspace: Keyspace, pattern: string) {
    this.engine = engine
    this.keyspace = keyspace
    this.pattern = pattern
    this.now = engine.now
    this.end = keyspace.upcoming
  }

  get pending(): number {
    return this.body.length
  }

  step(units: number): boolean {
    const most = Math.max(1, Math.floor(units / KEY))
    this.cursor = this.keyspace.each(this.cursor, most, (record) => this.look(record))
    return this.cursor === 0 || this.cursor + 1 >= this.end
  }

  detach(): void {
    this.keyspace.leavers.add(this.leaving)
  }

  reply(out: Reply): void {
    out.array(this.found)
    out.append(this.body)
  }

  close(): void {
    this.keyspace.leavers.delete(this.leaving)
    this.engine.release(this.keyspace)
  }

  private look(record: number): void {
    const { keyspace } = this
    this.work += KEY
    if (keyspace.sequenceOf(record) >= this.end) return
    if (!isListed(keyspace, record, this.pattern, this.now)) return
    keyspace.writeKey(record, this.body)
    this.found++
  }
}

function keys(session: Session, args: Args): Job {
  return new KeysJob(session.engine, session.keyspace, args.text(1))
}

function scan(session: Session, args: Args): void {
  const { keyspace, engine, out } = session
  const text = args.text(1)
  if (!/^\d{1,20}$/.test(text)) {
    out.error('ERR invalid cursor')
    return
  }
  let pattern = '*'
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
  const most = count < MOST_AT_ONCE ? Number(count) : MOST_AT_ONCE
  const found: number[] = []
  const cursor = keyspace.each(Number(text), most, (record) => {
    if (!isListed(keyspace, record, pattern, engine.now)) return
    if (wanted === null || typeOf(keyspace, record) === wanted) found.push(record)
  })
  out.array(2)
  out.text(String(cursor))
  out.array(found.length)
  for (const record of found) keyspace.writeKey(record, out)
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

function dbsize(session: Session): void {
  session.out.integer(session.keyspace.size)
}

export const listing: readonly Command[] = [
  generic('keys', 2, READ, NO_KEYS, keys),
  generic('scan', -2, READ, NO_KEYS, scan),
  generic('randomkey', 1, READ, NO_KEYS, randomkey),
  command('server', 'dbsize', 1, READ | FAST, NO_KEYS, dbsize),
]
