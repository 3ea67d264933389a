import { describe, expect, test } from 'vitest'
import { openStream } from '../../sims/lab/kernel/random/stream.ts'
import { normal } from '../../sims/lab/kernel/random/normal.ts'
import type { ShootoutDocument } from '../../sims/bench/shootout/suite/run.ts'
import { compareShootouts, renderComparison } from './compare.ts'
import { readShootout } from './read.ts'

const ENGINES = ['a', 'b', 'c']
/** Seconds of each engine: b takes twice as long as a, c three times. */
const SECONDS = [1, 2, 3]
const nothing = { why: null, difference: null, compileSeconds: null, peakBytes: 0 }

/** A run of ten definitions whose rounds scatter by 3 %. */
function run(seed: number, factors: readonly number[] = [1, 1, 1], machine = 1): ShootoutDocument {
  const stream = openStream(seed, 0, 'noise')
  return {
    schema: 'flowbench.shootout/1',
    suite: 'curated',
    machine: { cpu: 'x', cores: 2, node: '26' },
    engines: ENGINES.map((id) => ({
      id,
      version: '1',
      semantics: 'leftmost-first',
      units: 'bytes',
      promise: null,
      called: '',
      refuses: '',
    })),
    missing: [],
    absent: [],
    groups: [],
    definitions: Array.from({ length: 10 }, (_, d) => ({
      id: `d${d}`,
      group: 'g',
      ask: 'count' as const,
      bytes: 100,
      calls: 1,
      engines: ENGINES.map((engine, e) => ({
        ...nothing,
        engine,
        outcome: 'right' as const,
        samples: Array.from(
          { length: 7 },
          () => machine * (d + 1) * SECONDS[e]! * factors[e]! * Math.exp(0.03 * normal(stream)),
        ),
      })),
    })),
    growth: [],
    patternSize: [],
    cases: [],
  }
}

describe('two runs of a suite', () => {
  test('equal ones: no difference is claimed in 95 of 100, whatever the machine; the order is the same', () => {
    let claimed = 0
    let swaps = 0
    for (let seed = 0; seed < 200; seed++) {
      const { engines, swaps: found } = compareShootouts(run(2 * seed), run(2 * seed + 1, [1, 1, 1], 3))
      claimed += engines.filter(({ outcome }) => outcome !== 'no difference').length
      swaps += found.length
    }
    // 600 chances of 5 %: 30, with a standard deviation of 5.
    expect(claimed).toBeLessThan(50)
    expect(claimed).toBeGreaterThan(10)
    expect(swaps).toBe(0)
  })

  test('an engine that became a fifth slower is named, the others by what that leaves them', () => {
    const { engines } = compareShootouts(run(1), run(2, [1, 1.2, 1]))
    const [a, b] = engines
    // The yardstick is the mean of all three, so it moved by the third root.
    expect(b).toMatchObject({ engine: 'b', outcome: 'slower' })
    expect(b!.change).toBeCloseTo(1.2 ** (2 / 3), 1)
    expect(a!.change).toBeCloseTo(1.2 ** (-1 / 3), 1)
    expect(b!.low).toBeGreaterThan(1)
  })

  test('places that change are told, ties as ties', () => {
    const real = compareShootouts(run(1), run(2, [1, 0.4, 1]))
    expect(real.swaps).toEqual([{ pair: ['a', 'b'], tie: false }])
    expect(renderComparison(real)).toContain('1 pair stands the other way round')
    const tie = compareShootouts(run(1, [1, 0.5, 1]), run(2, [1, 0.499, 1]))
    expect(tie.swaps.every((one) => one.tie)).toBe(true)
  })

  test('answers, growth and versions that changed; what only one has', () => {
    const a = run(1)
    const b = structuredClone(run(2)) as { -readonly [K in keyof ShootoutDocument]: ShootoutDocument[K] }
    b.engines = b.engines.slice(0, 2).map((one) => ({ ...one, version: one.id === 'a' ? '2' : '1' }))
    b.definitions = b.definitions.map((one, at) =>
      at > 0
        ? one
        : {
            ...one,
            engines: one.engines.map((cell) => ({ ...cell, outcome: 'wrong' as const, samples: [] })),
          },
    )
    const row = (verdict: string) =>
      [
        { pattern: 'p', line: 1, name: 'p', engines: [{ engine: 'a', verdict, degree: 2, findAll: null }] },
      ] as never
    const found = compareShootouts({ ...a, growth: row('linear') }, { ...b, growth: row('polynomial') })
    expect(found.versions).toEqual([{ what: 'version', engine: 'a', a: '1', b: '2' }])
    expect(found.only).toEqual({ a: ['c'], b: [] })
    expect(found.outcomes.map(({ engine }) => engine)).toEqual(['a', 'b', 'c'])
    expect(found.growth).toEqual([{ what: 'p', engine: 'a', a: 'linear', b: 'polynomial of degree 2' }])
    expect(found.definitions).toBe(9)
    expect(renderComparison(found)).toMatch(/d0: a: right -> wrong/)
  })
})

describe('reading a document', () => {
  test('what was written is read back', () => {
    const document = run(1)
    expect(readShootout(JSON.parse(JSON.stringify(document)), 'x')).toEqual(document)
  })

  test.each([
    [null, /x: no document of a shoot-out/],
    [{ ...run(1), definitions: [{ id: 3 }] }, /x: definitions\.0\.id/],
    [{ ...run(1), engines: 'all' }, /x: engines/],
  ])('a broken one is refused by the place', (document, message) => {
    expect(() => readShootout(document, 'x')).toThrow(message)
  })
})
