/** ARSCAN, ARGETRANGE and ARLASTITEMS: elements, or places, of a range in order. */
import { fromBig, parsed } from '../array/index64.ts'
import type { Tree } from '../array/tree.ts'
import type { Job } from '../job.ts'
import type { Reply } from '../resp/reply.ts'
import { RangeJob } from './range-job.ts'
import type { Ends } from './search.ts'

export class ScanJob extends RangeJob {
  private readonly limit: number
  private found = 0

  constructor(tree: Tree, ends: Ends, limit: number, protocol: number) {
    super(tree, ends)
    this.limit = limit
    this.body.protocol = protocol
  }

  reply(out: Reply): void {
    out.array(this.found)
    out.append(this.body)
  }

  protected element(hi: number, lo: number, address: number): number {
    if (this.found === this.limit) return -1
    const { body } = this
    const before = body.length
    body.array(2)
    body.index(hi, lo)
    body.value(this.walk.tree.store.space, address)
    this.found++
    return body.length - before
  }
}

/** Every place of a range that is not longer than 2^32, holes as nil. */
export class RangeReplyJob extends RangeJob {
  private readonly places: number
  private readonly ends: Ends
  private written = 0

  constructor(tree: Tree, ends: Ends, places: number, protocol: number) {
    super(tree, ends)
    this.ends = ends
    this.places = places
    this.body.protocol = protocol
  }

  reply(out: Reply): void {
    out.array(this.places)
    this.write(out)
  }

  /** The places without a count of them. */
  write(out: Reply): void {
    this.fill(this.places)
    out.append(this.body)
  }

  protected element(hi: number, lo: number, address: number): number {
    const { body } = this
    const before = body.length
    const { aHi, aLo } = this.ends
    this.fill(Math.abs((hi - aHi) * 2 ** 32 + (lo - aLo)))
    body.value(this.walk.tree.store.space, address)
    this.written++
    return body.length - before
  }

  private fill(until: number): void {
    if (until > this.written) this.body.nils(until - this.written)
    this.written = Math.max(this.written, until)
  }
}

/** The last places before a cursor, going back around the begin of the array to its end. */
export class LastItemsJob implements Job {
  private readonly places: number
  private readonly parts: readonly RangeReplyJob[]

  /** `anchor`: the newest place; `length`: of the array, at least `places`. Oldest first unless `reverse`. */
  constructor(
    tree: Tree,
    anchor: bigint,
    length: bigint,
    places: number,
    reverse: boolean,
    protocol: number,
  ) {
    this.places = places
    const first = anchor - BigInt(places - 1)
    const stretches: (readonly [bigint, bigint])[] =
      first >= 0n
        ? [[first, anchor]]
        : [
            [first + length, length - 1n],
            [0n, anchor],
          ]
    this.parts = (reverse ? stretches.map(([from, to]) => [to, from] as const).reverse() : stretches).map(
      ([from, to]) => {
        const count = Number(to > from ? to - from : from - to) + 1
        return new RangeReplyJob(tree, endsOf(from, to), count, protocol)
      },
    )
  }

  get work(): number {
    return this.parts.reduce((sum, part) => sum + part.work, 0)
  }
  get pending(): number {
    return this.parts.reduce((sum, part) => sum + part.pending, 0)
  }

  step(units: number): boolean {
    const until = this.work + units
    return this.parts.every((part) => part.step(until - this.work))
  }

  detach(): void {
    for (const part of this.parts) part.detach()
  }

  reply(out: Reply): void {
    out.array(this.places)
    for (const part of this.parts) part.write(out)
  }

  close(): void {
    for (const part of this.parts) part.close()
  }
}

function endsOf(from: bigint, to: bigint): Ends {
  fromBig(from)
  const { hi: aHi, lo: aLo } = parsed
  fromBig(to)
  return { aHi, aLo, bHi: parsed.hi, bLo: parsed.lo }
}
