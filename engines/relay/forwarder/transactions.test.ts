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

test('bounded: the newest stay, whatever their ids, seconds and flows', () => {
  for (const second of [-5, 0, 1, 1_700_000_000]) {
    const few = new Transactions(4, 100, 1)
    for (let id = 0; id < 10; id++) few.note(id, message(id), 0, id, 0, 0, second)
    const kept = Array.from({ length: 10 }, (_, id) => few.find(id, message(id), 0, second) >= 0)
    expect(kept).toEqual([false, false, false, false, false, false, true, true, true, true])
  }
})

test('a check outlives 20,000 older and 5,000 newer ones of one second', () => {
  const many = new Transactions(16_384, 40, 1)
  const flood = (from: number, to: number): void => {
    for (let id = from; id < to; id++) many.note(1, message(id), 0, 9, 0, 0, 0)
  }
  flood(0, 20_000)
  for (let client = 0; client < 100; client++) many.note(client + 2, message(client), 0, client, 0, 0, 0)
  flood(20_000, 25_000)
  const found = Array.from({ length: 100 }, (_, client) => many.find(client + 2, message(client), 0, 0))
  expect(found.map((entry) => many.routeKey(entry))).toEqual(found.map((_, client) => client))
})

test('ids that differ by what cancels out under every seed of a public hash share no chain', () => {
  // After a multiplication by an odd number the top bit is still the top bit; xorshift by 15 copies it to bit 16.
  const bytes = new Uint8Array(20)
  const ids = [
    [0, 0],
    [2 ** 31, 2 ** 31 + 2 ** 16],
    [1, 0],
    [0, 1],
    [2 ** 16, 1],
    [1, 2 ** 16],
  ] as const
  for (let seed = 0; seed < 64; seed++) {
    const transactions = new Transactions(4096, 10, seed)
    for (const [id0, id1] of ids) {
      writeHeader(bytes, 0, 1, id0, id1, 7)
      transactions.note(1, bytes, 0, 1, 0, 0, 0)
    }
    const heads = Object.values(transactions).find(
      (value) => value instanceof Int32Array && value.includes(-1),
    )
    const chains = (heads as Int32Array).filter((head) => head >= 0).length
    expect(chains, `seed ${seed}`).toBeGreaterThan(ids.length - 2)
  }
})

test('an id under way for another session is refused; a retransmission is the same entry and counts anew', () => {
  const transactions = new Transactions(2, 10, 1)
  expect(transactions.note(1, message(1), 0, 7, 1, 2, 0, 3)).toBe(true)
  expect(transactions.note(1, message(1), 0, 8, 1, 2, 0)).toBe(false)
  expect(transactions.note(1, message(1), 0, 7, 2, 2, 0)).toBe(false)
  expect(transactions.note(1, message(1), 0, 7, 1, 3, 0)).toBe(false)
  expect(transactions.note(2, message(1), 0, 8, 1, 2, 0)).toBe(true)
  expect(transactions.note(1, message(1), 0, 7, 1, 2, 9, 200)).toBe(true)
  const entry = transactions.find(1, message(1), 0, 19)
  expect([transactions.routeKey(entry), transactions.via(entry), transactions.nonceHigh(entry)]).toEqual([
    7, 200, 1,
  ])
  // Its time is over: another may have it.
  expect(transactions.note(1, message(1), 0, 8, 1, 2, 20)).toBe(true)
})

test.each([
  [0, 10],
  [Number.NaN, 10],
  [2 ** 23, 10],
  [4, 0],
  [4, Number.NaN],
])('a ring of %j for %j s is refused', (size, timeout) => {
  expect(() => new Transactions(size, timeout, 1)).toThrow(/transaction/)
})
