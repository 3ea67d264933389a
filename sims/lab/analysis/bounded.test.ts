import { describe, expect, test } from 'vitest'
import { boundedFigure, withinRange } from './bounded.ts'
import { meanFigure, type Figure } from './figure.ts'

const SHARE = { least: 0, most: 1 }

describe('an event that was seen in one replication of five', () => {
  test('happens: the share is above 0 for sure, and not surer than before on any other side', () => {
    const figure = meanFigure([0, 0, 0, 0, 1e-3])
    const seen = boundedFigure(figure, SHARE)
    expect(figure.confidenceBelow(0, true)).toBeGreaterThan(0.1)
    expect([seen.confidenceBelow(0, true), seen.confidenceBelow(-1)]).toEqual([0, 0])
    expect(seen.confidenceBelow(1e-4)).toBe(figure.confidenceBelow(1e-4))
    expect(seen.interval()).toEqual(figure.interval())
    expect([seen.effective, seen.samples]).toEqual([figure.effective, figure.samples])
  })
  test('and does not always happen, where it was missing once', () => {
    const figure = meanFigure([1, 1, 1, 1, 0.999])
    const seen = boundedFigure(figure, SHARE)
    expect(figure.confidenceBelow(1)).toBeLessThan(0.9)
    expect(seen.confidenceBelow(1)).toBe(1)
    expect(seen.confidenceBelow(0.9999)).toBe(figure.confidenceBelow(0.9999))
  })
  test('from one replication nothing is known of it, but that it happens where that saw it', () => {
    const never = boundedFigure(meanFigure([0]), SHARE)
    expect([never.confidenceBelow(0, true), never.confidenceBelow(0.5)]).toEqual([null, null])
    const once = boundedFigure(meanFigure([1]), { least: 0, most: Infinity })
    expect([once.confidenceBelow(0, true), once.confidenceBelow(1), once.interval()]).toEqual([0, null, null])
  })
})

describe('a figure between its ends', () => {
  const below = (figure: Figure, limit: number) => [
    figure.confidenceBelow(limit),
    figure.confidenceBelow(limit, true),
  ]
  test('is nowhere else, however its replications scatter', () => {
    const figure = boundedFigure(meanFigure([0.2, 0.9, 0.95]), SHARE)
    expect(below(figure, -0.1)).toEqual([0, 0])
    expect(below(figure, 0)).toEqual([0, 0])
    expect(below(figure, 1)).toEqual([1, 1])
    expect(below(figure, 1.1)).toEqual([1, 1])
  })
  test('may lie on the end where all of it was seen', () => {
    const figure = meanFigure([1, 1])
    expect(below(boundedFigure(figure, SHARE), 1)).toEqual([figure.confidenceBelow(1), 1])
  })
  test('has no end where it is free', () => {
    const figure = meanFigure([-2, 3, -1, 2])
    const free = boundedFigure(figure, { least: -Infinity, most: Infinity })
    for (const limit of [-1, 0, 1]) expect(below(free, limit)).toEqual(below(figure, limit))
  })
  test('is told within its ends', () => {
    expect(withinRange({ value: 0.97, low: 0.82, high: 1.11 }, SHARE)).toEqual({
      value: 0.97,
      low: 0.82,
      high: 1,
    })
    expect(withinRange({ value: 0.1, low: -0.2, high: 0.4 }, SHARE)).toEqual({
      value: 0.1,
      low: 0,
      high: 0.4,
    })
  })
})
