/**
 * The next byte that is in a set, any set of the 256: 16 bytes at a time.
 *
 * The set is a bitmap of 16 rows by 16 columns; a byte's high half is its row, its low half its column. Two vectors
 * hold, for each column, which of the lower and of the upper eight rows are in; a third turns the high half into its
 * row's bit. A byte is in when the bit is in its column: three look-ups and a few `and`s. (After Muła, "SIMDized check
 * which bytes are in a set".)
 */
import { I32, V128, block, i32, i8x16, loop, v128, when } from '../assembler.ts'
import type { Expr, ModuleBuilder } from '../assembler.ts'
import { PROGRAM } from '../memory.ts'

export const BYTE_SET = { lower: 0, upper: 16, size: 32 } as const

/** Address of the first byte in the set, at <= address < end; `end` when there is none. */
export type ByteSetKernel = (at: number, end: number) => number

/** 1 << (row & 7), by row. */
const ROW_BIT = Array.from({ length: 16 }, (_, row) => 1 << (row & 7))

export function addByteSet(module: ModuleBuilder): void {
  module.func('byteSet', [I32, I32], I32, ({ params: [at, end], local }) => {
    const [lower, upper, bytes, columns] = [local(V128), local(V128), local(V128), local(V128)]
    const [first, second] = [local(V128), local(V128)]
    const mask = local(I32)
    const inSet = (ahead: number): Expr<V128> => {
      // Bytes of 0x80 and more keep their top bit, and an index of 16 or more gives 0; `upper` sees the opposite.
      const index = columns.tee(v128.and(bytes.tee(v128.load(at, ahead)), i8x16.splat(i32.const(0x8f))))
      const rows = v128.or(
        i8x16.swizzle(lower, index),
        i8x16.swizzle(upper, v128.xor(columns, i8x16.splat(i32.const(0x80)))),
      )
      return v128.and(rows, i8x16.relaxedSwizzle(v128.const(ROW_BIT), i8x16.shrU(bytes, i32.const(4))))
    }
    const zero = v128.const(Array<number>(16).fill(0))
    return [
      lower.set(v128.load(i32.const(PROGRAM), BYTE_SET.lower)),
      upper.set(v128.load(i32.const(PROGRAM), BYTE_SET.upper)),
      block((done) => [
        loop((again) => [
          done.brIf(i32.geU(at, end)),
          first.set(inSet(0)),
          second.set(inSet(16)),
          when(v128.anyTrue(v128.or(first, second)), [
            mask.set(
              i32.or(
                i8x16.bitmask(i8x16.ne(first, zero)),
                i32.shl(i8x16.bitmask(i8x16.ne(second, zero)), i32.const(16)),
              ),
            ),
            at.set(i32.add(at, i32.ctz(mask))),
            done.br(),
          ]),
          at.set(i32.add(at, i32.const(32))),
          again.br(),
        ]),
      ]),
      when(i32.gtU(at, end), [at.set(end)]),
      at,
    ]
  })
}
