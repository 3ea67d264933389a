import { expect, test } from 'vitest'
import { findSim } from './by-name.ts'
import { sims } from './index.ts'

test('every sim is found by its name alone, and is the one that the list has', async () => {
  expect(sims.size).toBeGreaterThan(10)
  for (const [name, sim] of sims) expect(await findSim(name)).toBe(sim)
})
