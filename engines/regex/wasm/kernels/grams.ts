/**
 * Looks at every k-th gram of a text and reports those whose hash is in a bitmap: see `literal/grams.ts` for the idea.
 *
 * A gram is up to eight bytes, taken as two words; bytes beyond its length are masked away. The bitmap is asked with
 * two hashes, the second only where the first says yes.
 */
import { I32, block, i32, loop, when } from '../assembler.ts'
import type { Expr, ModuleBuilder } from '../assembler.ts'
import { PROGRAM } from '../memory.ts'

export const GRAMS = {
  /** Masks of the two words, and what is or-ed to each. */
  maskLow: 0,
  maskHigh: 4,
  soften: 8,
  bitmap: 64,
  /** 2^18 bits, 32 KiB: it stays in the first cache beside the text. */
  bits: 18,
} as const

export const MIX_LOW = 0x9e3779b1
export const MIX_HIGH = 0x85ebca6b
export const MIX_AGAIN = 0xc2b2ae3d

/**
 * Writes to `hits` the addresses at, at + stride, ..., `last` at most, whose gram passes; stops after `max`.
 * Returns how many; when it is `max`, the caller goes on behind the last.
 */
export type GramsKernel = (at: number, last: number, stride: number, hits: number, max: number) => number

const word = (offset: number): Expr<I32> => i32.load(i32.const(PROGRAM + offset))
/** Bit number `hash` of the bitmap, 0 or 1. */
const bit = (hash: Expr<I32>): Expr<I32> => i32.load8u(i32.shrU(hash, i32.const(3)), PROGRAM + GRAMS.bitmap)

export function addGrams(module: ModuleBuilder): void {
  module.func('grams', [I32, I32, I32, I32, I32], I32, ({ params, local }) => {
    const [at, last, stride, hits, max] = params
    const [maskLow, maskHigh, soften] = [local(I32), local(I32), local(I32)]
    const [mixed, hash, count] = [local(I32), local(I32), local(I32)]
    const top = i32.const(32 - GRAMS.bits)
    const isSet = i32.and(i32.shrU(bit(hash), i32.and(hash, i32.const(7))), i32.const(1))
    return [
      maskLow.set(word(GRAMS.maskLow)),
      maskHigh.set(word(GRAMS.maskHigh)),
      soften.set(word(GRAMS.soften)),
      block((done) => [
        loop((again) => [
          done.brIf(i32.gtU(at, last)),
          mixed.set(
            i32.xor(
              i32.mul(i32.and(i32.or(i32.load(at), soften), maskLow), i32.const(MIX_LOW)),
              i32.mul(i32.and(i32.or(i32.load(at, 4), soften), maskHigh), i32.const(MIX_HIGH)),
            ),
          ),
          mixed.set(i32.mul(i32.xor(mixed, i32.shrU(mixed, i32.const(15))), i32.const(MIX_LOW))),
          hash.set(i32.shrU(mixed, top)),
          when(isSet, [
            hash.set(i32.shrU(i32.mul(mixed, i32.const(MIX_AGAIN)), top)),
            when(isSet, [
              i32.store(hits, at),
              hits.set(i32.add(hits, i32.const(4))),
              count.set(i32.add(count, i32.const(1))),
              done.brIf(i32.geU(count, max)),
            ]),
          ]),
          at.set(i32.add(at, stride)),
          again.br(),
        ]),
      ]),
      count,
    ]
  })
}
