/** MULTI, EXEC, DISCARD, WATCH, UNWATCH. */
import { latin1 } from '../resp/args.ts'
import type { Args } from '../resp/args.ts'
import type { Session } from '../server/session.ts'
import type { Command } from './command.ts'
import { command, FAST, NO_KEYS, NOW } from './command.ts'

function multi(session: Session): void {
  if (session.queue !== null) session.out.error('ERR MULTI calls can not be nested')
  else {
    session.queue = []
    session.queueBroken = false
    session.out.simple('OK')
  }
}

function exec(session: Session): void {
  const { queue, out } = session
  if (queue === null) {
    out.error('ERR EXEC without MULTI')
    return
  }
  const { queueBroken, watchBroken } = session
  session.queue = null
  session.queueBroken = false
  session.unwatch()
  if (queueBroken) out.error('EXECABORT Transaction discarded because of previous errors.')
  else if (watchBroken) out.nilArray()
  else session.runQueue(queue)
}

function discard(session: Session): void {
  if (session.queue === null) {
    session.out.error('ERR DISCARD without MULTI')
    return
  }
  session.queue = null
  session.queueBroken = false
  session.unwatch()
  session.out.simple('OK')
}

function watch(session: Session, args: Args): void {
  const { engine, keyspace, out } = session
  if (session.queue !== null) {
    out.error('ERR WATCH inside MULTI is not allowed')
    return
  }
  for (let i = 1; i < args.count; i++) {
    // A key whose time has come is gone already.
    engine.lookup(keyspace, args.bytes, args.starts[i]!, args.ends[i]!)
    const name = `${session.db}:${latin1(args.view(i))}`
    session.watching.add(name)
    const sessions = engine.watched.get(name)
    if (sessions === undefined) engine.watched.set(name, new Set([session]))
    else sessions.add(session)
  }
  out.simple('OK')
}

function unwatch(session: Session): void {
  session.unwatch()
  session.out.simple('OK')
}

const transaction = (name: string, arity: number, run: Command['run'], flags = NOW | FAST): Command =>
  command('transactions', name, arity, flags, NO_KEYS, run)

export const transactions: readonly Command[] = [
  transaction('multi', 1, multi),
  transaction('exec', 1, exec),
  transaction('discard', 1, discard),
  transaction('watch', -2, watch),
  transaction('unwatch', 1, unwatch, FAST),
]
