import { expect, test } from 'vitest'
import type { PartTask } from '../contract/part.ts'
import { threadRunner } from './runner.ts'

/** Every part takes 20 ms. */
const SIMS = new URL(
  `data:text/javascript,${encodeURIComponent(`
    const wait = new Int32Array(new SharedArrayBuffer(4))
    export const findSim = () => ({ replicate: () => Atomics.wait(wait, 0, 0, 20) })`)}`,
)
const task = (replication: number): PartTask => ({
  sim: 'any',
  params: {},
  seed: 1,
  horizon: 'span',
  replication,
  part: 0,
  judged: {},
})

test('closing ends at once: what waits for a thread is not begun', async () => {
  const runner = threadRunner(SIMS, 2)
  const parts = Array.from({ length: 200 }, (_, replication) => runner.run(task(replication)))
  const settled = Promise.allSettled(parts)
  expect(await parts[0]).toBe('timed-out')
  await runner.close()
  const begun = (await settled).filter(({ status }) => status === 'fulfilled').length
  expect(begun).toBeGreaterThan(0)
  expect(begun).toBeLessThan(20)
})
