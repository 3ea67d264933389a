import { expect, test } from 'vitest'
import { createStore, Space, SparseArray, workOf, type ArrayWork } from '../index.ts'

const bytes = new TextEncoder().encode('a text of some length')
const number = new TextEncoder().encode('7')

/** What `does` makes a store do. */
function workFor(does: (array: SparseArray) => void): ArrayWork {
  const array = new SparseArray(createStore(new Space(), 8))
  does(array)
  return workOf(array.tree.store)
}

test('the same calls are the same work; each element asked for is looked at', () => {
  const fill = (array: SparseArray): void => {
    for (let i = 0; i < 300; i++) array.set(0, (i * 7919) % 100_003, bytes, 0, bytes.length)
    for (let i = 0; i < 300; i += 3) array.tree.delete(0, (i * 7919) % 100_003)
  }
  const once = workFor(fill)
  expect(workFor(fill)).toEqual(once)
  expect(once.textBytesWritten).toBe(300 * bytes.length)
  expect(Math.min(...Object.values(once))).toBeGreaterThan(0)
})

test('an overwritten number moves nothing, asks for nothing, and is looked at once', () => {
  const filled = (array: SparseArray): void => {
    for (let i = 0; i < 100; i++) array.set(0, i, number, 0, 1)
  }
  const before = workFor(filled)
  const after = workFor((array) => {
    filled(array)
    array.set(0, 50, number, 0, 1)
  })
  expect(after).toEqual({ ...before, looks: before.looks + 1 })
})

test('an element let in at the front moves those behind it', () => {
  const moved = (order: readonly number[]): number =>
    workFor((array) => {
      for (const i of order) array.set(0, 10 * i, number, 0, 1)
    }).wordBytesMoved
  expect(moved([5, 4, 3, 2, 1, 0])).toBeGreaterThan(moved([0, 1, 2, 3, 4, 5]))
})
