/** Rows for testing the measuring itself: work whose cost is known, and contestants that misbehave on purpose. */
import type { Burst, Contestant, Parts, Row, Rows } from '../bench.ts'

interface Chain extends Burst {
  readonly run: () => number
}

/** A chain of multiplications that no compiler can shorten; `steps` of them, counted as `claimed` units of work. */
function chain(steps: number, claimed = steps): Chain {
  const run = (): number => {
    let x = 1
    for (let i = 0; i < steps; i++) x = (Math.imul(x, 1664525) + 1013904223) | 0
    return x
  }
  return { run, work: claimed, expected: run() }
}

const STEPS = 400_000

function contestant(id: string, prepare: () => Burst | Parts | Promise<Burst | Parts>): Contestant {
  return { id, version: '1', missing: () => null, prepare }
}

function wrong(): Burst {
  return { ...chain(STEPS), expected: 0.5 }
}

/** Right while it warms up; wrong by the time the next contestant has done so too and the rounds begin. */
function wrongLater(): Burst {
  const { run, work, expected } = chain(STEPS)
  const until = performance.now() + 600
  return { run: () => (performance.now() < until ? run() : run() + 1), work, expected }
}

const absent: Contestant = {
  id: 'absent',
  version: '0',
  missing: () => ({ why: 'it does not exist', install: 'wait for it' }),
  prepare: () => chain(STEPS),
}

function row(
  id: string,
  ours: () => Burst | Parts | Promise<Burst | Parts>,
  peers: readonly Contestant[],
): Row {
  return {
    id,
    unit: 'steps/s',
    better: 'higher',
    summary: 'synthetic',
    ours: contestant('flowbench', ours),
    peers,
  }
}

const plain = (): Burst => chain(STEPS)

/** Four parts, each of `share` times its work; those named are spoilt. */
function parts(share: number, spoilt: Readonly<Record<string, () => Burst>> = {}): Parts {
  const one = (id: string, steps: number) => ({
    id,
    prepare: spoilt[id] ?? (() => chain(share * steps, steps)),
  })
  return { parts: [one('tiny', 100), one('small', 4_000), one('large', 100_000), one('huge', 2_000_000)] }
}

/** Sleeps in its own time, and says how long that was. */
function selfTimed(): Burst {
  return {
    run: () => 1,
    work: 1,
    expected: 1,
    timed: (repeats) => Promise.resolve({ check: 1, seconds: repeats * 0.5 }),
  }
}

export const rows: Rows = [
  row('synthetic/compare', plain, [
    contestant('same', plain),
    contestant('more-work', () => chain(1.3 * STEPS, STEPS)),
    contestant('async', () => {
      const { run, work, expected } = chain(STEPS)
      return { run: () => Promise.resolve(run()), work, expected }
    }),
  ]),
  row('synthetic/refused', plain, [
    contestant('wrong', wrong),
    contestant('wrong-later', wrongLater),
    contestant('throws', () => Promise.reject(new Error('no such luck'))),
    contestant('exits', () => process.exit(7)),
    absent,
    contestant('same', plain),
  ]),
  row('synthetic/ours-wrong', wrong, []),
  row('synthetic/silent', plain, [contestant('silent', () => new Promise<Burst>(() => {}))]),
  row('synthetic/parts', () => parts(1), [
    contestant('double', () => parts(2)),
    contestant('partly', () =>
      parts(2, {
        tiny: () => {
          throw new Error('not that')
        },
        large: wrong,
      }),
    ),
    contestant('none', () => parts(1, { tiny: wrong, small: wrong, large: wrong, huge: wrong })),
    contestant('self-timed', () =>
      parts(1, { tiny: selfTimed, small: selfTimed, large: selfTimed, huge: selfTimed }),
    ),
  ]),
  row('synthetic/wrong-part', () => parts(1, { small: wrong }), []),
]
