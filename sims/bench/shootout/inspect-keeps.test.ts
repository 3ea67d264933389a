import { expect, test, vi } from 'vitest'
import type { Attack } from './attack/attack.ts'
import { DEFAULTS, inspect } from './inspect.ts'
import { EngineFailed } from './process/engine-process.ts'
import { builtIn } from './testing/specs.ts'

/** Rows as an engine would have them that is lost as soon as the second attack is followed beyond its trial. */
vi.mock('./growth/grow.ts', () => {
  const grow = (_: unknown, attack: Attack, { seconds }: { seconds: number }) => {
    const isTrial = seconds < 0.01
    if (!isTrial && attack.pump === 'b') throw new EngineFailed('crashed', 'it is gone')
    const points = [100, 200, 400].map((pumps) => ({ length: pumps, pumps, seconds: pumps ** 2 * 1e-7 }))
    const degree = isTrial && attack.pump === 'b' ? 2.6 : 2
    return Promise.resolve({
      attack,
      points,
      fit: {
        growth: 'polynomial',
        degree: attack.pump === 'a' && isTrial ? 3 : degree,
        exponent: { value: 2, low: 1.9, high: 2.1 },
        base: null,
        why: null,
      },
      failure: null,
    })
  }
  return { grow, reach: (_: unknown, grown: unknown) => Promise.resolve(grown) }
})

test('what one attack has shown stays shown when the engine is lost to the next', async () => {
  const search = ['a', 'b'].map((pump) => ({ prefix: '', pump, suffix: '!', from: 'plain' as const }))
  const options = { ...DEFAULTS, flags: '', findAll: false }
  const report = await inspect(
    builtIn('v8'),
    'a',
    { search, findAll: [], complete: true, differs: null },
    options,
  )
  expect(report).toMatchObject({ verdict: 'polynomial', degree: 2, attack: { pump: 'a' } })
})
