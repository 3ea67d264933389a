import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TooManyTimers, Wheel } from './wheel.ts'

const DAY = 86_400_000
const TURN = 2 ** 32

/** The obvious one: a list, searched. Written from what the wheel promises: by ms, then by arming. */
class Model {
  private timers: { readonly tick: number; readonly order: number; readonly word: number }[] = []
  private order = 0
  now: number

  constructor(now: number) {
    this.now = now
  }

  arm(due: number, word: number): void {
    const tick = Math.min(Math.max(Math.ceil(due), this.now), this.now + TURN - 1)
    this.timers.push({ tick, order: this.order++, word })
  }

  cancel(word: number): void {
    this.timers = this.timers.filter((timer) => timer.word !== word)
  }

  advance(now: number): number[] {
    const due = this.timers.filter(({ tick }) => tick <= now)
    this.timers = this.timers.filter(({ tick }) => tick > now)
    this.now = Math.max(this.now, Math.floor(now))
    return due.sort((a, b) => a.tick - b.tick || a.order - b.order).map(({ word }) => word)
  }
}

function fired(wheel: Wheel, now: number): number[] {
  const words: number[] = []
  wheel.advance(now, (word) => words.push(word))
  return words
}

describe('the wheel and a list do the same', () => {
  const far = fc.oneof(
    fc.integer({ min: -10, max: 5000 }),
    fc.integer({ min: 4090, max: 4100 }),
    fc.integer({ min: 2 ** 24 - 5, max: 2 ** 24 + 5 }),
    fc.integer({ min: 0, max: 60 * DAY }),
    fc.constantFrom(TURN - 1, TURN, TURN + 1, 2 ** 31, 2 ** 31 - 1, 300 * DAY),
    fc.double({ min: 0, max: 10, noNaN: true }),
  )
  const command = fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('arm' as const), by: far }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), by: fc.nat(50) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('advance' as const), by: far }) },
  )
  test.each([0, 4095, TURN - 3, 1_790_000_000_123])('from %d on', (start) => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 80 }), (commands) => {
        const wheel = new Wheel(start, 4)
        const model = new Model(start)
        const ids = new Map<number, number>()
        const [seen, wanted]: [unknown[], unknown[]] = [[], []]
        let word = 0
        for (const { do: what, by } of [...commands, { do: 'advance' as const, by: 400 * DAY }]) {
          if (what === 'arm') {
            ids.set(word, wheel.arm(model.now + by, word))
            model.arm(model.now + by, word++)
          } else if (what === 'cancel') {
            const chosen = [...ids.keys()][by]
            if (chosen === undefined) continue
            wheel.cancel(ids.get(chosen)!)
            model.cancel(chosen)
            ids.delete(chosen)
          } else {
            const now = model.now + by
            const earliest = wheel.earliest()
            const words = fired(wheel, now)
            for (const one of words) ids.delete(one)
            const isToldOf = words.length === 0 || earliest <= now
            seen.push([words, wheel.now, isToldOf])
            wanted.push([model.advance(now), model.now, true])
          }
        }
        expect(seen).toEqual(wanted)
        expect(wheel.size).toBe(0)
      }),
      { numRuns: 300 },
    )
  })
})

test('within a millisecond timers fire as they were armed, whichever level each came down from', () => {
  const wheel = new Wheel(0)
  const due = 5000
  wheel.arm(due, 0)
  fired(wheel, 4000)
  wheel.arm(due, 1)
  fired(wheel, 4100)
  wheel.arm(due, 2)
  expect(fired(wheel, due)).toEqual([0, 1, 2])
})

test('2^31 ms and 30 days: not a millisecond early, not one late', () => {
  for (const due of [2 ** 31 - 1, 2 ** 31, 30 * DAY]) {
    const wheel = new Wheel(0)
    wheel.arm(due, 7)
    expect(fired(wheel, due - 1)).toEqual([])
    expect(fired(wheel, due)).toEqual([7])
  }
})

test('a timer armed while others fire, for now, fires in the same go; one cancelled there does not', () => {
  const wheel = new Wheel(0)
  const words: number[] = []
  wheel.arm(10, 1)
  const doomed = wheel.arm(10, 2)
  wheel.advance(10, (word) => {
    words.push(word)
    if (word === 1) {
      wheel.cancel(doomed)
      wheel.arm(0, 3)
    }
  })
  expect(words).toEqual([1, 3])
})

test('a clock that steps back fires nothing and breaks nothing; one that jumps years fires all, in order', () => {
  const wheel = new Wheel(1000)
  wheel.arm(2000, 1)
  wheel.arm(1500, 2)
  expect(fired(wheel, 500)).toEqual([])
  expect(fired(wheel, 1000 + 1000 * 365 * DAY)).toEqual([2, 1])
})

test('room is bounded and comes back', () => {
  const wheel = new Wheel(0, 2, 4)
  const ids = [1, 2, 3, 4].map((word) => wheel.arm(100, word))
  expect(() => wheel.arm(100, 5)).toThrow(TooManyTimers)
  wheel.cancel(ids[1]!)
  wheel.arm(100, 5)
  expect(fired(wheel, 100)).toEqual([1, 3, 4, 5])
})

test('links are counted: one for arming, one for each level that a timer comes down', () => {
  const wheel = new Wheel(0)
  wheel.arm(10, 1)
  expect(wheel.links).toBe(1)
  // An hour off: level 1. Five hours: level 2, then level 1, then level 0.
  wheel.arm(3_600_000, 2)
  wheel.arm(5 * 3_600_000, 3)
  expect(wheel.links).toBe(3)
  wheel.advance(6 * 3_600_000, () => {})
  expect([wheel.size, wheel.links]).toEqual([0, 6])
})
