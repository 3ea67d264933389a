import { expect, test } from 'vitest'
import { writeHeader } from '../../net/stun/header.ts'
import { Transactions } from './transactions.ts'

function message(id: number): Uint8Array {
  const bytes = new Uint8Array(20)
  writeHeader(bytes, 0, 1, ~id, id * 7, id)
  return bytes
}

test('found by flow and transaction id, until its time is over or it is forgotten', () => {
  const transactions = new Transactions(64, 10, 3)
  transactions.note(5, message(1), 0, 77, 8, -9, 100)
  expect(transactions.find(6, message(1), 0, 100)).toBe(-1)
  expect(transactions.find(5, message(2), 0, 100)).toBe(-1)
  expect(transactions.find(5, message(1), 0, 111)).toBe(-1)
  const entry = transactions.find(5, message(1), 0, 110)
  expect([transactions.routeKey(entry), transactions.nonceHigh(entry), transactions.nonceLow(entry)]).toEqual(
    [77, 8, -9],
  )
  transactions.forget(entry)
  expect(transactions.find(5, message(1), 0, 100)).toBe(-1)
})

test('an empty table knows nothing, not even of flow and id zero; the largest handle is no empty place', () => {
  const zero = new Uint8Array(20)
  const transactions = new Transactions(4, 10, 0)
  expect(transactions.find(0, zero, 0, 0)).toBe(-1)
  transactions.note(0x7fffffff, zero, 0, 1, 2, 3, 0)
  expect(transactions.find(0x7fffffff, zero, 0, 0)).toBeGreaterThanOrEqual(0)
})

test('bounded: a set holds the newest four, and a half-empty table loses next to nothing', () => {
  const one = new Transactions(4, 100, 1)
  for (let id = 0; id < 10; id++) one.note(1, message(id), 0, id, 0, 0, id + 1)
  const kept = Array.from({ length: 10 }, (_, id) => one.find(1, message(id), 0, 10)).map((at) => at >= 0)
  expect(kept).toEqual([false, false, false, false, false, false, true, true, true, true])

  const many = new Transactions(16_384, 100, 1)
  for (let id = 0; id < 4096; id++) many.note(id, message(id), 0, id, 0, 0, 1)
  let lost = 0
  for (let id = 0; id < 4096; id++) {
    const entry = many.find(id, message(id), 0, 1)
    if (entry < 0) lost++
    else if (many.routeKey(entry) !== id) throw new Error(`entry of ${id} is another's`)
  }
  // Poisson with mean 1: more than four in a set happens to about 0.4 % of the entries.
  expect(lost).toBeLessThan(4096 * 0.02)
})
