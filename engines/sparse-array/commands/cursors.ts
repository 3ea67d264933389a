/** The commands of the array type that append behind a cursor, move it, and look back from it. */
import { fromBig, parsed, parseU64 } from '../array/index64.ts'
import type { SparseArray } from '../array/sparse-array.ts'
import { LastItemsJob } from '../grep/scan.ts'
import type { Job } from '../job.ts'
import type { Args } from '../resp/args.ts'
import type { Session } from '../server/session.ts'
import { array, arrayRecord, bytesOf, change, INVALID_INDEX } from './access.ts'
import type { Command } from './command.ts'
import { DENY_OOM, FAST, READ, SYNTAX, WRITE } from './command.ts'

const LAST_PLACES = 1_000_000n
/** Where the next append goes when it can go nowhere. */
export const NOWHERE = 2n ** 64n - 1n

function arinsert(session: Session, args: Args): void {
  const values = args.count - 2
  const record = arrayRecord(session, args)
  if (record < 0) return
  const old = record === 0 ? null : session.keyspace.arrayOf(record)
  if (old !== null && old.nextHi === 0xffff_ffff && old.nextLo + values > 0xffff_ffff) {
    session.out.error('ERR insert index overflow')
    return
  }
  let hi = 0
  let lo = 0
  const room = ({ tree, nextHi, nextLo }: SparseArray): number =>
    tree.roomToChange(nextHi, nextLo, values, bytesOf(args))
  const done = change(session, args, values, 'arinsert', room, (array) => {
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
  const values = args.count - 3
  const done = change(
    session,
    args,
    values,
    'arring',
    (array) => roomForRing(array, size, values, bytesOf(args)),
    (array) => {
      array.ring(size)
      for (let i = 3; i < args.count; i++) {
        last = array.next === NOWHERE ? 0n : array.next % size
        fromBig(last)
        const { hi, lo } = parsed
        array.set(hi, lo, args.bytes, args.starts[i]!, args.ends[i]!)
        array.appended(hi, lo)
      }
      return true
    },
  )
  if (done) session.out.u64(last)
}

/** Moving elements takes as much as they do; else places are written from the next on and, around the end, from 0. */
function roomForRing(array: SparseArray, size: bigint, values: number, more: number): number {
  if (array.isMovedBy(size)) return Infinity
  const first = array.next === NOWHERE ? 0n : array.next % size
  const behind = size - first
  const before = behind < BigInt(values) ? Number(behind) : values
  fromBig(first)
  const seen = new Set<number>()
  const room = array.tree.roomToChange(parsed.hi, parsed.lo, before, more, seen)
  return before === values ? room : room + array.tree.roomToChange(0, 0, values - before, more, seen)
}

function ringSize(args: Args): bigint | string {
  const text = args.text(2)
  if (!/^(?:0|-?[1-9][0-9]{0,19})$/.test(text)) return 'ERR invalid size'
  const size = BigInt(text)
  if (size <= 0n) return 'ERR size must be positive'
  return size > NOWHERE ? 'ERR invalid size' : size
}

function arnext(session: Session, args: Args): void {
  const record = arrayRecord(session, args)
  if (record < 0) return
  const next = record === 0 ? 0n : session.keyspace.arrayOf(record).next
  if (next === NOWHERE) session.out.nil()
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

/** A count below one ends all questions; else the arguments are looked at before the key. */
function arlastitems(session: Session, args: Args): Job | undefined {
  const { out } = session
  const count = args.integer(2)
  if (count === null) {
    out.error('ERR invalid COUNT')
    return undefined
  }
  if (count <= 0n) {
    out.array(0)
    return undefined
  }
  const isReverse = args.is(3, 'rev')
  if (args.count > 4 || (args.count === 4 && !isReverse)) {
    out.error(SYNTAX)
    return undefined
  }
  const record = arrayRecord(session, args)
  if (record < 0) return undefined
  if (record === 0) {
    out.array(0)
    return undefined
  }
  const array = session.keyspace.arrayOf(record)
  const { anchor, places, length } = array.lastPlaces(count)
  if (places > BigInt(array.count) && places > LAST_PLACES) {
    out.error('ERR count exceeds maximum of 1000000 items')
    return undefined
  }
  return new LastItemsJob(array.tree, anchor, length, Number(places), isReverse, session.protocol)
}

export const cursors: readonly Command[] = [
  array('arinsert', -3, WRITE | DENY_OOM | FAST, arinsert),
  array('arring', -4, WRITE | DENY_OOM, arring),
  array('arnext', 2, READ | FAST, arnext),
  array('arseek', 3, WRITE | FAST, arseek),
  array('arlastitems', -3, READ, arlastitems),
]
