/** What an array is made of: ARINFO and MEMORY USAGE. Both may have to look at every slice, and then yield. */
import { Walk } from '../array/walk.ts'
import type { SparseArray } from '../array/sparse-array.ts'
import type { Tree } from '../array/tree.ts'
import type { Job } from '../job.ts'
import { WalkJob } from '../grep/walk-job.ts'
import { ARRAY } from '../keyspace/keyspace.ts'
import type { Args } from '../resp/args.ts'
import type { Reply } from '../resp/reply.ts'
import type { Session } from '../server/session.ts'
import { array, arrayRecord } from './access.ts'
import type { Command } from './command.ts'
import { command, READ, SYNTAX } from './command.ts'
import { NOWHERE } from './cursors.ts'

/** What looking at a slice costs, in bytes that a search reads meanwhile. */
const SLICE = 512

/** Looks at every slice of an array. */
abstract class SliceJob extends WalkJob {
  readonly pending = 0

  constructor(tree: Tree) {
    super(new Walk(tree, 0, 0, 0xffff_ffff, 0xffff_fffe))
  }

  step(units: number): boolean {
    const { walk } = this
    walk.tree.store.space.refresh()
    for (const until = this.work + units; this.work < until;) {
      if (!walk.next()) return true
      this.work += SLICE + this.slice(walk.tree, walk.slice)
    }
    return false
  }

  /** Looks at one; returns what that cost beside. */
  protected abstract slice(tree: Tree, slice: number): number
}

class UsageJob extends SliceJob {
  private bytes: number

  /** `bytes`: what the key takes beside its slices. */
  constructor(array: SparseArray, bytes: number) {
    super(array.tree)
    this.bytes = bytes + array.ownBytes
  }

  reply(out: Reply): void {
    out.integer(this.bytes)
  }

  protected slice({ store: { slices, texts, space } }: Tree, slice: number): number {
    this.bytes += space.sizeOf(slice) + texts.bytesOf(slice)
    return texts.largesIn(slice) > 0 ? 16 * slices.countOf(slice) : 0
  }
}

export function memory(session: Session, args: Args): Job | undefined {
  const { keyspace, out, engine } = session
  if (args.is(1, 'usage') && args.count >= 3) {
    const record = engine.lookup(keyspace, args.bytes, args.starts[2]!, args.ends[2]!)
    if (record === 0) out.nil()
    else if (keyspace.kindOf(record) !== ARRAY) out.integer(keyspace.bytesOf(record))
    else return new UsageJob(keyspace.arrayOf(record), keyspace.bytesOf(record))
  } else if (args.is(1, 'stats')) {
    out.map(2)
    out.text('total.allocated')
    out.integer(engine.usedMemory)
    out.text('keys.count')
    out.integer(engine.keyspaces.reduce((sum, { size }) => sum + size, 0))
  } else if (args.is(1, 'doctor')) out.text('Nothing to report.')
  else if (args.is(1, 'purge')) out.simple('OK')
  else out.error(`ERR unknown subcommand '${args.text(1).slice(0, 128)}'. Try MEMORY HELP.`)
  return undefined
}

interface Facts {
  readonly count: number
  readonly length: bigint
  readonly next: bigint
  readonly slices: number
  readonly directorySize: number
  readonly directories: number
  readonly sliceSize: number
}

function factsOf({ tree, length, next }: SparseArray): Facts {
  const { directories, slices } = tree.store
  return {
    count: tree.count,
    length,
    next: next === NOWHERE ? 0n : next,
    slices: tree.sliceCount,
    directorySize: tree.blockCount === 0 ? 0 : directories.slicesIn(tree.blocks[0]!),
    directories: tree.blockCount,
    sliceSize: slices.size,
  }
}

function writeFacts(out: Reply, facts: Facts, more: number): void {
  out.map(7 + more)
  out.text('count')
  out.integer(facts.count)
  out.text('len')
  out.u64(facts.length)
  out.text('next-insert-index')
  out.u64(facts.next)
  out.text('slices')
  out.integer(facts.slices)
  out.text('directory-size')
  out.integer(facts.directorySize)
  out.text('super-dir-entries')
  out.integer(facts.directories)
  out.text('slice-size')
  out.integer(facts.sliceSize)
}

/** ARINFO FULL: dense and sparse as Redis counts them, and averages of this layout. */
class FormsJob extends SliceJob {
  private readonly facts: Facts
  private dense = 0
  private denseSize = 0
  private denseFill = 0
  private sparseSize = 0

  constructor(array: SparseArray) {
    super(array.tree)
    this.facts = factsOf(array)
  }

  reply(out: Reply): void {
    const { facts, dense, denseSize, denseFill, sparseSize } = this
    const sparse = facts.slices - dense
    writeFacts(out, facts, 5)
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

  protected slice({ store: { slices } }: Tree, slice: number): number {
    if (!slices.isWide(slice)) {
      this.sparseSize += slices.capacityOf(slice)
      return 0
    }
    const span = slices.highest(slice) - slices.lowest(slice) + 1
    const window = Math.max(8, 2 ** Math.ceil(Math.log2(span)))
    this.dense++
    this.denseSize += window
    this.denseFill += slices.countOf(slice) / window
    return 0
  }
}

function arinfo(session: Session, args: Args): Job | undefined {
  const { out } = session
  const full = args.is(2, 'full')
  if (args.count > 3 || (args.count === 3 && !full)) {
    out.error(SYNTAX)
    return undefined
  }
  const record = arrayRecord(session, args)
  if (record < 0) return undefined
  if (record === 0) {
    out.error('ERR no such key')
    return undefined
  }
  const found = session.keyspace.arrayOf(record)
  if (full) return new FormsJob(found)
  writeFacts(out, factsOf(found), 0)
  return undefined
}

export const descriptions: readonly Command[] = [
  array('arinfo', -2, READ, arinfo),
  command('server', 'memory', -2, READ, [2, 2, 1], memory),
]
