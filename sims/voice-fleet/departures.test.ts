import { expect, test } from 'vitest'
import { openStream } from '../lab/kernel/random/stream.ts'
import { Departures } from './departures.ts'
import { Words } from './words.ts'

test('whoever is added leaves in that second, once, through rounds of the ring and lists of any length', () => {
  const range = 50
  const stream = openStream(3, 0, 'departures')
  const departures = new Departures(range)
  const expected = Array.from({ length: 1000 + range }, (): number[] => [])
  const due = new Words()
  let left = 0
  for (let now = 0; now < 1000 + range; now++) {
    due.clear()
    departures.take(now, due)
    expect([...due.values.subarray(0, due.count)].toSorted((a, b) => a - b)).toEqual(
      expected[now]!.toSorted((a, b) => a - b),
    )
    left += due.count
    // Bursts, and seconds with nobody; many to one second, so that its list has full runs.
    const come = now < 1000 ? stream.below(3) * stream.below(80) : 0
    for (let i = 0; i < come; i++) {
      const until = now + 1 + (stream.below(2) === 0 ? 7 : stream.below(range - 1))
      const value = stream.uint32()
      departures.add(until, value)
      expected[until]!.push(value)
    }
  }
  expect(left).toBe(expected.reduce((sum, { length }) => sum + length, 0))
  expect(left).toBeGreaterThan(20_000)
})
