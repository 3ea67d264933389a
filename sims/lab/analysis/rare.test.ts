import { describe, expect, test } from 'vitest'
import { openStream } from '../kernel/random/stream.ts'
import { meanFigure, type Figure } from './figure.ts'
import { fatesOf, openFigure, rareFigure, windowsIn } from './rare.ts'

describe('an event that was never seen', () => {
  test('the rule of three, two-sided: 3.69 over the number of chances', () => {
    const { low, high } = rareFigure([0, 0, 0], 100).interval()!
    expect(low).toBe(0)
    expect(high).toBeCloseTo(0.0369, 4)
    // Three replications alone rule out very little.
    expect(rareFigure([0, 0, 0], 3).interval()!.high).toBeGreaterThan(1)
  })
  test('the interval holds the truth when windows are independent', () => {
    // 30 windows, each with the event at 8 %: none sees it in 8 % of runs, and then the bound must be above 8 %.
    expect(0.92 ** 30).toBeGreaterThan(0.025)
    expect(rareFigure([0], 30).interval()!.high).toBeGreaterThan(0.08)
  })
  test('confidence that a share is below a limit', () => {
    const figure = rareFigure([0, 0], 100)
    expect(figure.confidenceBelow(0.03)).toBeCloseTo(1 - Math.exp(-3), 12)
    expect(figure.confidenceBelow(figure.interval(0.9)!.high)).toBeCloseTo(0.95, 12)
  })
  test.each([
    [0, 'below it', 0],
    [0, 'at most it', 0.5],
    [1, 'below it', 0.5],
    [1, 'at most it', 1],
  ])(
    'at its own end, %s, nobody knows, and beyond it is nothing: %s has confidence %s',
    (end, side, sure) => {
      expect(rareFigure([end, end], 1e6).confidenceBelow(end, side === 'at most it')).toBe(sure)
    },
  )
  test('a model that knows it to be impossible is sure of 0', () => {
    expect(rareFigure([0, 0], 3, 0).confidenceBelow(0, true)).toBe(1)
  })
  test('always seen is the mirror image', () => {
    const figure = rareFigure([1, 1], 100)
    expect(figure.interval()).toEqual({ value: 1, low: 1 - 0.036888794541139365, high: 1 })
    expect(figure.confidenceBelow(0.97)).toBeCloseTo(Math.exp(-3), 12)
    expect(figure.confidenceBelow(1.1)).toBe(1)
  })
  test('a bound that the model knows outranks counting', () => {
    const figure = rareFigure([0, 0, 0], 3, 1e-9)
    expect(figure.interval()!.high).toBe(1e-9)
    expect(figure.confidenceBelow(1e-4)).toBe(1)
    // Below that bound nobody knows: three calm replications do not show that it lies above.
    expect(figure.confidenceBelow(1e-10)).toBe(0.5)
  })
  test('few chances show nothing, and never the opposite of what was seen', () => {
    for (const chances of [1, 2, 4, 30, 1e4]) {
      for (const limit of [1e-12, 1e-6, 0.001, 0.02, 0.5, 0.98, 0.999]) {
        expect(rareFigure([0, 0], chances).confidenceBelow(limit)).toBeGreaterThanOrEqual(0.5)
        expect(rareFigure([0, 0], chances).confidenceBelow(limit, true)).toBeGreaterThanOrEqual(0.5)
        expect(rareFigure([1, 1], chances).confidenceBelow(limit)).toBeLessThanOrEqual(0.5)
        expect(rareFigure([1, 1], chances).confidenceBelow(limit, true)).toBeLessThanOrEqual(0.5)
      }
    }
  })
})

describe('what could not be looked into', () => {
  const below = (figure: Figure, ...limits: readonly number[]) =>
    limits.map((limit) => [figure.confidenceBelow(limit), figure.confidenceBelow(limit, true)])

  test('leaves open all that hangs on it, and nothing else', () => {
    // 3 were counted, and 2 more may be.
    const figure = openFigure(meanFigure([3, 3]), 2)
    expect(figure.interval()).toEqual({ value: 3, low: 3, high: 5 })
    expect(below(figure, 2, 3, 4, 5, 6)).toEqual([
      [0, 0],
      [0, 0.5],
      [0.5, 0.5],
      [0.5, 1],
      [1, 1],
    ])
  })
  test('so it does where none was counted, however often', () => {
    const figure = openFigure(rareFigure(Array<number>(50).fill(0), 50, 0), 1)
    expect(figure.interval()).toEqual({ value: 0, low: 0, high: 1 })
    expect(below(figure, 0, 0.5, 1, 2)).toEqual([
      [0, 0.5],
      [0.5, 0.5],
      [0.5, 1],
      [1, 1],
    ])
  })
  test('and of one replication nothing is known that was not before', () => {
    expect(below(openFigure(meanFigure([3]), 1), 9)).toEqual([[null, null]])
    expect(openFigure(meanFigure([3]), 1).interval()).toBeNull()
  })
})

test('a mean without a bound that was 0: whether it is exactly 0 is all that is left open', () => {
  const figure = rareFigure([0, 0, 0], Infinity)
  expect(figure.interval()).toEqual({ value: 0, low: 0, high: 0 })
  expect([0, 1e-9].map((limit) => figure.confidenceBelow(limit, true))).toEqual([0.5, 1])
})

test('windows: two relaxation times each, and never less than the replication', () => {
  expect(windowsIn(3600, 60)).toBe(30)
  expect(windowsIn(60, 600)).toBe(1)
  expect(windowsIn(60, null)).toBe(1)
})

describe('values in groups of one fate each', () => {
  test('have as many chances as there are groups, and fewer where one is larger than others', () => {
    expect(fatesOf([])).toBe(0)
    expect(fatesOf([0, 0])).toBe(0)
    expect(fatesOf([7, 7, 7])).toBe(3)
    expect(fatesOf([50, ...Array.from({ length: 50 }, () => 1)])).toBe(2)
  })

  // One group holds half of all values, and only it can meet the event: a share of 5 % is then once in ten of it.
  test.each([
    ['as large as the largest', 2, true],
    ['each its own', 51, false],
  ])('the bound holds the truth where they are counted %s: with %d chances %o', (_how, chances, holds) => {
    const stream = openStream(3, 0, 'fates')
    const [repetitions, replications, truth] = [2000, 8, 0.05]
    let wrong = 0
    for (let i = 0; i < repetitions; i++) {
      const isSeen = Array.from({ length: replications }, () => stream.uniform() < 2 * truth).some(Boolean)
      const bound = rareFigure([0, 0], replications * chances).interval()!.high
      if (!isSeen && bound < truth) wrong++
    }
    expect(wrong / repetitions <= 0.05).toBe(holds)
  })
})
