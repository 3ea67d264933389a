/**
 * The step of `rows.ts` in WebAssembly, for up to 128 positions and one direction: backward, matches beginning anywhere.
 *
 * A row is one vector of 128 bits (a 64-bit number, where that is enough, is no quicker), and all rows live in variables of one
 * function, so a kernel is written for each plan of rows; patterns share it. A character then
 * costs about ten instructions a row. Position p is bit p - 1; "nothing read yet" needs no bit, as it always holds.
 *
 * The text comes as classes of characters through the window of the engine's memory, so that the kernel knows nothing
 * of UTF-8. It stops where a match begins at the highest cost it has rows for; who calls it looks for the lowest such
 * cost, and goes on with the kernel that has only the rows up to there.
 */
import { engine } from '../wasm/engine.ts'
import { block, giveBack, I32, i32, i8x16, loop, ModuleBuilder, V128, v128, when } from '../wasm/assembler.ts'
import type { Expr, Statement, Variable } from '../wasm/assembler.ts'
import { PROGRAM, PROGRAM_BYTES, TABLE, WINDOW } from '../wasm/memory.ts'
import { MOST_ROWS } from './plan.ts'
import { DELETE, INSERT, SUBSTITUTE } from './settings.ts'

/** The program: offsets of its parts. */
export const EIGHTS = 0
/** Bytes 16 to 19 belong to whoever loads it. */
export const CHAIN = 32
export const ACCEPTING = 48
export const FIRST = 64
const SCRATCH = 80
export const EIGHT = 96
/** Rows and what follows them, by turns. */
export const STATE = 256
export const HOLDS = STATE + MOST_ROWS * 32
export const BYTES = 16
export const MOST_CLASSES = Math.floor((PROGRAM_BYTES - HOLDS) / BYTES)
export const MOST_POSITIONS = 128
const MOST_KERNELS = 64
/** Characters handed over at a time: few, so that code that the engine has made better since is soon taken up. */
export const CHUNK = 4096

/** Reads characters `from` to `to` of the window; the number read when a match begins there, or -1 after the last. */
export type Run = (from: number, to: number) => number

/** The bytes of `a`, each one place higher; what is picked from `b` is 0. */
const BYTE_UP = [16, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]
const ZERO = v128.const(Array.from({ length: 16 }, () => 0))
/** All bits one up. */
const shifted = (a: Variable<V128>): Expr<V128> =>
  v128.or(i8x16.add(a, a), i8x16.shuffle(i8x16.shrU(a, i32.const(7)), ZERO, BYTE_UP))

const programAt = i32.const(PROGRAM)

/** The rows of a kernel. */
interface Shape {
  /** By operation and row: the row that it comes from, or -1. */
  readonly from: readonly (readonly number[])[]
  /** Rows that tell of a match. */
  readonly tops: readonly number[]
  /** Some positions are followed by others than the next one. */
  readonly others: boolean
}

function kernelOf({ from, tops, others }: Shape): Run {
  const module = new ModuleBuilder()
  module.func('run', [I32, I32], I32, ({ params: [at, to], local }) => {
    const each = Array.from(from[INSERT]!.keys())
    const variables = (): Variable<V128>[] => each.map(() => local(V128))
    const [rows, follows, newRows, newFollows] = [variables(), variables(), variables(), variables()]
    const [held, moved, chain, accepting, first] = [0, 1, 2, 3, 4].map(() => local(V128)) as [
      Variable<V128>,
      Variable<V128>,
      Variable<V128>,
      Variable<V128>,
      Variable<V128>,
    ]
    const [eight, end, bits] = [local(I32), local(I32), local(I32)]
    const state = (c: number): number => STATE + PROGRAM + c * 32
    const zero = i32.const(0)
    const save = each.flatMap((c) => [
      v128.store(zero, rows[c]!, state(c)),
      v128.store(zero, follows[c]!, state(c) + BYTES),
    ])
    /** What follows by way of tables. */
    const further = (c: number): Statement[] => [
      v128.store(zero, newRows[c]!, PROGRAM + SCRATCH),
      eight.set(zero),
      loop((again) => [
        bits.set(
          i32.and(
            i32.load8u(i32.load(eight, PROGRAM + EIGHT), PROGRAM + SCRATCH),
            i32.load(eight, PROGRAM + EIGHT + 4),
          ),
        ),
        when(bits, [
          newFollows[c]!.set(
            v128.or(
              newFollows[c]!,
              v128.load(i32.add(i32.shl(eight, i32.const(9)), i32.shl(bits, i32.const(4))), TABLE),
            ),
          ),
        ]),
        eight.set(i32.add(eight, i32.const(8))),
        again.brIf(i32.ltU(eight, end)),
      ]),
    ]
    const told = tops.map((r): Expr<V128> => rows[r]!).reduce((a, b) => v128.or(a, b))
    const step = each.flatMap((c) => {
      let row = v128.and(follows[c]!, held)
      for (const [op, source] of [
        [INSERT, rows],
        [SUBSTITUTE, follows],
        [DELETE, newFollows],
      ] as const) {
        const before = source[from[op]![c]!]
        if (before) row = v128.or(row, before)
      }
      return [
        newRows[c]!.set(row),
        moved.set(v128.and(newRows[c]!, chain)),
        newFollows[c]!.set(v128.or(shifted(moved), first)),
        ...(others ? further(c) : []),
      ]
    })
    return [
      ...each.flatMap((c) => [
        rows[c]!.set(v128.load(zero, state(c))),
        follows[c]!.set(v128.load(zero, state(c) + BYTES)),
      ]),
      chain.set(v128.load(programAt, CHAIN)),
      accepting.set(v128.load(programAt, ACCEPTING)),
      first.set(v128.load(programAt, FIRST)),
      end.set(i32.shl(i32.load(programAt, EIGHTS), i32.const(3))),
      block((done) => [
        loop((again) => [
          done.brIf(i32.geU(at, to)),
          held.set(v128.load(i32.load16u(i32.shl(at, i32.const(1)), WINDOW), PROGRAM + HOLDS)),
          at.set(i32.add(at, i32.const(1))),
          ...step,
          ...each.flatMap((c) => [rows[c]!.set(newRows[c]!), follows[c]!.set(newFollows[c]!)]),
          when(v128.anyTrue(v128.and(told, accepting)), [...save, giveBack(at)]),
          again.br(),
        ]),
      ]),
      ...save,
      i32.const(-1),
    ]
  })
  const { memory } = engine().memory
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.assemble()), { env: { memory } })
  return instance.exports['run'] as Run
}

const kernels = new Map<string, Run>()

/** The kernel of a shape. */
export function kernel(shape: Shape): Run {
  const key = JSON.stringify(shape)
  let run = kernels.get(key)
  if (!run) {
    if (kernels.size >= MOST_KERNELS) kernels.clear()
    run = kernelOf(shape)
    kernels.set(key, run)
  }
  return run
}
