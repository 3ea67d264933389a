import { expect, test } from 'vitest'
import type { EngineProcess } from '../process/engine-process.ts'
import type { Piece } from '../protocol.ts'
import { grow } from './grow.ts'

/** An engine that takes a nanosecond for the square of every pump, and what lengths it was asked. */
function quadratic() {
  const asked: number[] = []
  let pumps = 0
  const engine = {
    text: (pieces: readonly Piece[]) => {
      pumps = pieces[1]!.times
      asked.push(pumps)
      return Promise.resolve(pumps)
    },
    run: () => Promise.resolve({ check: 0, seconds: 1e-6 + 1e-9 * pumps ** 2 }),
  }
  return { asked, ready: () => Promise.resolve(engine as unknown as EngineProcess) }
}

test('a row goes on from where a shorter one ended: no length is measured twice, and it ends the same', async () => {
  const attack = { prefix: '', pump: 'a', suffix: '!', from: 'plain' }
  const { asked, ready } = quadratic()
  const trial = await grow(ready, attack, { ask: 'test', seconds: 5e-3, bytes: 100_000 })
  const inTrial = asked.splice(0)
  expect(inTrial.length).toBeGreaterThan(5)
  const long = { ask: 'test', seconds: 1, bytes: 10_000_000 } as const
  const grown = await grow(ready, attack, long, trial.points)
  expect(asked.length).toBeGreaterThan(2)
  expect(asked.filter((pumps) => inTrial.includes(pumps))).toEqual([])
  expect(grown.points.map(({ pumps }) => pumps)).toEqual([...inTrial, ...asked].toSorted((a, b) => a - b))
  const anew = await grow(ready, attack, long)
  expect([grown.fit.growth, grown.fit.degree]).toEqual(['polynomial', 2])
  expect(grown.points.at(-1)!.pumps / anew.points.at(-1)!.pumps).toBeCloseTo(1, 1)
})
