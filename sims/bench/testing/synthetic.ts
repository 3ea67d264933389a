/** Rows for testing the measuring itself: work whose cost is known, and contestants that misbehave on purpose. */
import type { Burst, Contestant, Parts, Row, Rows } from '../harness/row.ts'

interface Chain extends Burst {
  readonly run: () => number
}

/**
 * Multiplications that no compiler can shorten. In a function of its own that is called often: one long loop that is
 * called seldom reaches V8's best compiler at its own time, in one contestant before its twin, at five times the speed.
 */
function multiply(x: number, steps: number): number {
  for (let i = 0; i < steps; i++) x = (Math.imul(x, 1664525) + 1013904223) | 0
  return x
}

/** `steps` multiplications, counted as `claimed` units of work. */
function chain(steps: number, claimed = steps): Chain {
  const run = (): number => {
    let x = 1
    for (let done = 0; done < steps; done += 400) x = multiply(x, 400)
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

/** Says how long it took, so that figures are exact. */
function selfTimed(seconds: number, expected = 1): Burst {
  return {
    run: () => 1,
    work: 1,
    expected,
    timed: (repeats) => Promise.resolve({ check: 1, seconds: repeats * seconds }),
  }
}

/** Parts of 1, 2, 4 and 30 ms, or what is given instead. */
function parts(instead: Readonly<Record<string, () => Burst>> = {}): Parts {
  const one = (id: string, seconds: number) => ({ id, prepare: instead[id] ?? (() => selfTimed(seconds)) })
  return { parts: [one('a', 0.001), one('b', 0.002), one('c', 0.004), one('d', 0.03)] }
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
  row('synthetic/parts', parts, [
    contestant('same', parts),
    contestant('partly', () =>
      parts({
        a: () => {
          throw new Error('not that')
        },
        b: () => selfTimed(0.004),
        c: () => selfTimed(0.004, 2),
        d: () => selfTimed(0.24),
      }),
    ),
    contestant('slow-once', () => parts({ b: () => selfTimed(1.5) })),
    contestant('none', () =>
      parts(Object.fromEntries(['a', 'b', 'c', 'd'].map((id) => [id, () => selfTimed(1, 2)]))),
    ),
    contestant('wrong-later', () => parts({ a: wrongLater })),
    contestant('timed-here', () => parts({ a: () => chain(STEPS) })),
  ]),
  row('synthetic/self-timed', () => selfTimed(0.001), [
    contestant('half-as-fast', () => selfTimed(0.002)),
    contestant('false', () => selfTimed(0.001, 2)),
  ]),
  row('synthetic/wrong-part', () => parts({ b: () => selfTimed(1, 2) }), []),
]
