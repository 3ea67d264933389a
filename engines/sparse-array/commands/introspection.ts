/** COMMAND: which commands there are, what they take, and Redis's documentation of the array type. */
import type { Args } from '../resp/args.ts'
import type { Reply } from '../resp/reply.ts'
import type { Session } from '../server/session.ts'
import type { Command } from './command.ts'
import { ADMIN, command, DENY_OOM, FAST, NO_KEYS, NO_MULTI, READ, SUBSCRIBED, WRITE } from './command.ts'
import { ARRAY_DOCS } from './docs.ts'
import type { ArgumentDoc } from './docs.ts'

const FLAG_NAMES: readonly (readonly [number, string])[] = [
  [WRITE, 'write'],
  [READ, 'readonly'],
  [DENY_OOM, 'denyoom'],
  [ADMIN, 'admin'],
  [SUBSCRIBED, 'pubsub'],
  [FAST, 'fast'],
  [NO_MULTI, 'no_multi'],
]

function writeInfo(out: Reply, { name, arity, flags, keys, group }: Command): void {
  out.array(10)
  out.text(name)
  out.integer(arity)
  const names = FLAG_NAMES.flatMap(([flag, word]) => ((flags & flag) === 0 ? [] : [word]))
  out.set(names.length)
  for (const word of names) out.simple(word)
  for (const key of keys) out.integer(key)
  const categories = [
    ...((flags & READ) !== 0 && keys[0] > 0 ? ['@read'] : []),
    ...((flags & WRITE) !== 0 ? ['@write'] : []),
    `@${group === 'generic' ? 'keyspace' : group}`,
    (flags & FAST) === 0 ? '@slow' : '@fast',
  ]
  out.set(categories.length)
  for (const category of categories) out.simple(category)
  out.array(0)
  if (keys[0] === 0) out.array(0)
  else writeKeySpec(out, keys, (flags & WRITE) !== 0)
  out.array(0)
}

function writeKeySpec(out: Reply, [first, last, step]: Command['keys'], writes: boolean): void {
  out.array(1)
  out.map(3)
  out.text('flags')
  const flags = writes ? ['RW', 'update'] : ['RO', 'access']
  out.set(flags.length)
  for (const flag of flags) out.simple(flag)
  out.text('begin_search')
  out.map(2)
  out.text('type')
  out.text('index')
  out.text('spec')
  out.map(1)
  out.text('index')
  out.integer(first)
  out.text('find_keys')
  out.map(2)
  out.text('type')
  out.text('range')
  out.text('spec')
  out.map(3)
  out.text('lastkey')
  out.integer(last < 0 ? last : last - first)
  out.text('keystep')
  out.integer(step)
  out.text('limit')
  out.integer(0)
}

function writeDocs(out: Reply, { name, group }: Command): void {
  const docs = ARRAY_DOCS[name]
  out.text(name)
  const withArguments = docs?.arguments !== undefined
  out.map(docs === undefined ? 2 : withArguments ? 5 : 4)
  out.text('summary')
  out.text(docs?.summary ?? `As Redis's ${name.toUpperCase()}.`)
  if (docs !== undefined) {
    out.text('since')
    out.text('8.8.0')
  }
  out.text('group')
  out.text(group)
  if (docs === undefined) return
  out.text('complexity')
  out.text(docs.complexity)
  if (docs.arguments === undefined) return
  out.text('arguments')
  writeArguments(out, docs.arguments)
}

function writeArguments(out: Reply, list: readonly ArgumentDoc[]): void {
  out.array(list.length)
  for (const { name, type, keySpec, token, flags, inner } of list) {
    const isNested = inner !== undefined
    const pairs =
      2 +
      [!isNested, keySpec, token, flags, inner].filter((part) => part !== undefined && part !== false).length
    out.map(pairs)
    out.text('name')
    out.text(name)
    out.text('type')
    out.text(type)
    if (!isNested) {
      out.text('display_text')
      out.text(name)
    }
    if (keySpec !== undefined) {
      out.text('key_spec_index')
      out.integer(keySpec)
    }
    if (token !== undefined) {
      out.text('token')
      out.text(token)
    }
    if (flags !== undefined) {
      out.text('flags')
      out.set(flags.length)
      for (const flag of flags) out.simple(flag)
    }
    if (inner !== undefined) {
      out.text('arguments')
      writeArguments(out, inner)
    }
  }
}

function commandNamed({ commands }: Session, name: string): Command | undefined {
  return commands.all.find((each) => each.name === name.toLowerCase())
}

function namedIn(session: Session, args: Args, from: number): (Command | undefined)[] {
  return Array.from({ length: args.count - from }, (_, i) => commandNamed(session, args.text(from + i)))
}

function commandCommand(session: Session, args: Args): void {
  const { out } = session
  const { all } = session.commands
  if (args.count === 1 || (args.is(1, 'info') && args.count === 2)) {
    out.array(all.length)
    for (const each of all) writeInfo(out, each)
  } else if (args.is(1, 'count')) out.integer(all.length)
  else if (args.is(1, 'list')) out.texts(all.map(({ name }) => name))
  else if (args.is(1, 'info')) {
    const named = namedIn(session, args, 2)
    out.array(named.length)
    for (const each of named) {
      if (each === undefined) out.nilArray()
      else writeInfo(out, each)
    }
  } else if (args.is(1, 'docs')) {
    const named = args.count === 2 ? all : namedIn(session, args, 2).filter((each) => each !== undefined)
    out.map(named.length)
    for (const each of named) writeDocs(out, each)
  } else if (args.is(1, 'getkeys') && args.count > 2) writeKeys(session, args)
  else out.error(`ERR unknown subcommand '${args.text(1).slice(0, 128)}'. Try COMMAND HELP.`)
}

function writeKeys(session: Session, args: Args): void {
  const { out } = session
  const named = commandNamed(session, args.text(2))
  if (named === undefined) {
    out.error('ERR Invalid command specified')
    return
  }
  const [first, last, step] = named.keys
  if (first === 0) {
    out.error('ERR The command has no key arguments')
    return
  }
  const end = last < 0 ? args.count - 2 + last : last
  const keys: string[] = []
  for (let i = first; i <= end && 2 + i < args.count; i += step) keys.push(args.text(2 + i))
  out.texts(keys)
}

export const introspection: readonly Command[] = [
  command('server', 'command', -1, 0, NO_KEYS, commandCommand),
]
