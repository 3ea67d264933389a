/**
 * The commands of the array type that set, get and delete elements. Arguments are checked before the key is looked at,
 * except in ARGET and ARMGET, which look at the key first; everything is checked before anything is written.
 */
import { parsed, parseIndex } from '../array/index64.ts'
import type { SparseArray } from '../array/sparse-array.ts'
import { COPIES } from '../array/tree.ts'
import type { Tree } from '../array/tree.ts'
import type { Args } from '../resp/args.ts'
import type { Session } from '../server/session.ts'
import { SpaceFullError } from '../space/space.ts'
import { array, arrayRecord, bytesOf, change, index } from './access.ts'
import type { Command } from './command.ts'
import { DENY_OOM, FAST, READ, WRITE } from './command.ts'

function arset(session: Session, args: Args): void {
  if (!index(session, args, 2)) return
  const { hi, lo } = parsed
  const values = args.count - 3
  if (hi === LAST_HALF && lo + values > LAST_HALF) {
    session.out.error('ERR array index overflow')
    return
  }
  let filled = 0
  const room = ({ tree }: SparseArray): number => tree.roomToChange(hi, lo, values, bytesOf(args))
  const done = change(session, args, values, 'arset', room, (array) => {
    for (let i = 0; i < values; i++) {
      const at = lo + i
      const isNew = array.set(
        at >= 2 ** 32 ? hi + 1 : hi,
        at >>> 0,
        args.bytes,
        args.starts[3 + i]!,
        args.ends[3 + i]!,
      )
      if (isNew) filled++
    }
    return true
  })
  if (done) session.out.integer(filled)
}

/** The last index is 2^64 - 2: both its halves are this, the lower less one. */
const LAST_HALF = 0xffff_ffff

/** What changing the elements may take whose indices are every `step`th argument from the third on. */
function roomAt(args: Args, tree: Tree, step: number, more: number): number {
  let room = 0
  let [lastHi, lastLo] = [-1, 0]
  const { bits } = tree.store.slices
  const seen = new Set<number>()
  for (let i = 2; i < args.count; i += step) {
    parseIndex(args.bytes, args.starts[i]!, args.ends[i]!)
    const { hi, lo } = parsed
    // Neighbours are in one slice.
    if (hi !== lastHi || lo >>> bits !== lastLo >>> bits) {
      room += tree.roomToChange(hi, lo, 1, more, seen)
    }
    lastHi = hi
    lastLo = lo
  }
  return room
}

function armset(session: Session, args: Args): void {
  if (args.count % 2 !== 0) {
    session.out.error("ERR wrong number of arguments for 'armset' command")
    return
  }
  for (let i = 2; i < args.count; i += 2) if (!index(session, args, i)) return
  let filled = 0
  const room = ({ tree }: SparseArray): number => roomAt(args, tree, 2, bytesOf(args))
  const done = change(session, args, args.count / 2 - 1, 'armset', room, (array) => {
    for (let i = 2; i < args.count; i += 2) {
      parseIndex(args.bytes, args.starts[i]!, args.ends[i]!)
      if (array.set(parsed.hi, parsed.lo, args.bytes, args.starts[i + 1]!, args.ends[i + 1]!)) filled++
    }
    return true
  })
  if (done) session.out.integer(filled)
}

function arget(session: Session, args: Args): void {
  const record = arrayRecord(session, args)
  if (record < 0 || !index(session, args, 2)) return
  const address = record === 0 ? 0 : session.keyspace.arrayOf(record).tree.find(parsed.hi, parsed.lo)
  if (address === 0) session.out.nil()
  else session.out.value(session.engine.space, address)
}

function armget(session: Session, args: Args): void {
  const record = arrayRecord(session, args)
  if (record < 0) return
  for (let i = 2; i < args.count; i++) if (!index(session, args, i)) return
  const tree = record === 0 ? null : session.keyspace.arrayOf(record).tree
  session.out.array(args.count - 2)
  for (let i = 2; i < args.count; i++) {
    parseIndex(args.bytes, args.starts[i]!, args.ends[i]!)
    const address = tree === null ? 0 : tree.find(parsed.hi, parsed.lo)
    if (address === 0) session.out.nil()
    else session.out.value(session.engine.space, address)
    if (session.overflows()) return
  }
}

function arlen(session: Session, args: Args): void {
  const record = arrayRecord(session, args)
  if (record < 0) return
  const { hi, lo } = record === 0 ? { hi: 0, lo: 0 } : session.keyspace.arrayOf(record).tree.length
  session.out.index(hi, lo)
}

function arcount(session: Session, args: Args): void {
  const record = arrayRecord(session, args)
  if (record >= 0) session.out.integer(record === 0 ? 0 : session.keyspace.arrayOf(record).count)
}

/**
 * Deletes from the array of argument 1; a key without elements goes. What is held by somebody else has to be copied
 * first: where there is no room for that, nothing is deleted, and SpaceFullError is thrown.
 */
function erase(session: Session, args: Args, event: string, work: (array: SparseArray) => number): void {
  const { engine, keyspace } = session
  const record = arrayRecord(session, args)
  if (record < 0) return
  if (record === 0) {
    session.out.integer(0)
    return
  }
  const array = keyspace.arrayOf(record)
  const room = roomAt(args, array.tree, 1, COPIES)
  if (room > 0 && !engine.space.reserve(room)) throw new SpaceFullError(room)
  keyspace.touch(record)
  const deleted = work(array)
  if (deleted > 0) {
    const key = args.view(1)
    engine.changed(keyspace, key, args)
    engine.notify('a', event, key, session.db)
    if (array.count === 0) {
      engine.remove(keyspace, record)
      engine.notify('g', 'del', key, session.db)
    } else engine.bury(8)
  }
  session.out.integer(deleted)
}

function ardel(session: Session, args: Args): void {
  for (let i = 2; i < args.count; i++) if (!index(session, args, i)) return
  erase(session, args, 'ardel', (array) => {
    let deleted = 0
    for (let i = 2; i < args.count; i++) {
      parseIndex(args.bytes, args.starts[i]!, args.ends[i]!)
      if (array.tree.delete(parsed.hi, parsed.lo)) deleted++
    }
    return deleted
  })
}

function ardelrange(session: Session, args: Args): void {
  if (args.count % 2 !== 0) {
    session.out.error("ERR wrong number of arguments for 'ardelrange' command")
    return
  }
  for (let i = 2; i < args.count; i++) if (!index(session, args, i)) return
  erase(session, args, 'ardelrange', (array) => {
    let deleted = 0
    for (let i = 2; i < args.count; i += 2) {
      parseIndex(args.bytes, args.starts[i]!, args.ends[i]!)
      const { hi, lo } = parsed
      parseIndex(args.bytes, args.starts[i + 1]!, args.ends[i + 1]!)
      deleted += array.deleteRange(hi, lo, parsed.hi, parsed.lo)
    }
    return deleted
  })
}

export const arrays: readonly Command[] = [
  array('arset', -4, WRITE | DENY_OOM | FAST, arset),
  array('armset', -4, WRITE | DENY_OOM | FAST, armset),
  array('arget', 3, READ | FAST, arget),
  array('armget', -3, READ | FAST, armget),
  array('arlen', 2, READ | FAST, arlen),
  array('arcount', 2, READ | FAST, arcount),
  array('ardel', -3, WRITE | FAST, ardel),
  array('ardelrange', -4, WRITE, ardelrange),
]
