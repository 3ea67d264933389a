import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { editDistance, nearest } from './nearest.ts'

test.each([
  ['severs', ['arrivalRate', 'servers', 'serviceTime'], 'servers'],
  ['sweeep', ['sweep', 'seed'], 'sweep'],
  ['MS', ['s', 'ms', 'min'], 'ms'],
  ['delya', ['loss', 'delay'], 'delay'],
  ['foo', ['sweep', 'seed'], undefined],
  ['x', ['y', 'z'], undefined],
  ['', ['a'], undefined],
  ['a'.repeat(81), ['a'.repeat(81)], undefined],
])('%s of %j is %s', (name, candidates, expected) => {
  expect(nearest(name, candidates)).toBe(expected)
})

test('distances known by hand', () => {
  expect(editDistance('kitten', 'sitting')).toBe(3)
  expect(editDistance('servers', 'severs')).toBe(1)
  expect(editDistance('delay', 'dealy')).toBe(1)
  expect(editDistance('', 'abc')).toBe(3)
})

test('a distance is symmetric, zero only for equals, and at most the longer length', () => {
  const word = fc.string({ maxLength: 12 })
  fc.assert(
    fc.property(word, word, (a, b) => {
      const distance = editDistance(a, b)
      expect(editDistance(b, a)).toBe(distance)
      expect(distance === 0).toBe(a === b)
      expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length))
      expect(distance).toBeGreaterThanOrEqual(Math.abs(a.length - b.length))
    }),
  )
})
