import { expect, test } from 'vitest'
import { remembered } from './remembered.ts'

test('computes once a key, tells every number of it apart, and keeps a bounded number of results', () => {
  let computed = 0
  const pair = remembered((a: number, b: number) => [a, b, ++computed])
  expect(pair(1, 2)).toBe(pair(1, 2))
  expect(computed).toBe(1)
  expect(pair(1, 3).slice(0, 2)).toEqual([1, 3])
  expect(pair(2, 3).slice(0, 2)).toEqual([2, 3])
  expect(pair(12, 3).slice(0, 2)).toEqual([12, 3])
  expect(pair(1, 23).slice(0, 2)).toEqual([1, 23])
  expect(computed).toBe(5)
  for (let i = 0; i < 16; i++) pair(100 + i, 0)
  pair(1, 2)
  expect(computed).toBe(22)
})
