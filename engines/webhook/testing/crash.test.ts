import { expect, test } from 'vitest'
import { FAULT_POINTS } from '../io/fault.ts'
import { crashRounds, holds } from './crash.ts'
import { straceMissing } from './power-replay.ts'
import { startCuts } from './power-start.ts'
import { powerCuts } from './power.ts'
import { seeded } from './random.ts'

// Two folders at once: most of a round is waiting.
test('20 rounds of kill -9, at every state change and at random moments: nothing accepted is lost', async () => {
  const reports = await Promise.all([crashRounds(10, seeded(1)), crashRounds(10, seeded(2), 6)])
  for (const report of reports) {
    expect(report, JSON.stringify(report)).toMatchObject({ rounds: 10, lost: 0, keysForked: 0 })
    expect(report.accepted).toBeGreaterThan(100)
    expect(report.duplicates).toBeLessThanOrEqual(report.unrecorded)
    expect(holds(report)).toBe(true)
  }
  const points = new Set(reports.flatMap(({ deaths }) => Object.keys(deaths)))
  expect([...points]).toEqual(expect.arrayContaining(['random moment', 'checkpointed']))
  // Each has its turn; one may come late on a slow machine.
  expect(FAULT_POINTS.filter((point) => points.has(point)).length).toBeGreaterThanOrEqual(
    FAULT_POINTS.length - 2,
  )
})

const missing = straceMissing()
if (missing !== null && process.env['CI'] === 'true') throw new Error(missing)

test.skipIf(missing !== null)(
  '30 power cuts, checkpoints included: nothing promised is lost, nothing is corrupt',
  () => {
    const report = powerCuts(30, 'FULL', seeded(3), 250)
    expect(report.reasons).toEqual([])
    expect(report).toMatchObject({ cuts: 30, lossy: 0, corrupt: 0, promised: 250 })
    expect(report.checkpointWrites).toBeGreaterThan(10)
  },
)

test.skipIf(missing !== null)(
  '30 power cuts in a start after syncs had failed: what it copies is in the log on the disk',
  () => {
    const report = startCuts(30, seeded(6))
    expect(report.reasons).toEqual([])
    expect(report).toMatchObject({ cuts: 30, lossy: 0, corrupt: 0 })
    expect(report.checkpointWrites).toBeGreaterThan(10)
  },
)

test.skipIf(missing !== null)('the same test finds what synchronous=NORMAL and OFF lose', () => {
  const [normal, off] = [powerCuts(15, 'NORMAL', seeded(4), 120), powerCuts(15, 'OFF', seeded(5), 120)]
  expect(normal.lossy).toBeGreaterThan(0)
  expect(off.lossy + off.corrupt).toBeGreaterThan(0)
})
