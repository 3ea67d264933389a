/**
 * The proof of the pudding, in small: three cells of `npm run coverage` by Lindley's recursion. The interval of a run that
 * the trust check calls sound holds the truth, a run that is long enough is called sound, and one that is too short is not.
 * Seeds are fixed; bounds are three standard deviations of the share from 95 %.
 */
import { expect, test } from 'vitest'
import { experiment, QUEUES, type FigureName, type Stopping } from './testing/coverage/cell.ts'

const queue = (name: string) => QUEUES.find((one) => one.name === name)!

function tally(name: string, length: number, stopping: Stopping, figure: FigureName, runs: number) {
  let sound = 0
  let held = 0
  for (let seed = 0; seed < runs; seed++) {
    const outcome = experiment(queue(name), length, stopping, seed)[figure]
    if (outcome.level !== 'sound') continue
    sound++
    if (outcome.holds) held++
  }
  return { sound, share: sound === 0 ? null : held / sound }
}

test.each([
  ['M/M/1 at 0.5', 1000, 'fixed', 'mean', 500],
  ['M/M/1 at 0.5', 1000, 'sequential', 'mean', 150],
  ['M/M/1 at 0.5', 10_000, 'fixed', 'p99', 100],
] as const)('%s, %d relaxation times, %s: the %s', (name, length, stopping, figure, runs) => {
  const { sound, share } = tally(name, length, stopping, figure, runs)
  expect(sound).toBeGreaterThanOrEqual(0.975 * runs)
  const three = 3 * Math.sqrt((0.95 * 0.05) / runs)
  expect(share!).toBeGreaterThan(0.95 - three)
  expect(share!).toBeLessThanOrEqual(Math.min(1, 0.95 + three))
})

test('a length that is too short for the figure is never sound (invariant 6a)', () => {
  expect(tally('M/M/1 at 0.9', 50, 'fixed', 'mean', 20).sound).toBe(0)
  expect(tally('M/M/1 at 0.5', 1000, 'fixed', 'p99', 20).sound).toBe(0)
})
