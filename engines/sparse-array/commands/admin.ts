/** INFO, CONFIG, saving, and no-ops that test suites send. */
import type { Job } from '../job.ts'
import type { Args } from '../resp/args.ts'
import type { Reply } from '../resp/reply.ts'
import { SETTINGS } from '../server/config.ts'
import { globMatch } from '../server/name-glob.ts'
import type { Host } from '../server/host.ts'
import type { Session } from '../server/session.ts'
import type { Command } from './command.ts'
import { ADMIN, command, FAST, NO_KEYS, NO_MULTI, READ, SYNTAX } from './command.ts'
import { REDIS_VERSION } from './connection.ts'

type Lines = readonly (readonly [string, string | number])[]

function sections(session: Session): Record<string, Lines> {
  const { engine } = session
  const { host, stats, space } = engine
  return {
    Server: [
      ['redis_version', REDIS_VERSION],
      ['redis_mode', 'standalone'],
      ['server_name', 'flowbench sparse-array'],
      ...host.info(),
    ],
    Clients: [
      ['connected_clients', engine.sessions.size],
      ['blocked_clients', 0],
    ],
    Memory: [
      ['used_memory', engine.usedMemory],
      ['used_memory_arena', space.reserved],
      ['maxmemory', engine.maxMemory],
      ['maxmemory_policy', 'noeviction'],
    ],
    Persistence: [
      ['loading', engine.loading ? 1 : 0],
      ['rdb_changes_since_last_save', engine.dirty],
      ['rdb_bgsave_in_progress', host.saving === 'save' ? 1 : 0],
      ['rdb_last_save_time', host.lastSave],
      ['rdb_last_bgsave_status', host.failed('save') ? 'err' : 'ok'],
      ['aof_enabled', host.durable ? 1 : 0],
      ['aof_rewrite_in_progress', host.saving === 'rewrite' ? 1 : 0],
      ['aof_rewrite_scheduled', 0],
      ['aof_last_bgrewrite_status', host.failed('rewrite') ? 'err' : 'ok'],
      ['aof_last_write_status', 'ok'],
    ],
    Stats: [
      ['total_connections_received', stats.connections],
      ['rejected_connections', stats.rejected],
      ['total_commands_processed', stats.commands],
      ['expired_keys', stats.expired],
      ['pubsub_channels', engine.subscribers.channels.size],
      ['pubsub_patterns', engine.subscribers.patterns.size],
      ['argrep_searches', stats.searches],
      ['argrep_work', stats.searchWork],
    ],
    Replication: [
      ['role', 'master'],
      ['connected_slaves', 0],
    ],
    Keyspace: engine.keyspaces
      .filter(({ size }) => size > 0)
      .map(({ index, size, expiries }) => [`db${index}`, `keys=${size},expires=${expiries.size},avg_ttl=0`]),
  }
}

function info(session: Session, args: Args): void {
  const all = sections(session)
  const wanted = Array.from({ length: args.count - 1 }, (_, i) => args.text(i + 1).toLowerCase())
  const isAll = wanted.length === 0 || wanted.some((name) => ['all', 'default', 'everything'].includes(name))
  const text = Object.entries(all)
    .filter(([name]) => isAll || wanted.includes(name.toLowerCase()))
    .map(([name, lines]) => `# ${name}\r\n${lines.map(([key, value]) => `${key}:${value}\r\n`).join('')}`)
    .join('\r\n')
  session.out.verbatim(text)
}

function config(session: Session, args: Args): void {
  const { out, engine } = session
  if (args.is(1, 'get') && args.count >= 3) {
    const patterns = Array.from({ length: args.count - 2 }, (_, i) => args.text(i + 2).toLowerCase())
    const found = SETTINGS.filter(({ name }) => patterns.some((pattern) => globMatch(pattern, name)))
    out.map(found.length)
    for (const setting of found) {
      out.text(setting.name)
      out.text(setting.get(engine))
    }
  } else if (args.is(1, 'set') && args.count >= 4 && args.count % 2 === 0) configSet(session, args)
  else if (args.is(1, 'resetstat')) {
    Object.assign(engine.stats, { commands: 0, connections: 0, expired: 0, searches: 0, searchWork: 0 })
    out.simple('OK')
  } else if (args.is(1, 'rewrite')) out.error('ERR The server is running without a config file')
  else
    out.error(
      `ERR unknown subcommand or wrong number of arguments for '${args.text(1).slice(0, 128)}'. Try CONFIG HELP.`,
    )
}

/** All of the settings or none: when one is refused, those before it get their old values again. */
function configSet(session: Session, args: Args): void {
  const { out, engine } = session
  const done: (() => void)[] = []
  const refuse = (name: string, why: string): void => {
    for (const undo of done.reverse()) undo()
    out.error(`ERR CONFIG SET failed (possibly related to argument '${name}') - ${why}`)
  }
  for (let i = 2; i < args.count; i += 2) {
    const name = args.text(i).toLowerCase()
    const setting = SETTINGS.find((each) => each.name === name)
    if (setting === undefined) {
      for (const undo of done.reverse()) undo()
      out.error(`ERR Unknown option or number of arguments for CONFIG SET - '${args.text(i).slice(0, 128)}'`)
      return
    }
    if (setting.set === undefined) {
      refuse(name, "can't set immutable config")
      return
    }
    const old = setting.get(engine)
    const problem = setting.set(engine, args.text(i + 1))
    if (problem !== null) {
      refuse(name, problem)
      return
    }
    done.push(() => setting.set!(engine, old))
  }
  out.simple('OK')
}

const SAVE_FAILED = 'ERR The snapshot could not be written, the one before stays'

/** SAVE: the client waits until the snapshot is written, everybody else goes on. */
class SaveJob implements Job {
  readonly work = 0
  readonly pending = 0
  private readonly host: Host
  private begun: boolean | null = null

  constructor(host: Host) {
    this.host = host
  }

  get isWaiting(): boolean {
    return this.begun === true && this.host.saving !== null
  }

  step(units: number): boolean {
    this.begun ??= this.host.save('save', units === Infinity)
    return !this.isWaiting
  }

  detach(): void {}

  reply(out: Reply): void {
    if (this.begun === true && this.host.failed('save')) out.error(SAVE_FAILED)
    else if (this.begun === true) out.simple('OK')
    else out.error('ERR Background save already in progress')
  }

  close(): void {}
}

function save(session: Session): Job {
  return new SaveJob(session.engine.host)
}

const BEGUN = { begun: 'started', later: 'scheduled' } as const

function bgsave(session: Session): void {
  const begun = session.engine.beginSave('save')
  if (begun === 'busy') session.out.error('ERR Background save already in progress')
  else if (begun === 'failed') session.out.error(SAVE_FAILED)
  else session.out.simple(`Background saving ${BEGUN[begun]}`)
}

function bgrewriteaof(session: Session): void {
  const begun = session.engine.beginSave('rewrite')
  if (begun === 'busy') session.out.error('ERR Background append only file rewriting already in progress')
  else if (begun === 'failed') session.out.error(SAVE_FAILED)
  else session.out.simple(`Background append only file rewriting ${BEGUN[begun]}`)
}

/** Without a reply where it succeeds. Nothing need be saved for it: the log has all that was written, and is synced. */
function shutdown(session: Session, args: Args): void {
  const { out, engine } = session
  const words = new Set(Array.from({ length: args.count - 1 }, (_, i) => args.text(i + 1).toLowerCase()))
  const isKnown = [...words].every((word) => ['save', 'nosave', 'now', 'force', 'abort'].includes(word))
  if (!isKnown || (words.has('save') && words.has('nosave')) || (words.has('abort') && words.size > 1)) {
    out.error(SYNTAX)
  } else if (words.has('abort')) out.error('ERR No shutdown in progress.')
  else if (words.has('save') && !isSaved(engine.host) && !words.has('force')) {
    out.error('ERR Errors trying to SHUTDOWN. Check logs.')
  } else {
    session.closing = true
    engine.host.shutdown()
  }
}

/** One that is being written lacks what was written since; nobody else can come to begin another. */
function isSaved(host: Host): boolean {
  host.finishSave()
  return host.save('save', true) && !host.failed('save')
}

function lastsave(session: Session): void {
  session.out.integer(session.engine.host.lastSave)
}

function time(session: Session): void {
  const { now } = session.engine
  session.out.texts([String(Math.floor(now / 1000)), String(Math.floor((now % 1000) * 1000))])
}

/** There are no functions and no scripts: flushing them is done as soon as it is asked for. */
function flushOnly(session: Session, args: Args): void {
  if (args.is(1, 'flush')) session.out.simple('OK')
  else session.out.error('ERR this server has no scripts')
}

function acl(session: Session, args: Args): void {
  const { out, commands } = session
  if (args.is(1, 'whoami')) out.text('default')
  else if (args.is(1, 'cat') && args.count === 2)
    out.texts([...new Set(commands.all.map(({ group }) => group))])
  else if (args.is(1, 'cat')) {
    const group = args.text(2).toLowerCase()
    out.texts(commands.all.filter((each) => each.group === group).map(({ name }) => name))
  } else out.error(`ERR unknown subcommand '${args.text(1).slice(0, 128)}'. Try ACL HELP.`)
}

function slowlog(session: Session, args: Args): void {
  if (args.is(1, 'get')) session.out.array(0)
  else if (args.is(1, 'len')) session.out.integer(0)
  else session.out.simple('OK')
}

const server = (name: string, arity: number, flags: number, run: Command['run']): Command =>
  command('server', name, arity, flags, NO_KEYS, run)

export const admin: readonly Command[] = [
  server('info', -1, READ, info),
  server('config', -2, ADMIN, config),
  server('save', 1, ADMIN | NO_MULTI, save),
  server('bgsave', -1, ADMIN, bgsave),
  server('bgrewriteaof', 1, ADMIN, bgrewriteaof),
  server('shutdown', -1, ADMIN | NO_MULTI, shutdown),
  server('lastsave', 1, FAST, lastsave),
  server('time', 1, FAST, time),
  server('acl', -2, READ, acl),
  server('slowlog', -2, ADMIN, slowlog),
  command('scripting', 'function', -2, 0, NO_KEYS, flushOnly),
  command('scripting', 'script', -2, 0, NO_KEYS, flushOnly),
]
