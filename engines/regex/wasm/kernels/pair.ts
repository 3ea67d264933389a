/**
 * One literal, found by two of its bytes.
 *
 * A literal of n bytes can only start at s when text[s + i] and text[s + j] are two chosen bytes of it. Both are
 * compared for 64 places at a time, with unaligned loads at s + i and s + j; where both agree the whole literal is
 * compared, 16 bytes at a time. Two rare bytes make false candidates rare; a letter of either case costs one `or`
 * with 0x20 before the comparison, as only the two cases of a letter become that letter.
 *
 * The work of comparing candidates is counted; when it exceeds what the caller allows the kernel stops where it is,
 * and the caller goes on with an algorithm that no text can slow down. (The idea of the two bytes: Mula, "SIMD-friendly
 * algorithms for substring searching", 2016; the choice by rarity: BurntSushi's memchr.)
 */
import { I32, I64, V128, block, i32, i64, i8x16, loop, select, v128, when } from '../assembler.ts'
import type { Expr, ModuleBuilder } from '../assembler.ts'
import { PROGRAM } from '../memory.ts'
import { RESULT } from './search.ts'

/**
 * The program in the slot: words first, then the literal's bytes and its `or` masks, each padded to 16 by bytes and
 * masks of 0xff, which equal everything.
 */
export const PAIR = {
  i: 0,
  j: 4,
  byteI: 8,
  maskI: 12,
  byteJ: 16,
  maskJ: 20,
  /** Bytes of the padded literal; 0 when the two bytes are all of it. */
  padded: 24,
  length: 28,
  values: 64,
} as const

const word = (offset: number): Expr<I32> => i32.load(i32.const(PROGRAM + offset))
const bits = (lane: Expr<V128>, by: bigint): Expr<I64> =>
  i64.shl(i64.extendU(i8x16.bitmask(lane)), i64.const(by))

/** A byte that stands for itself has a mask of 0; a kernel without masks is no quicker. */
export function addPair(module: ModuleBuilder): void {
  module.func('pair', [I32, I32, I32, I32, I32, I32, I32], I32, ({ params, local }) => {
    const [at, limit, , hits, max, overlap, effort] = params
    const count = local(I32)
    const allowed = local(I32)
    const start = local(I32)
    const block16 = local(I32)
    const gaveUp = local(I32)
    const step = local(I32)
    const i = local(I32)
    const j = local(I32)
    const padded = local(I32)
    const [byteI, maskI, byteJ, maskJ] = [local(V128), local(V128), local(V128), local(V128)]
    const lanes = [local(V128), local(V128), local(V128), local(V128)] as const
    const candidates = local(I64)

    const test = (offset: number): Expr<V128> =>
      v128.and(
        i8x16.eq(v128.or(v128.load(i32.add(at, i), offset), maskI), byteI),
        i8x16.eq(v128.or(v128.load(i32.add(at, j), offset), maskJ), byteJ),
      )

    return [
      i.set(word(PAIR.i)),
      j.set(word(PAIR.j)),
      padded.set(word(PAIR.padded)),
      step.set(select(i32.const(1), word(PAIR.length), overlap)),
      byteI.set(i8x16.splat(word(PAIR.byteI))),
      maskI.set(i8x16.splat(word(PAIR.maskI))),
      byteJ.set(i8x16.splat(word(PAIR.byteJ))),
      maskJ.set(i8x16.splat(word(PAIR.maskJ))),
      allowed.set(at),
      block((done) => [
        loop((again) => [
          when(i32.geU(at, limit), [at.set(limit), done.br()]),
          ...lanes.map((lane, k) => lane.set(test(16 * k))),
          when(v128.anyTrue(v128.or(v128.or(lanes[0], lanes[1]), v128.or(lanes[2], lanes[3]))), [
            candidates.set(
              i64.or(
                i64.or(bits(lanes[0], 0n), bits(lanes[1], 16n)),
                i64.or(bits(lanes[2], 32n), bits(lanes[3], 48n)),
              ),
            ),
            loop((nextCandidate) => [
              start.set(i32.add(at, i32.wrap(i64.ctz(candidates)))),
              candidates.set(i64.and(candidates, i64.sub(candidates, i64.const(1n)))),
              block((rejected) => [
                rejected.brIf(i32.ltU(start, allowed)),
                when(i32.geU(start, limit), [at.set(limit), done.br()]),
                block16.set(i32.const(0)),
                block((equal) => [
                  loop((further) => [
                    equal.brIf(i32.geU(block16, padded)),
                    when(i32.eqz(effort), [gaveUp.set(i32.const(1)), at.set(start), done.br()]),
                    effort.set(i32.sub(effort, i32.const(1))),
                    rejected.brIf(
                      i32.eqz(
                        i8x16.allTrue(
                          i8x16.eq(
                            v128.or(
                              v128.load(i32.add(start, block16)),
                              v128.load(i32.add(i32.add(block16, padded), i32.const(PROGRAM + PAIR.values))),
                            ),
                            v128.load(i32.add(block16, i32.const(PROGRAM + PAIR.values))),
                          ),
                        ),
                      ),
                    ),
                    block16.set(i32.add(block16, i32.const(16))),
                    further.br(),
                  ]),
                ]),
                when(hits, [
                  i32.store(hits, start),
                  i32.store(hits, i32.const(0), 4),
                  hits.set(i32.add(hits, i32.const(8))),
                ]),
                count.set(i32.add(count, i32.const(1))),
                allowed.set(i32.add(start, step)),
                when(i32.geU(count, max), [at.set(i32.add(start, i32.const(1))), done.br()]),
              ]),
              nextCandidate.brIf(i32.eqz(i64.eqz(candidates))),
            ]),
          ]),
          at.set(i32.add(at, i32.const(64))),
          again.br(),
        ]),
      ]),
      when(i32.ltU(at, allowed), [at.set(allowed)]),
      i32.store(i32.const(RESULT.next), at),
      i32.store(i32.const(RESULT.gaveUp), gaveUp),
      i32.store(i32.const(RESULT.length), i32.mul(count, word(PAIR.length))),
      count,
    ]
  })
}
