/**
 * The next byte that is in a set, any set of the 256: 16 bytes at a time.
 *
 * The set is a bitmap of 16 rows by 16 columns; a byte's high half is its row, its low half its column. Two vectors
 * hold, for each column, which of the lower and of the upper eight rows are in; a third turns the high half into its
 * row's bit. A byte is in when the bit is in its column: three look-ups and a few `and`s. (After Muła, "SIMDized check
 * which bytes are in a set".)
 */
import { I32, V128, block, i32, i8x16, loop, v128, when } from '../assembler.ts'
import type { Expr, ModuleBuilder, Statement, Variable } from '../assembler.ts'
import { PROGRAM } from '../memory.ts'

export const BYTE_SET = { lower: 0, upper: 16, size: 32 } as const

/** Address of the first byte in the set, at <= address < end; `end` when there is none. */
export type ByteSetKernel = (at: number, end: number) => number

/** 1 << (row & 7), by row. */
const ROW_BIT = Array.from({ length: 16 }, (_, row) => 1 << (row & 7))

const ZERO = v128.const(Array<number>(16).fill(0))

/** The two tables of a set in local variables, and the test of 16 bytes; a lane is not 0 where the byte is in. */
export class SetTest {
  readonly load: readonly Statement[]
  private readonly lower: Variable<V128>
  private readonly upper: Variable<V128>
  private readonly bytes: Variable<V128>
  private readonly index: Variable<V128>

  /** `tables`: where the set's 32 bytes are. */
  constructor(tables: number, local: (type: V128) => Variable<V128>) {
    this.lower = local(V128)
    this.upper = local(V128)
    this.bytes = local(V128)
    this.index = local(V128)
    this.load = [
      this.lower.set(v128.load(i32.const(tables), BYTE_SET.lower)),
      this.upper.set(v128.load(i32.const(tables), BYTE_SET.upper)),
    ]
  }

  /** The 16 bytes at `at` + `ahead`. */
  of(at: Expr<I32>, ahead: number): Expr<V128> {
    // Bytes of 0x80 and more keep their top bit, and an index of 16 or more gives 0; `upper` sees the opposite.
    const index = this.index.tee(v128.and(this.bytes.tee(v128.load(at, ahead)), i8x16.splat(i32.const(0x8f))))
    const rows = v128.or(
      i8x16.swizzle(this.lower, index),
      i8x16.swizzle(this.upper, v128.xor(this.index, i8x16.splat(i32.const(0x80)))),
    )
    return v128.and(rows, i8x16.relaxedSwizzle(v128.const(ROW_BIT), i8x16.shrU(this.bytes, i32.const(4))))
  }
}

/** One bit for each lane that is not 0. */
export const laneBits = (lanes: Expr<V128>): Expr<I32> => i8x16.bitmask(i8x16.ne(lanes, ZERO))

export function addByteSet(module: ModuleBuilder): void {
  module.func('byteSet', [I32, I32], I32, ({ params: [at, end], local }) => {
    const set = new SetTest(PROGRAM, local)
    const [first, second] = [local(V128), local(V128)]
    return [
      ...set.load,
      block((done) => [
        loop((again) => [
          done.brIf(i32.geU(at, end)),
          first.set(set.of(at, 0)),
          second.set(set.of(at, 16)),
          when(v128.anyTrue(v128.or(first, second)), [
            at.set(i32.add(at, i32.ctz(i32.or(laneBits(first), i32.shl(laneBits(second), i32.const(16)))))),
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
