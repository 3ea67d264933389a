import { describe, expect, test } from 'vitest'
import { openStream } from '../kernel/random/stream.ts'
import { meanFigure, ratioFigure } from './figure.ts'
import { countedFigure, shareFigure } from './share.ts'

describe('a share of observations', () => {
  test('is no surer than they are, where replications agree by chance', () => {
    // One late of 20 in each of two: with 97 % in time that comes in every ninth run.
    const figure = shareFigure([19, 19], [20, 20])
    const { value, low, high } = figure.interval()!
    expect(value).toBe(0.95)
    // Clopper and Pearson's of 38 of 40.
    expect(low).toBeCloseTo(0.8308, 4)
    expect(high).toBeCloseTo(0.9939, 4)
    expect(figure.confidenceBelow(0.96)!).toBeLessThan(0.975)
    expect(figure.confidenceBelow(0.9)!).toBeGreaterThan(0.025)
    expect(figure.confidenceBelow(0.999)!).toBeGreaterThan(0.975)
    expect(figure.confidenceBelow(0.8)!).toBeLessThan(0.025)
    expect(figure.effective).toBeCloseTo(40 * 19, 6)
  })

  test('planted: by their scatter alone it would be certain', () => {
    const figure = ratioFigure([19, 19], [20, 20])
    expect([figure.interval()!.high, figure.confidenceBelow(0.96)]).toEqual([0.95, 1])
  })

  test('of many is as wide as the normal law says', () => {
    const { low, high } = shareFigure([19_000, 19_000], [20_000, 20_000]).interval()!
    const error = Math.sqrt((0.95 * 0.05) / 40_000)
    expect((high - low) / error).toBeCloseTo(2 * 1.96, 1)
  })

  test('that scatters more than independent observations is judged by that', () => {
    const [hits, counts] = [
      [10, 90, 40],
      [100, 100, 100],
    ]
    expect(shareFigure(hits, counts).interval()).toEqual(ratioFigure(hits, counts).interval())
    expect(shareFigure(hits, counts).confidenceBelow(0.6)).toBe(
      ratioFigure(hits, counts).confidenceBelow(0.6),
    )
  })

  test('of one replication has no interval, and of none no value', () => {
    const one = shareFigure([3], [10])
    expect([one.value, one.interval(), one.confidenceBelow(0.9), one.effective]).toEqual([
      0.3,
      null,
      null,
      null,
    ])
    expect(shareFigure([0], [0]).value).toBeNull()
  })

  test('is hardly ever sure of the wrong side, however few replications', () => {
    const stream = openStream(5, 0, 'x')
    const hits = (): number =>
      Array.from({ length: 20 }, () => stream.uniform()).filter((x) => x < 0.97).length
    let wrong = 0
    for (let run = 0; run < 2000; run++) {
      const confidence = shareFigure([hits(), hits()], [20, 20]).confidenceBelow(0.97)!
      if (confidence <= 0.025 || confidence >= 0.975) wrong++
    }
    expect(wrong / 2000).toBeLessThanOrEqual(0.05)
  })
})

describe('a figure that is scaled up from a share', () => {
  test('is as sure as the share, in its own unit', () => {
    const [hits, counts, people] = [[4, 4], [100, 100], 45e6]
    const share = countedFigure(meanFigure([0.04, 0.04]), hits, counts)
    const scaled = countedFigure(meanFigure([0.04 * people, 0.04 * people]), hits, counts, people)
    const [a, b] = [share.interval()!, scaled.interval()!]
    expect(b.low / people).toBeCloseTo(a.low, 9)
    expect(b.high / people).toBeCloseTo(a.high, 9)
    expect(scaled.confidenceBelow(0.05 * people)).toBeCloseTo(share.confidenceBelow(0.05)!, 9)
    expect(scaled.effective).toBeCloseTo(share.effective!, 6)
    // Clopper and Pearson's of 8 of 200.
    expect([a.low, a.high]).toEqual([expect.closeTo(0.0174, 4), expect.closeTo(0.0773, 4)])
  })

  test('keeps what its replications scatter', () => {
    const figure = meanFigure([0.1, 0.9, 0.4])
    const counted = countedFigure(figure, [10, 90, 40], [100, 100, 100])
    expect(counted.interval()).toEqual(figure.interval())
  })
})
