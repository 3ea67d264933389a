/** The kernels that judge many fragments, and what they share. */
import { I32, V128, block, i32, loop, select, v128, when } from '../assembler.ts'
import type { Func, ModuleBuilder } from '../assembler.ts'
import { PROGRAM } from '../memory.ts'
import { SetTest, laneBits } from './byte-set.ts'
import { addSheng } from './sheng.ts'
import { WALK, addWalk } from './walk.ts'

export function addFragmentKernels(module: ModuleBuilder): void {
  const firstLeaving = addFirstLeaving(module)
  addWalk(module, firstLeaving)
  addSheng(module, firstLeaving)
}

/** (at, end) -> the address of the first byte that leaves the start state, `end` when there is none. */
function addFirstLeaving(module: ModuleBuilder): Func<I32> {
  return module.func(
    'firstLeaving',
    [I32, I32],
    I32,
    ({ params: [at, end], local }) => {
      const set = new SetTest(PROGRAM + WALK.leaving, local)
      const lanes = local(V128)
      return [
        ...set.load,
        block((done) => [
          loop((again) => [
            done.brIf(i32.geU(at, end)),
            lanes.set(set.of(at, 0)),
            when(v128.anyTrue(lanes), [at.set(i32.add(at, i32.ctz(laneBits(lanes)))), done.br()]),
            at.set(i32.add(at, i32.const(16))),
            again.br(),
          ]),
        ]),
        select(end, at, i32.gtU(at, end)),
      ]
    },
    false,
  )
}
