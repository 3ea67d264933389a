import { expect, it } from 'vitest'
import { runKills } from './testing/kill.ts'

it(
  'kill -9 loses nothing that was acknowledged and leaves nothing half there',
  { timeout: 120_000 },
  async () => {
    const { acknowledged } = await runKills(6, 1)
    expect(acknowledged).toBeGreaterThan(50)
  },
)
