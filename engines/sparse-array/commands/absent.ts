/**
 * Commands of types that this server does not have. They are not listed and do nothing; but on a key that exists they
 * say what Redis says, since no key here can hold what they want.
 */
import type { Args } from '../resp/args.ts'
import type { Session } from '../server/session.ts'
import type { Command } from './command.ts'
import { command, NO_AUTH, NO_KEYS, NOW, ONE_KEY, READ, SUBSCRIBED, WRONG_TYPE } from './command.ts'

const NAMES = `lpush rpush lpop rpop llen lrange lindex lset ltrim hset hget hdel hgetall hlen hincrby hexists
  sadd srem smembers sismember scard zadd zrem zrange zscore zcard xadd xlen`.split(/\s+/)

function refuse(session: Session, args: Args): void {
  const record = session.engine.lookup(session.keyspace, args.bytes, args.starts[1]!, args.ends[1]!)
  session.out.error(record === 0 ? 'ERR this server has arrays and strings only' : WRONG_TYPE)
}

/** What a browser would send that was led here: the connection is closed without a word. */
function hangUp(session: Session): void {
  session.closing = true
}

const FOREIGN = ['post', 'host:'].map((name) =>
  command('absent', name, -1, NO_AUTH | NOW | SUBSCRIBED, NO_KEYS, hangUp),
)

export const absent: readonly Command[] = [
  ...FOREIGN,
  ...NAMES.map((name) => command('absent', name, -2, READ, ONE_KEY, refuse)),
]
