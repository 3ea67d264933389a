/**
 * Is-match over many fragments by a complete automaton: which of them end in an accepting state?
 *
 * Walking a table is bound by latency: each look-up waits for the state that the one before gave, some five cycles. So
 * four fragments walk in lock-step, and their look-ups overlap. The lanes run for as many bytes as all four still have,
 * at most `CHECK`; then those that are at their end, or in a state that will not change, hand in their verdict and take
 * the next fragment.
 *
 * States are row offsets in bytes, so a look-up is one addition and one load. They are numbered so that accepting ones
 * come last, the absorbing one very last and the dead one first: three comparisons judge a state.
 *
 * Most fragments of most texts have nothing that a match begins with. Where the bytes that leave the start state are
 * rare, each fragment is looked through for one, 16 bytes at a time, before its walk.
 *
 * Worth (`npm run regex:paths`, lock-step): 5 to 6 times `test` of each fragment.
 */
import { I32, block, i32, loop, when } from '../assembler.ts'
import type { Expr, Func, ModuleBuilder, Statement, Variable } from '../assembler.ts'
import { PROGRAM, TABLE } from '../memory.ts'

/** Words of the program; for the walker here, 256 16-bit numbers follow: 4 times the class of each byte. */
export const WALK = {
  start: 0,
  /** Rows from here on accept. */
  accept: 4,
  /** The row that accepts whatever follows, or -1; the one that never will, or -1. */
  absorbing: 8,
  dead: 12,
  /** 1: begin each fragment behind the bytes that leave the start state as it is; the set of the others follows. */
  skip: 20,
  leaving: 32,
  classes: 64,
} as const

/**
 * `pairs`: address of `count` (start, end) pairs of addresses; writes 1 or 0 for each to the bytes at `flags`.
 * The program and its table must be loaded.
 */
export type WalkKernel = (pairs: number, count: number, flags: number) => void

const LANES = 4
/** Bytes after which lanes are judged even if none is at its end: a match is often early. */
const CHECK = 64

/** Rows of 32-bit offsets, one for each class of bytes. */
const step = (state: Expr<I32>, byte: Expr<I32>): Expr<I32> =>
  i32.load(i32.add(state, i32.load16u(i32.shl(byte, i32.const(1)), PROGRAM + WALK.classes)), TABLE)

const word = (offset: number): Expr<I32> => i32.load(i32.const(PROGRAM + offset))

interface Lane {
  readonly at: Variable<I32>
  readonly end: Variable<I32>
  readonly state: Variable<I32>
  /** Number of its fragment. */
  readonly index: Variable<I32>
}

export function addWalk(module: ModuleBuilder, firstLeaving: Func<I32>): void {
  const finish = addSingle(module)
  module.func('walk', [I32, I32, I32], 0x40, ({ params: [pairs, count, flags], local }) => {
    const lanes: Lane[] = Array.from({ length: LANES }, () => ({
      at: local(I32),
      end: local(I32),
      state: local(I32),
      index: local(I32),
    }))
    const skip = local(I32)
    const [next, run, start, accept, absorbing, dead] = [
      local(I32),
      local(I32),
      local(I32),
      local(I32),
      local(I32),
      local(I32),
    ]
    const take = ({ at, end, state, index }: Lane): Statement[] => [
      index.set(next),
      at.set(i32.load(i32.add(pairs, i32.shl(next, i32.const(3))))),
      end.set(i32.load(i32.add(pairs, i32.shl(next, i32.const(3))), 4)),
      state.set(start),
      next.set(i32.add(next, i32.const(1))),
      when(skip, [at.set(firstLeaving.call(at, end))]),
    ]
    const advance = (bytes: number): Statement[] => [
      ...Array.from({ length: bytes }, (_, k) =>
        lanes.map(({ at, state }) => state.set(step(state, i32.load8u(at, k)))),
      ).flat(),
      ...lanes.map(({ at }) => at.set(i32.add(at, i32.const(bytes)))),
      run.set(i32.sub(run, i32.const(bytes))),
    ]
    const judge = ({ state, index }: Lane): Statement =>
      i32.store8(i32.add(flags, index), i32.geU(state, accept))
    const settled = ({ at, end, state }: Lane): Expr<I32> =>
      i32.or(i32.eq(at, end), i32.or(i32.eq(state, absorbing), i32.eq(state, dead)))
    const shorten = ({ at, end }: Lane): Statement =>
      when(i32.ltU(i32.sub(end, at), run), [run.set(i32.sub(end, at))])

    return [
      start.set(word(WALK.start)),
      accept.set(word(WALK.accept)),
      absorbing.set(word(WALK.absorbing)),
      dead.set(word(WALK.dead)),
      skip.set(word(WALK.skip)),
      when(i32.geU(count, i32.const(LANES)), [
        ...lanes.flatMap(take),
        block((exhausted) => [
          loop((again) => [
            run.set(i32.const(CHECK)),
            ...lanes.map(shorten),
            block((done) => [
              loop((four) => [done.brIf(i32.ltU(run, i32.const(4))), ...advance(4), four.br()]),
            ]),
            block((done) => [loop((one) => [done.brIf(i32.eqz(run)), ...advance(1), one.br()])]),
            ...lanes.map((lane) =>
              when(settled(lane), [
                judge(lane),
                // A lane that has nothing to take is behind its end; the others are finished below.
                when(i32.geU(next, count), [lane.index.set(i32.const(-1)), exhausted.br()]),
                ...take(lane),
              ]),
            ),
            again.br(),
          ]),
        ]),
        ...lanes.map((lane) =>
          when(i32.ne(lane.index, i32.const(-1)), [
            lane.state.set(finish.call(lane.at, lane.end, lane.state)),
            judge(lane),
          ]),
        ),
      ]),
      block((done) => [
        loop((again) => [
          done.brIf(i32.geU(next, count)),
          ...take(lanes[0]!),
          lanes[0]!.state.set(finish.call(lanes[0]!.at, lanes[0]!.end, lanes[0]!.state)),
          judge(lanes[0]!),
          again.br(),
        ]),
      ]),
    ]
  })
}

/** One fragment alone, from a state on: the state at its end. */
function addSingle(module: ModuleBuilder): Func<I32> {
  return module.func(
    'walk1',
    [I32, I32, I32],
    I32,
    ({ params: [at, end, state] }) => [
      block((done) => [
        loop((again) => [
          done.brIf(i32.geU(at, end)),
          state.set(step(state, i32.load8u(at))),
          at.set(i32.add(at, i32.const(1))),
          again.br(),
        ]),
      ]),
      state,
    ],
    false,
  )
}
