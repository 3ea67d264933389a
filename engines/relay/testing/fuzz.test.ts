import { expect, test } from 'vitest'
import { REASONS } from '../forwarder/verdict.ts'
import { fuzz } from './fuzz.ts'

test("1,000,000 mutated packets: no crash, no wrong forward, no verdict unlike the model's", () => {
  const { packets, verdicts, counters, flowCount } = fuzz(1_000_000, 20_260_504)
  const { done, dropped } = counters
  expect(packets).toBe(1_000_000)

  // The fuzz is worth something only if it gets everywhere.
  const unreached = REASONS.filter((reason) => !verdicts.has(reason))
  expect(unreached).toEqual(['none', 'badIntegrity', 'tableFull'])
  expect(verdicts.get('pod')).toBeGreaterThan(50_000)
  expect(verdicts.get('client')).toBeGreaterThan(20_000)
  expect(done.flowsSwitched).toBeGreaterThan(100)

  const drops = Object.values(dropped).reduce((sum, n) => sum + n, 0)
  expect(done.packetsToPod + done.packetsToClient + drops).toBe(packets)
  expect(done.flowsCreated - done.flowsExpired).toBe(flowCount)
}, 300_000)
