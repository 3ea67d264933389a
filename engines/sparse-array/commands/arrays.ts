/**
 * The commands of the array type that read or write elements. Arguments are checked before the key is looked at, except
 * in ARGET and ARMGET, which look at the key first, and in ARLASTITEMS where a count below one ends all questions;
 * everything is checked before anything is written.
 */
import { fromBig, parsed, parseIndex, parseU64, toBig } from '../array/index64.ts'
import { SparseArray } from '../array/sparse-array.ts'
import { LAST_INDEX } from '../array/sparse-array.ts'
import { ARRAY } from '../keyspace/keyspace.ts'
import type { Args } from '../resp/args.ts'
import type { Session } from '../server/session.ts'
import { SpaceFullError } from '../space/space.ts'
import type { Command } from './command.ts'
import { command, DENY_OOM, FAST, ONE_KEY, READ, SYNTAX, WRITE, WRONG_TYPE } from './command.ts'

export const INVALID_INDEX = 'ERR invalid array index'
const LAST_PLACES = 1_000_000n
const NONE = 2n ** 64n - 1n

/** Reads argument i as an index into `parsed`; writes the error and returns false when it is none. */
export function index(session: Session, args: Args, i: number): boolean {
  if (parseIndex(args.bytes, args.starts[i]!, args.ends[i]!)) return true
  session.out.error(INVALID_INDEX)
  return false
}

/** The record of the key in argument 1: 0 when there is none, -1 when it is of another type (the error is written). */
export function arrayRecord(session: Session, args: Args): number {
  const { keyspace } = session
  const record = session.engine.lookup(keyspace, args.bytes, args.starts[1]!, args.ends[1]!)
  if (record === 0 || keyspace.kindOf(record) === ARRAY) return record
  session.out.error(WRONG_TYPE)
  return -1
}

/** What a write may take at most beside its values: a new slice and its directories a element, two slices in motion. */
const BYTES_AN_ELEMENT = 1_024
const BYTES_A_SLICE = 12

/**
 * Lets `write` change the array of argument 1, made when there is none; when memory runs out half-way, everything is
 * as it was before, and SpaceFullError is thrown on. `write` says what to reply and how much was changed.
 */
function change(
  session: Session,
  args: Args,
  elements: number,
  event: string,
  write: (array: SparseArray) => boolean,
): boolean {
  const { engine, keyspace } = session
  const record = arrayRecord(session, args)
  if (record < 0) return false
  const array = record === 0 ? new SparseArray(engine.store()) : keyspace.arrayOf(record)
  if (record !== 0) keyspace.touch(record)
  const { space, slices } = array.tree.store
  const most = 2 * (args.ends[args.count - 1]! - args.starts[1]!) + elements * BYTES_AN_ELEMENT
  const before =
    record !== 0 && space.reserve(most + BYTES_A_SLICE * slices.size)
      ? null
      : { tree: array.tree.snapshot(), next: array.next }
  let changed: boolean
  try {
    changed = write(array)
    if (record === 0 && array.count > 0) {
      keyspace.setArray(array, args.bytes, args.starts[1], args.ends[1])
    }
  } catch (error) {
    if (!(error instanceof SpaceFullError) || before === null) throw error
    array.tree.restore(before.tree)
    array.next = before.next
    engine.bury(Infinity)
    throw error
  }
  before?.tree.release()
  if (!changed) return true
  const key = args.view(1)
  engine.changed(keyspace, key, args)
  engine.notify('a', event, key, session.db)
  return true
}

function arset(session: Session, args: Args): void {
  if (!index(session, args, 2)) return
  const { hi, lo } = parsed
  const values = args.count - 3
  if (toBig(hi, lo) + BigInt(values - 1) > LAST_INDEX) {
    session.out.error('ERR array index overflow')
    return
  }
  let filled = 0
  const done = change(session, args, values, 'arset', (array) => {
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

function armset(session: Session, args: Args): void {
  if (args.count % 2 !== 0) {
    session.out.error("ERR wrong number of arguments for 'armset' command")
    return
  }
  for (let i = 2; i < args.count; i += 2) if (!index(session, args, i)) return
  let filled = 0
  const done = change(session, args, args.count / 2 - 1, 'armset', (array) => {
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

/** Deletes from the array of argument 1; a key without elements goes. */
function erase(session: Session, args: Args, event: string, work: (array: SparseArray) => number): void {
  const { engine, keyspace } = session
  const record = arrayRecord(session, args)
  if (record < 0) return
  if (record === 0) {
    session.out.integer(0)
    return
  }
  const array = keyspace.arrayOf(record)
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

function arinsert(session: Session, args: Args): void {
  const values = args.count - 2
  const record = arrayRecord(session, args)
  if (record < 0) return
  const next = record === 0 ? 0n : session.keyspace.arrayOf(record).next
  if (next + BigInt(values) > LAST_INDEX + 1n) {
    session.out.error('ERR insert index overflow')
    return
  }
  let hi = 0
  let lo = 0
  const done = change(session, args, values, 'arinsert', (array) => {
    for (let i = 2; i < args.count; i++) {
      hi = array.nextHi
      lo = array.nextLo
      array.set(hi, lo, args.bytes, args.starts[i]!, args.ends[i]!)
      array.appended(hi, lo)
    }
    return true
  })
  if (done) session.out.index(hi, lo)
}

function arring(session: Session, args: Args): void {
  const size = ringSize(args)
  if (typeof size === 'string') {
    session.out.error(size)
    return
  }
  let last = 0n
  const done = change(session, args, args.count - 3, 'arring', (array) => {
    array.ring(size)
    for (let i = 3; i < args.count; i++) {
      last = array.next === NONE ? 0n : array.next % size
      fromBig(last)
      const { hi, lo } = parsed
      array.set(hi, lo, args.bytes, args.starts[i]!, args.ends[i]!)
      array.appended(hi, lo)
    }
    return true
  })
  if (done) session.out.u64(last)
}

function ringSize(args: Args): bigint | string {
  const text = args.text(2)
  if (!/^(?:0|-?[1-9][0-9]{0,19})$/.test(text)) return 'ERR invalid size'
  const size = BigInt(text)
  if (size <= 0n) return 'ERR size must be positive'
  return size > NONE ? 'ERR invalid size' : size
}

function arnext(session: Session, args: Args): void {
  const record = arrayRecord(session, args)
  if (record < 0) return
  const next = record === 0 ? 0n : session.keyspace.arrayOf(record).next
  if (next === NONE) session.out.nil()
  else session.out.u64(next)
}

function arseek(session: Session, args: Args): void {
  if (!parseU64(args.bytes, args.starts[2]!, args.ends[2]!)) {
    session.out.error(INVALID_INDEX)
    return
  }
  const { hi, lo } = parsed
  const record = arrayRecord(session, args)
  if (record < 0) return
  if (record > 0) {
    const { keyspace, engine } = session
    keyspace.touch(record)
    const array = keyspace.arrayOf(record)
    array.nextHi = hi
    array.nextLo = lo
    engine.changed(keyspace, args.view(1), args)
    engine.notify('a', 'arseek', args.view(1), session.db)
  }
  session.out.integer(record === 0 ? 0 : 1)
}

function arlastitems(session: Session, args: Args): void {
  const { out } = session
  const count = args.integer(2)
  if (count === null) {
    out.error('ERR invalid COUNT')
    return
  }
  if (count <= 0n) {
    out.array(0)
    return
  }
  const isReverse = args.is(3, 'rev')
  if (args.count > 4 || (args.count === 4 && !isReverse)) {
    out.error(SYNTAX)
    return
  }
  const record = arrayRecord(session, args)
  if (record < 0) return
  if (record === 0) {
    out.array(0)
    return
  }
  const array = session.keyspace.arrayOf(record)
  const { anchor, places, length } = array.lastPlaces(count)
  if (places > BigInt(array.count) && places > LAST_PLACES) {
    out.error('ERR count exceeds maximum of 1000000 items')
    return
  }
  const total = Number(places)
  out.array(total)
  // Oldest first: from as far back as the walk goes.
  const first = (anchor - (places - 1n) + length) % length
  let at = isReverse ? anchor : first
  for (let i = 0; i < total; i++) {
    fromBig(at)
    const address = array.tree.find(parsed.hi, parsed.lo)
    if (address === 0) out.nil()
    else out.value(session.engine.space, address)
    if (isReverse) at = at === 0n ? length - 1n : at - 1n
    else at = at + 1n === length ? 0n : at + 1n
  }
}

function arinfo(session: Session, args: Args): void {
  const { out } = session
  const full = args.is(2, 'full')
  if (args.count > 3 || (args.count === 3 && !full)) {
    out.error(SYNTAX)
    return
  }
  const record = arrayRecord(session, args)
  if (record < 0) return
  if (record === 0) {
    out.error('ERR no such key')
    return
  }
  const array = session.keyspace.arrayOf(record)
  const { tree } = array
  const { slices, directories } = tree.store
  out.map(full ? 12 : 7)
  out.text('count')
  out.integer(tree.count)
  out.text('len')
  out.u64(array.length)
  out.text('next-insert-index')
  out.u64(array.next === NONE ? 0n : array.next)
  out.text('slices')
  out.integer(tree.sliceCount)
  out.text('directory-size')
  out.integer(tree.blockCount === 0 ? 0 : directories.slicesIn(tree.blocks[0]!))
  out.text('super-dir-entries')
  out.integer(tree.blockCount)
  out.text('slice-size')
  out.integer(slices.size)
  if (!full) return
  let dense = 0
  let denseSize = 0
  let denseFill = 0
  let sparseSize = 0
  for (let at = 0; at < tree.blockCount; at++) {
    const block = tree.blocks[at]!
    for (let i = 0; i < directories.slicesIn(block); i++) {
      const slice = directories.sliceAt(block, i)
      if (!slices.isWide(slice)) {
        sparseSize += slices.capacityOf(slice)
        continue
      }
      const span = slices.highest(slice) - slices.lowest(slice) + 1
      const window = Math.max(8, 2 ** Math.ceil(Math.log2(span)))
      dense++
      denseSize += window
      denseFill += slices.countOf(slice) / window
    }
  }
  const sparse = tree.sliceCount - dense
  out.text('dense-slices')
  out.integer(dense)
  out.text('sparse-slices')
  out.integer(sparse)
  out.text('avg-dense-size')
  out.double(dense === 0 ? 0 : denseSize / dense)
  out.text('avg-dense-fill')
  out.double(dense === 0 ? 0 : denseFill / dense)
  out.text('avg-sparse-size')
  out.double(sparse === 0 ? 0 : sparseSize / sparse)
}

const array = (name: string, arity: number, flags: number, run: Command['run']): Command =>
  command('array', name, arity, flags, ONE_KEY, run)

export const arrays: readonly Command[] = [
  array('arset', -4, WRITE | DENY_OOM | FAST, arset),
  array('armset', -4, WRITE | DENY_OOM | FAST, armset),
  array('arget', 3, READ | FAST, arget),
  array('armget', -3, READ | FAST, armget),
  array('arlen', 2, READ | FAST, arlen),
  array('arcount', 2, READ | FAST, arcount),
  array('ardel', -3, WRITE | FAST, ardel),
  array('ardelrange', -4, WRITE, ardelrange),
  array('arinsert', -3, WRITE | DENY_OOM | FAST, arinsert),
  array('arring', -4, WRITE | DENY_OOM, arring),
  array('arnext', 2, READ | FAST, arnext),
  array('arseek', 3, WRITE | FAST, arseek),
  array('arlastitems', -3, READ, arlastitems),
  array('arinfo', -2, READ, arinfo),
]
