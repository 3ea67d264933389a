/** PUBLISH and SUBSCRIBE. */
import type { Args } from '../resp/args.ts'
import { globMatch } from '../server/name-glob.ts'
import type { Session } from '../server/session.ts'
import type { Command } from './command.ts'
import { command, FAST, NO_KEYS, SUBSCRIBED } from './command.ts'

type Kind = 'subscribe' | 'psubscribe'

const enter =
  (kind: Kind) =>
  (session: Session, args: Args): void => {
    const { engine, out } = session
    const own = kind === 'subscribe' ? session.channels : session.patterns
    const all = kind === 'subscribe' ? engine.subscribers.channels : engine.subscribers.patterns
    for (let i = 1; i < args.count; i++) {
      const name = args.text(i)
      own.add(name)
      const sessions = all.get(name)
      if (sessions === undefined) all.set(name, new Set([session]))
      else sessions.add(session)
      out.push(3)
      out.text(kind)
      out.text(name)
      out.integer(session.subscriptions)
    }
  }

const leave =
  (kind: Kind) =>
  (session: Session, args: Args): void => {
    const { engine, out } = session
    const own = kind === 'subscribe' ? session.channels : session.patterns
    const all = kind === 'subscribe' ? engine.subscribers.channels : engine.subscribers.patterns
    const names =
      args.count > 1 ? Array.from({ length: args.count - 1 }, (_, i) => args.text(i + 1)) : [...own]
    for (const name of names.length === 0 ? [null] : names) {
      if (name !== null) {
        own.delete(name)
        const sessions = all.get(name)
        sessions?.delete(session)
        if (sessions?.size === 0) all.delete(name)
      }
      out.push(3)
      out.text(kind === 'subscribe' ? 'unsubscribe' : 'punsubscribe')
      if (name === null) out.nil()
      else out.text(name)
      out.integer(session.subscriptions)
    }
  }

function publish(session: Session, args: Args): void {
  session.out.integer(session.engine.subscribers.publish(args.text(1), args.text(2)))
}

function pubsub(session: Session, args: Args): void {
  const { engine, out } = session
  if (args.is(1, 'channels')) {
    const pattern = args.count > 2 ? args.text(2) : '*'
    out.texts([...engine.subscribers.channels.keys()].filter((name) => globMatch(pattern, name)))
  } else if (args.is(1, 'numsub')) {
    out.map(args.count - 2)
    for (let i = 2; i < args.count; i++) {
      out.text(args.text(i))
      out.integer(engine.subscribers.channels.get(args.text(i))?.size ?? 0)
    }
  } else if (args.is(1, 'numpat')) out.integer(engine.subscribers.patterns.size)
  else out.error(`ERR unknown subcommand '${args.text(1).slice(0, 128)}'. Try PUBSUB HELP.`)
}

const message = (name: string, arity: number, flags: number, run: Command['run']): Command =>
  command('pubsub', name, arity, flags, NO_KEYS, run)

export const messages: readonly Command[] = [
  message('subscribe', -2, SUBSCRIBED, enter('subscribe')),
  message('psubscribe', -2, SUBSCRIBED, enter('psubscribe')),
  message('unsubscribe', -1, SUBSCRIBED, leave('subscribe')),
  message('punsubscribe', -1, SUBSCRIBED, leave('psubscribe')),
  message('publish', 3, FAST, publish),
  message('pubsub', -2, 0, pubsub),
]
