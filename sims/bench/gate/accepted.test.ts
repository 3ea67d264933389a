/** What is let through by name, kind by kind; what hangs included. */
import { afterEach, expect, test, vi } from 'vitest'
import { playRound, SideFailed, type Played } from './duel.ts'
import { Silence } from './patience.ts'
import { acceptance, ENGINE, fixtureOfFile, outcomes, QUADRATIC, TASKS } from './testing/fixture.ts'
import { holdClock, letClockGo, passTime } from './testing/held-clock.ts'

/** Rounds are played unless a test says what they come to. */
vi.mock('./duel.ts', async (original) => {
  const duel = await original<typeof import('./duel.ts')>()
  return { ...duel, playRound: vi.fn<typeof duel.playRound>(duel.playRound) }
})

const fixture = fixtureOfFile()

afterEach(() => {
  letClockGo()
  vi.mocked(playRound).mockReset()
})

test('what is let through is let through kind by kind: accepted work is still to be timed', async () => {
  const { gateOf, accept } = fixture
  const accepted = await gateOf(QUADRATIC, { only: ['unique'], accept: accept('work') })
  expect(accepted.benchmarks[0]).toMatchObject({ outcome: 'accepted', accepted: { until: '2027-01-31' } })
  expect(accepted.benchmarks[0]!.why).toMatch(/^blocks grew .*; not timed$/)
  expect(outcomes(await gateOf(QUADRATIC, { only: ['unique'], accept: accept('time, memory') }))).toEqual({
    'tasks/unique': 'fail',
  })
  // Planted: its time was accepted by nobody, and no time is left to look at it.
  const now = performance.now.bind(performance)
  let ahead = 0
  vi.spyOn(performance, 'now').mockImplementation(() => now() + ahead)
  const untimed = await gateOf(QUADRATIC, {
    only: ['unique'],
    accept: accept('work'),
    countsOnly: false,
    budget: 60,
    onProgress: (text) => {
      // As long as the budget is, once the counts are there.
      if (text.startsWith('control')) ahead = 61_000
    },
  })
  expect([untimed.verdict, untimed.notMeasured.map(({ id }) => id)]).toEqual(['unmeasured', ['tasks/unique']])
}, 30_000)

test('planted: a wrong result is refused, unless it is let through by name', async () => {
  const { gateOf, accept } = fixture
  const wrong = ENGINE.replace('return seen.size', 'return seen.size + 1')
  const document = await gateOf(wrong, { only: ['unique'] })
  expect([document.verdict, outcomes(document)]).toEqual(['unmeasured', { 'tasks/unique': 'refused' }])
  expect(document.headline).toContain('its result is 401, at base 400')
  expect((await gateOf(wrong, { only: ['unique'], accept: accept('result') })).verdict).toBe('pass')
})

test('planted: a head that does not end fails as what it is, unless more work is let through: then it is waited for', async () => {
  const { repository, gateOf, accept } = fixture
  const never = ENGINE.replace('  const seen', '  while (items.length > 0);\n  const seen')
  // A Bench runs what it is given when it is loaded.
  const base = repository.commit({
    'tasks.mjs': TASKS.replace(/export const bench.*/, ''),
    'engine.mjs': ENGINE,
  })
  const of = async (kinds: string) => {
    holdClock()
    const gate = gateOf(never, { base, only: ['unique'], accept: accept(kinds), budget: 30 })
    // Of both sides' tasks, of the controls, and of base.
    const document = await passTime(gate, { hanging: 1, answered: 2 + 3 + 1 })
    letClockGo()
    if (document instanceof Error) throw document
    return [document.verdict, document.benchmarks[0]!.outcome, document.benchmarks[0]!.why]
  }
  const said = /^head had not ended after \d+(\.\d)? s, base took \d+\.\d s$/
  expect(await of('time, memory, result')).toEqual(['fail', 'fail', expect.stringMatching(said)])
  expect(await of('work')).toEqual(['pass', 'accepted', expect.stringMatching(said)])
  repository.write({ 'tasks.mjs': TASKS, 'engine.mjs': ENGINE })
}, 120_000)

/** A side of a round that nobody has played. */
const side = (seconds: number): Played => ({
  figures: [[seconds]],
  wall: seconds,
  p95: seconds,
  finish: { peak: 1e8, gc: 0, asleep: 0 },
})

test.each([
  ['time', '2027-01-31', ['pass', 'accepted', { expired: false }]],
  ['time', '2026-11-30', ['fail', 'fail', { expired: true }]],
  ['work, memory, result', '2027-01-31', ['fail', 'fail', null]],
])(
  'planted: a head that does not end when it is timed; the committed file lets %s through until %s',
  async (kinds, until, [verdict, outcome, accepted]) => {
    let round = 0
    vi.mocked(playRound).mockImplementation(async (sides) => {
      round++
      // Base, base again, and the copy that must be found slower.
      if (sides.length === 3) return [side(1), side(1), side(1.1 + round / 1000)]
      throw new SideFailed('head', new Silence('had not ended after 20 s, the other side took 0.1 s', true))
    })
    const { repository, gateOf } = fixture
    const entry = acceptance(kinds).replace('2027-01-31', until)
    repository.commit({ 'gate.yaml': `accept:\n  - ${entry}\n` })
    const document = await gateOf(`${ENGINE}// another\n`, { only: ['unique'], countsOnly: false })
    repository.commit({ 'gate.yaml': null })
    expect(document.controls.map(({ ok }) => ok)).toEqual([true, true, true, true])
    expect(document.verdict, document.headline).toBe(verdict)
    expect(document.benchmarks).toMatchObject([
      { outcome, accepted, why: 'head had not ended after 20 s, base took 0.1 s' },
    ])
  },
)
