/** What a client says about itself and its connection. */
import type { Args } from '../resp/args.ts'
import type { Client } from '../server/host.ts'
import type { Session } from '../server/session.ts'
import type { Command } from './command.ts'
import { command, FAST, NO_AUTH, NO_KEYS, NOW, SUBSCRIBED } from './command.ts'

/** The Redis whose commands and words are followed. */
export const REDIS_VERSION = '8.8.0'

function ping(session: Session, args: Args): void {
  const { out } = session
  if (args.count > 2) {
    out.error("ERR wrong number of arguments for 'ping' command")
    return
  }
  if (session.subscriptions > 0 && session.protocol === 2) {
    out.array(2)
    out.text('pong')
    out.text(args.count > 1 ? args.text(1) : '')
  } else if (args.count > 1) out.bulk(args.bytes, args.starts[1]!, args.ends[1]!)
  else out.simple('PONG')
}

function echo({ out }: Session, args: Args): void {
  out.bulk(args.bytes, args.starts[1]!, args.ends[1]!)
}

function select(session: Session, args: Args): void {
  const db = args.integer(1)
  if (db === null) session.out.error('ERR invalid DB index')
  else if (db < 0n || db >= BigInt(session.engine.keyspaces.length)) {
    session.out.error('ERR DB index is out of range')
  } else {
    session.db = Number(db)
    session.out.simple('OK')
  }
}

function quit(session: Session): void {
  session.out.simple('OK')
  session.closing = true
}

function reset(session: Session): void {
  session.forget()
  session.protocol = 2
  session.db = 0
  session.name = ''
  session.authenticated = session.engine.password === ''
  session.out.simple('RESET')
}

const WRONG_PASSWORD = 'WRONGPASS invalid username-password pair or user is disabled.'
const NO_PASSWORD =
  'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?'

function isRight(session: Session, user: string, password: string): boolean {
  const wanted = session.engine.password
  if (user !== 'default' || wanted === '') return user === 'default'
  // The time it takes says nothing of where they differ.
  let difference = wanted.length ^ password.length
  for (let i = 0; i < password.length; i++) {
    difference |= password.charCodeAt(i) ^ wanted.charCodeAt(i % wanted.length)
  }
  return difference === 0
}

function auth(session: Session, args: Args): void {
  const { out, engine } = session
  if (args.count > 3) {
    out.error('ERR syntax error')
    return
  }
  if (args.count === 2 && engine.password === '') {
    out.error(NO_PASSWORD)
    return
  }
  if (!isRight(session, args.count === 3 ? args.text(1) : 'default', args.text(args.count - 1))) {
    out.error(WRONG_PASSWORD)
    return
  }
  session.signIn()
  out.simple('OK')
}

function hello(session: Session, args: Args): void {
  const { out } = session
  let protocol = session.protocol
  let name: string | null = null
  if (args.count > 1) {
    const version = args.integer(1)
    if (version === null) {
      out.error('ERR Protocol version is not an integer or out of range')
      return
    }
    if (version !== 2n && version !== 3n) {
      out.error('NOPROTO unsupported protocol version')
      return
    }
    protocol = Number(version)
  }
  for (let i = 2; i < args.count; i++) {
    if (args.is(i, 'auth') && i + 2 < args.count) {
      if (!isRight(session, args.text(i + 1), args.text(i + 2))) {
        out.error(WRONG_PASSWORD)
        return
      }
      session.signIn()
      i += 2
    } else if (args.is(i, 'setname') && i + 1 < args.count) name = args.text(++i)
    else {
      out.error(`ERR Syntax error in HELLO option '${args.text(i).slice(0, 128)}'`)
      return
    }
  }
  if (!session.authenticated) {
    out.error(
      'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time',
    )
    return
  }
  session.protocol = protocol
  if (name !== null) session.name = name
  out.map(7)
  out.text('server')
  out.text('redis')
  out.text('version')
  out.text(REDIS_VERSION)
  out.text('proto')
  out.integer(protocol)
  out.text('id')
  out.integer(session.id)
  out.text('mode')
  out.text('standalone')
  out.text('role')
  out.text('master')
  out.text('modules')
  out.array(0)
}

function describe({
  id,
  address,
  name,
  db,
  channels,
  patterns,
  queue,
  protocol,
  library,
  libraryVersion,
}: Client) {
  const multi = queue === null ? -1 : queue.length
  return `id=${id} addr=${address} name=${name} db=${db} sub=${channels.size} psub=${patterns.size} multi=${multi} resp=${protocol} lib-name=${library} lib-ver=${libraryVersion}`
}

function client(session: Session, args: Args): void {
  const { out, engine } = session
  const word = (i: number): string => (i < args.count ? args.text(i) : '')
  switch (word(1).toLowerCase()) {
    case 'id':
      out.integer(session.id)
      return
    case 'getname':
      if (session.name === '') out.nil()
      else out.text(session.name)
      return
    case 'setname':
      if (/[\s\n]/.test(word(2))) {
        out.error('ERR Client names cannot contain spaces, newlines or special characters.')
        return
      }
      session.name = word(2)
      break
    case 'setinfo': {
      const isName = args.is(2, 'lib-name')
      if ((!isName && !args.is(2, 'lib-ver')) || args.count !== 4) {
        out.error(`ERR Unrecognized option '${word(2).slice(0, 128)}'`)
        return
      }
      if (isName) session.library = word(3)
      else session.libraryVersion = word(3)
      break
    }
    case 'info':
      out.verbatim(`${describe(session)}\n`)
      return
    case 'list':
      out.verbatim([...engine.sessions].map((each) => `${describe(each)}\n`).join(''))
      return
    case 'no-evict':
    case 'no-touch':
      break
    case 'kill': {
      const wanted = args.is(2, 'id') ? word(3) : ''
      let killed = 0
      for (const each of engine.sessions) {
        const isIt =
          wanted !== '' ? String(each.id) === wanted : each.address === word(args.is(2, 'addr') ? 3 : 2)
        if (!isIt) continue
        each.closing = true
        killed++
        if (each !== session) engine.host.wake(each)
      }
      if (args.count === 3 && killed === 0) out.error('ERR No such client')
      else if (args.count === 3) out.simple('OK')
      else out.integer(killed)
      return
    }
    default:
      out.error(`ERR unknown subcommand '${word(1).slice(0, 128)}'. Try CLIENT HELP.`)
      return
  }
  out.simple('OK')
}

const connected = (name: string, arity: number, flags: number, run: Command['run']): Command =>
  command('connection', name, arity, flags | FAST, NO_KEYS, run)

export const connection: readonly Command[] = [
  connected('ping', -1, SUBSCRIBED, ping),
  connected('echo', 2, 0, echo),
  connected('select', 2, 0, select),
  connected('quit', -1, NO_AUTH | NOW | SUBSCRIBED, quit),
  connected('reset', 1, NO_AUTH | NOW | SUBSCRIBED, reset),
  connected('auth', -2, NO_AUTH, auth),
  connected('hello', -1, NO_AUTH, hello),
  connected('client', -2, 0, client),
]
