/**
 * Up to some dozens of literals, found by up to three of their bytes: Teddy.
 *
 * The literals are dealt into eight buckets, one bit each. For one place in a literal a table says which buckets allow
 * which byte there; as a vector look-up has only 16 entries it is split into two, one by the low and one by the high
 * half of the byte, and a bucket is allowed when both say so. The `and` over three places leaves, at each position
 * of the text, the buckets that may begin there; only those literals are compared. A bucket of one literal is exact in
 * its three bytes; one of several also lets mixtures of their halves through.
 *
 * Case-insensitive letters are two bytes allowed in one place. After Langdale's "Teddy" in Hyperscan (Wang et al.,
 * NSDI 2019). Cost: six look-ups for 16 positions.
 */
import { I32, V128, block, i32, i8x16, loop, select, v128, when } from '../assembler.ts'
import type { Expr, ModuleBuilder, Variable } from '../assembler.ts'
import { CONTROL, PROGRAM } from '../memory.ts'
import { RESULT } from './search.ts'

export const TEDDY = {
  /** Three words: which places of the literals are looked at. */
  places: 0,
  /** Three pairs of 16-byte tables, by low and by high half; a place not used allows all. */
  tables: 32,
  /** Eight words: where the bucket's entries are, from the start of the program. */
  buckets: 128,
  /**
   * An entry: length, number of the literal, where its bytes are, their number padded to 16; then the next, and a
   * length of 0 after the last. Longest first. The bytes are followed by their `or` masks, padding equals everything.
   */
  entry: { length: 0, which: 4, values: 8, padded: 12, size: 16 },
  entries: 160,
} as const

/** Where the buckets of 32 positions are put, to be read one by one. */
const SPILL = CONTROL + 64

const word = (at: Expr<I32>, offset: number): Expr<I32> => i32.load(at, offset)
const bits = (lanes: Variable<V128>): Expr<I32> =>
  i8x16.bitmask(i8x16.ne(lanes, v128.const(Array<number>(16).fill(0))))

export function addTeddy(module: ModuleBuilder): void {
  module.func('teddy', [I32, I32, I32, I32, I32, I32, I32], I32, ({ params, local }) => {
    const [at, limit, end, hits, max, overlap, effort] = params
    const [count, total, allowed, gaveUp] = [local(I32), local(I32), local(I32), local(I32)]
    const [start, candidates, buckets] = [local(I32), local(I32), local(I32)]
    const [entry, length, values, padded, done16] = [
      local(I32),
      local(I32),
      local(I32),
      local(I32),
      local(I32),
    ]
    const [best, which] = [local(I32), local(I32)]
    const places = [local(I32), local(I32), local(I32)]
    const tables = Array.from({ length: 6 }, () => local(V128))
    const half = local(V128)
    const [first, second] = [local(V128), local(V128)]

    const look = (place: number, ahead: number): Expr<V128> =>
      v128.and(
        i8x16.relaxedSwizzle(
          tables[2 * place]!,
          v128.and(half.tee(v128.load(i32.add(at, places[place]!), ahead)), i8x16.splat(i32.const(15))),
        ),
        i8x16.relaxedSwizzle(tables[2 * place + 1]!, i8x16.shrU(half, i32.const(4))),
      )
    const allowedAt = (ahead: number): Expr<V128> =>
      v128.and(v128.and(look(0, ahead), look(1, ahead)), look(2, ahead))

    /** Compares one literal with the text at `start`; leaves `differs` where they differ. */
    const compare = [
      values.set(i32.add(word(entry, TEDDY.entry.values), i32.const(PROGRAM))),
      padded.set(word(entry, TEDDY.entry.padded)),
      done16.set(i32.const(0)),
    ]
    const blockDiffers = i32.eqz(
      i8x16.allTrue(
        i8x16.eq(
          v128.or(v128.load(i32.add(start, done16)), v128.load(i32.add(i32.add(values, padded), done16))),
          v128.load(i32.add(values, done16)),
        ),
      ),
    )

    return [
      ...places.map((place, k) => place.set(word(i32.const(PROGRAM), TEDDY.places + 4 * k))),
      ...tables.map((table, k) => table.set(v128.load(i32.const(PROGRAM), TEDDY.tables + 16 * k))),
      allowed.set(at),
      block((done) => [
        loop((again) => [
          when(i32.geU(at, limit), [at.set(limit), done.br()]),
          first.set(allowedAt(0)),
          second.set(allowedAt(16)),
          when(v128.anyTrue(v128.or(first, second)), [
            candidates.set(i32.or(bits(first), i32.shl(bits(second), i32.const(16)))),
            v128.store(i32.const(SPILL), first),
            v128.store(i32.const(SPILL + 16), second),
            loop((nextCandidate) => [
              start.set(i32.ctz(candidates)),
              buckets.set(i32.load8u(start, SPILL)),
              start.set(i32.add(start, at)),
              candidates.set(i32.and(candidates, i32.sub(candidates, i32.const(1)))),
              block((rejected) => [
                rejected.brIf(i32.ltU(start, allowed)),
                when(i32.geU(start, limit), [at.set(limit), done.br()]),
                best.set(i32.const(0)),
                loop((nextBucket) => [
                  entry.set(
                    i32.add(
                      word(i32.shl(i32.ctz(buckets), i32.const(2)), PROGRAM + TEDDY.buckets),
                      i32.const(PROGRAM),
                    ),
                  ),
                  buckets.set(i32.and(buckets, i32.sub(buckets, i32.const(1)))),
                  block((bucketDone) => [
                    loop((nextEntry) => [
                      length.set(word(entry, TEDDY.entry.length)),
                      // Entries are sorted: the rest is no longer than what is found.
                      bucketDone.brIf(i32.leU(length, best)),
                      block((differs) => [
                        differs.brIf(i32.gtU(i32.add(start, length), end)),
                        ...compare,
                        loop((further) => [
                          when(i32.eqz(effort), [gaveUp.set(i32.const(1)), at.set(start), done.br()]),
                          effort.set(i32.sub(effort, i32.const(1))),
                          differs.brIf(blockDiffers),
                          done16.set(i32.add(done16, i32.const(16))),
                          further.brIf(i32.ltU(done16, padded)),
                        ]),
                        best.set(length),
                        which.set(word(entry, TEDDY.entry.which)),
                        bucketDone.br(),
                      ]),
                      entry.set(i32.add(entry, i32.const(TEDDY.entry.size))),
                      nextEntry.br(),
                    ]),
                  ]),
                  nextBucket.brIf(buckets),
                ]),
                rejected.brIf(i32.eqz(best)),
                when(hits, [
                  i32.store(hits, start),
                  i32.store(hits, which, 4),
                  hits.set(i32.add(hits, i32.const(8))),
                ]),
                count.set(i32.add(count, i32.const(1))),
                total.set(i32.add(total, best)),
                allowed.set(i32.add(start, select(i32.const(1), best, overlap))),
                when(i32.geU(count, max), [at.set(allowed), done.br()]),
              ]),
              nextCandidate.brIf(candidates),
            ]),
          ]),
          at.set(i32.add(at, i32.const(32))),
          again.br(),
        ]),
      ]),
      when(i32.ltU(at, allowed), [at.set(allowed)]),
      i32.store(i32.const(RESULT.next), at),
      i32.store(i32.const(RESULT.gaveUp), gaveUp),
      i32.store(i32.const(RESULT.length), total),
      count,
    ]
  })
}
