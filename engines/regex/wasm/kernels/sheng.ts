/**
 * Is-match over many fragments by an automaton of at most 16 states: Sheng.
 *
 * A state is a number below 16, so for one byte all 16 next states fit into a vector, and taking a byte is one
 * look-up of the state in that byte's vector. The look-up takes one cycle where a load takes five, and the vectors do
 * not depend on the state, so they are loaded ahead: one fragment at a time is enough.
 * (Langdale's Sheng, as in Hyperscan; the name is that of a cat.)
 *
 * Worth (`npm run regex:paths`, sheng): 1.3 to 2.2 times four fragments in lock-step.
 */
import { I32, V128, block, i32, i8x16, loop, v128, when } from '../assembler.ts'
import type { Expr, Func, ModuleBuilder, Statement } from '../assembler.ts'
import { PROGRAM, TABLE } from '../memory.ts'
import { WALK } from './walk.ts'

const UNROLLED = 8

/** The next states for a byte. */
const vectorOf = (byte: Expr<I32>): Expr<V128> => v128.load(i32.shl(byte, i32.const(4)), TABLE)
const word = (offset: number): Expr<I32> => i32.load(i32.const(PROGRAM + offset))

/** Same contract as the walkers. The table has 256 vectors of next states; `WALK.accept` is a state number. */
export function addSheng(module: ModuleBuilder, firstLeaving: Func<I32>): void {
  module.func('sheng', [I32, I32, I32], 0x40, ({ params: [pairs, count, flags], local }) => {
    const [at, end, accept, start, skip] = [local(I32), local(I32), local(I32), local(I32), local(I32)]
    const start16 = local(V128)
    const state = local(V128)
    const take = (k: number): Statement => state.set(i8x16.relaxedSwizzle(vectorOf(i32.load8u(at, k)), state))
    return [
      start.set(word(WALK.start)),
      skip.set(word(WALK.skip)),
      accept.set(word(WALK.accept)),
      start16.set(i8x16.splat(start)),
      block((done) => [
        loop((nextFragment) => [
          done.brIf(i32.eqz(count)),
          at.set(i32.load(pairs)),
          end.set(i32.load(pairs, 4)),
          state.set(start16),
          when(skip, [at.set(firstLeaving.call(at, end))]),
          block((rest) => [
            loop((again) => [
              rest.brIf(i32.ltU(i32.sub(end, at), i32.const(UNROLLED))),
              ...Array.from({ length: UNROLLED }, (_, k) => take(k)),
              at.set(i32.add(at, i32.const(UNROLLED))),
              again.br(),
            ]),
          ]),
          block((ended) => [
            loop((again) => [
              ended.brIf(i32.geU(at, end)),
              take(0),
              at.set(i32.add(at, i32.const(1))),
              again.br(),
            ]),
          ]),
          i32.store8(flags, i32.geU(i8x16.extractU(state, 0), accept)),
          pairs.set(i32.add(pairs, i32.const(8))),
          flags.set(i32.add(flags, i32.const(1))),
          count.set(i32.sub(count, i32.const(1))),
          nextFragment.br(),
        ]),
      ]),
    ]
  })
}
