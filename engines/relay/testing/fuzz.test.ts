import { expect, test } from 'vitest'
import { REASONS } from '../forwarder/verdict.ts'
import { fuzz } from './fuzz.ts'

test("1,000,000 mutated packets in 12 worlds: no crash, no wrong byte, no verdict unlike the model's", () => {
  const reached = new Map<string, number>()
  const done: Record<string, number> = {}
  let packets = 0
  for (let seed = 1; seed <= 12; seed++) {
    const result = fuzz(1_000_000 / 12, seed)
    packets += result.packets
    for (const [name, n] of result.verdicts) reached.set(name, (reached.get(name) ?? 0) + n)
    for (const [name, n] of Object.entries(result.counters.done)) done[name] = (done[name] ?? 0) + n
    const { flowsCreated, flowsExpired, flowsEvicted } = result.counters.done
    expect(flowsCreated - flowsExpired - flowsEvicted).toBe(result.flowCount)
  }
  expect(packets).toBeGreaterThanOrEqual(1_000_000)

  // The fuzz is worth something only if it gets everywhere.
  expect(REASONS.slice(1).filter((reason) => !reached.has(reason))).toEqual([])
  const often = [
    'pod',
    'client',
    'duplicateTransaction',
    'unproven',
    'tableFull',
    'killed',
    'routeLoop',
    'badLink',
  ]
  expect(often.filter((name) => reached.get(name)! < 50)).toEqual([])
  expect(Object.entries(done).filter(([, count]) => count < 100)).toEqual([])
}, 300_000)
