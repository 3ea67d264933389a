/** DEBUG, for test suites: only where the server was started for it. */
import { createHash } from 'node:crypto'
import { fromBig, parsed } from '../array/index64.ts'
import { valueAt } from '../array/sparse-array.ts'
import type { SparseArray } from '../array/sparse-array.ts'
import { Walk } from '../array/walk.ts'
import { ARRAY } from '../keyspace/keyspace.ts'
import type { Keyspace } from '../keyspace/keyspace.ts'
import type { Args } from '../resp/args.ts'
import type { Session } from '../server/session.ts'
import { reload } from '../snapshot/reload.ts'
import type { Command } from './command.ts'
import { ADMIN, command, NO_KEYS } from './command.ts'

const REFUSED =
  'ERR DEBUG command not allowed. If the enable-debug-command option is set to "local", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.'

function debugCommand(session: Session, args: Args): void {
  const { out, engine, keyspace } = session
  if (!engine.debug) {
    out.error(REFUSED)
    return
  }
  const recordIn = (i: number): number => engine.lookup(keyspace, args.bytes, args.starts[i]!, args.ends[i]!)
  if (args.is(1, 'reload') || args.is(1, 'loadaof')) {
    // Who writes a snapshot must see every key before it goes, and a keyspace knows one such reader only.
    if (engine.host.saving !== null) {
      out.error('ERR Background save already in progress')
      return
    }
    reload(engine)
    out.simple('OK')
  } else if (args.is(1, 'digest-value')) {
    out.array(args.count - 2)
    for (let i = 2; i < args.count; i++) {
      const record = recordIn(i)
      out.text(record === 0 ? '0'.repeat(40) : digest(keyspace, record))
    }
  } else if (args.is(1, 'digest')) {
    const hash = createHash('sha1')
    for (const each of engine.keyspaces) {
      const lines: string[] = []
      for (let record = each.after(0); record !== 0;) {
        lines.push(`${Buffer.from(each.keyOf(record)).toString('hex')}=${digest(each, record)}`)
        record = each.after(each.sequenceOf(record))
      }
      hash.update(`${each.index}:${lines.toSorted().join(',')};`)
    }
    out.simple(hash.digest('hex'))
  } else if (args.is(1, 'object') && args.count === 3) {
    const record = recordIn(2)
    if (record === 0) out.error('ERR no such key')
    else {
      const isArray = keyspace.kindOf(record) === ARRAY
      out.simple(
        `Value at:0x${record.toString(16)} refcount:1 encoding:${isArray ? 'sliced-array' : 'raw'} lru:0`,
      )
    }
  } else if (['log', 'set-active-expire', 'change-repl-id', 'jmap'].some((name) => args.is(1, name))) {
    out.simple('OK')
  } else
    out.error(
      `ERR unknown subcommand or wrong number of arguments for '${args.text(1).slice(0, 128)}'. Try DEBUG HELP.`,
    )
}

/** Calls back for every element of an array, in order. */
function eachElement(array: SparseArray, visit: (index: bigint, value: Uint8Array) => void): void {
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

/** Of the content alone, whatever the layout. */
function digest(keyspace: Keyspace, record: number): string {
  const hash = createHash('sha1')
  if (keyspace.kindOf(record) === ARRAY) {
    const array = keyspace.arrayOf(record)
    hash.update(`array ${array.next}\n`)
    eachElement(array, (index, value) => hash.update(`${index} ${value.length} `).update(value))
  } else {
    const at = keyspace.stringAt(record)
    hash.update('string ').update(keyspace.space.u8.slice(at, at + keyspace.stringLength(record)))
  }
  return hash.digest('hex')
}

export const debug: readonly Command[] = [command('server', 'debug', -2, ADMIN, NO_KEYS, debugCommand)]
