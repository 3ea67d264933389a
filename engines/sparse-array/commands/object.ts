/** OBJECT, and SORT, for which there is nothing to sort. */
import { ARRAY } from '../keyspace/keyspace.ts'
import type { Keyspace } from '../keyspace/keyspace.ts'
import type { Args } from '../resp/args.ts'
import { latin1 } from '../resp/args.ts'
import type { Session } from '../server/session.ts'
import type { Command } from './command.ts'
import { DENY_OOM, ONE_KEY, READ, WRITE, WRONG_TYPE } from './command.ts'
import { generic, recordOf } from './key.ts'

const OBJECT_HELP = [
  'OBJECT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:',
  'ENCODING <key>',
  '    Return the kind of internal representation used in order to store the value',
  '    associated with a <key>.',
  'FREQ <key>',
  '    Return the access frequency index of the <key>. The returned integer is',
  '    proportional to the logarithm of the recent access frequency of the key.',
  'IDLETIME <key>',
  '    Return the idle time of the <key>, that is the approximated number of',
  '    seconds elapsed since the last access to the key.',
  'REFCOUNT <key>',
  '    Return the number of references of the value associated with the specified',
  '    <key>.',
  'HELP',
  '    Print this help.',
]
const NO_FREQUENCY =
  'ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.'

function object(session: Session, args: Args): void {
  const { keyspace, out } = session
  if (args.is(1, 'help') && args.count === 2) {
    out.array(OBJECT_HELP.length)
    for (const line of OBJECT_HELP) out.simple(line)
    return
  }
  const what = ['encoding', 'freq', 'idletime', 'refcount'].find((name) => args.is(1, name))
  if (what === undefined || args.count !== 3) {
    out.error(
      what === undefined
        ? `ERR unknown subcommand '${args.text(1).slice(0, 128)}'. Try OBJECT HELP.`
        : `ERR wrong number of arguments for 'object|${what}' command`,
    )
    return
  }
  const record = recordOf(session, args, 2)
  if (record === 0) out.nil()
  else if (what === 'freq') out.error(NO_FREQUENCY)
  else if (what === 'encoding') out.text(encodingOf(keyspace, record))
  else out.integer(what === 'refcount' ? 1 : 0)
}

function encodingOf(keyspace: Keyspace, record: number): string {
  if (keyspace.kindOf(record) === ARRAY) return 'sliced-array'
  const [at, length] = [keyspace.stringAt(record), keyspace.stringLength(record)]
  if (length <= 20 && /^(?:0|-?[1-9]\d{0,18})$/.test(latin1(keyspace.space.u8.subarray(at, at + length)))) {
    return 'int'
  }
  return length <= 44 ? 'embstr' : 'raw'
}

/** Arrays and strings have no order of sorting: there is nothing that SORT could sort. */
function sort(session: Session, args: Args): void {
  if (recordOf(session, args, 1) === 0) session.out.array(0)
  else session.out.error(WRONG_TYPE)
}

export const objects: readonly Command[] = [
  generic('object', -2, READ, [2, 2, 1], object),
  generic('sort', -2, WRITE | DENY_OOM, ONE_KEY, sort),
]
