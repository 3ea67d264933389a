/** A gate whose budget is over: what that says, and of whom. */
import { afterEach, expect, test } from 'vitest'
import type { GateDocument } from './document.ts'
import { ENGINE, fixtureOfFile, outcomes, TASKS } from './testing/fixture.ts'
import { holdClock, letClockGo, passTime } from './testing/held-clock.ts'

const fixture = fixtureOfFile()

afterEach(() => {
  letClockGo()
  fixture.repository.write({ 'tasks.mjs': TASKS })
})

/** Those that never end are waited for, once so many others have answered. */
async function waitedFor(
  gate: Promise<GateDocument>,
  when: { hanging: number; answered: number },
): Promise<GateDocument> {
  const document = await passTime(gate, when)
  if (document instanceof Error) throw document
  return document
}

/** Both sides' tasks, listed. */
const LISTED = 2
/** Those, and base counted three times. */
const CONTROLLED = LISTED + 3

test('a budget that is over names what was not measured, and nothing passes', async () => {
  const document = await fixture.gateOf(ENGINE, { budget: 0.001, countsOnly: false })
  expect(document.verdict).toBe('unmeasured')
  expect(new Set(document.notMeasured.map(({ id }) => id))).toEqual(
    new Set(['tasks/unique', 'tasks/tidy', 'tasks/in a bench']),
  )
})

test('a benchmark whose count the budget cuts off is not measured, and says nothing of the others', async () => {
  holdClock()
  fixture.repository.write({
    'tasks.mjs': TASKS.replace('tidy: () => items.length', 'never: () => { for (;;); }'),
  })
  const gate = fixture.gateOf(ENGINE, { only: ['unique', 'never'], budget: 16 })
  // What ends has been counted on both sides.
  const document = await waitedFor(gate, { hanging: 2, answered: CONTROLLED + 2 })
  expect(outcomes(document)).toEqual({ 'tasks/unique': 'pass' })
  expect(document.notMeasured).toEqual([
    { id: 'tasks/never', why: expect.stringMatching(/^time was up: \w+: no answer within/) },
  ])
  expect(document.verdict).not.toBe('fail')
  expect(document.headline).toContain('1 not compared, tasks/never first: time was up')
}, 120_000)

test('controls that the budget cuts off have not failed: nothing was measured', async () => {
  holdClock()
  fixture.repository.write({
    'tasks.mjs': TASKS.replace('{ unique:', '{ never: () => { for (;;); }, unique:'),
  })
  const base = fixture.repository.commit({})
  const gate = fixture.gateOf(`${ENGINE}// another\n`, { base, only: ['never'], budget: 3 })
  const document = await waitedFor(gate, { hanging: 2, answered: LISTED })
  expect(document.controls).toEqual([])
  expect(document.notMeasured).toEqual([
    { id: 'tasks/never', why: expect.stringMatching(/for the controls by tasks\/never$/) },
  ])
  expect(document.verdict).toBe('unmeasured')
}, 120_000)
