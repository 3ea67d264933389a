import { expect, test } from 'vitest'
import { TestRandom } from '../testing/random.ts'
import { DenyList } from './deny-list.ts'

test('a hundred thousand random additions and expiries, as a Map would have them', () => {
  const random = new TestRandom(8)
  const list = new DenyList(300)
  const model = new Map<string, number>()
  let refused = 0
  for (let now = 0; now < 100_000; now++) {
    const session = [random.below(20), random.below(3), random.below(40) - 20] as const
    const key = session.join()
    if (list.has(...session) !== model.has(key)) throw new Error(`at ${now}: ${key}`)
    const until = now + random.below(300)
    const full = model.size === 300 && !model.has(key)
    if (random.below(3) > 0) {
      if (list.add(...session, until) === full) throw new Error(`at ${now}: full at ${model.size}`)
      if (full) refused++
      else model.set(key, Math.max(until, model.get(key) ?? 0))
    }
    if (random.below(50) === 0) {
      list.expire(now)
      for (const [key, until] of model) if (until <= now) model.delete(key)
      if (list.size !== model.size) throw new Error(`at ${now}: ${list.size} entries, not ${model.size}`)
    }
  }
  expect(refused).toBeGreaterThan(0)
  list.expire(Infinity)
  expect(list.size).toBe(0)
})

test('full: refuses new sessions, prolongs old ones', () => {
  const list = new DenyList(2)
  expect(list.add(1, 0, 0, 10)).toBe(true)
  expect(list.add(0, 0, 0, 10)).toBe(true)
  expect(list.add(2, 0, 0, 10)).toBe(false)
  expect(list.add(1, 0, 0, 20)).toBe(true)
  expect(list.add(1, 0, 0, 5)).toBe(true)
  list.expire(10)
  expect([list.has(1, 0, 0), list.has(0, 0, 0), list.size]).toEqual([true, false, 1])
  list.expire(20)
  expect(list.size).toBe(0)
})

test('expiry takes entries out in place, without a new array', () => {
  const list = new DenyList(4096)
  const arrays = (): unknown[] => Object.values(list).filter((value) => ArrayBuffer.isView(value))
  const before = arrays()
  for (let nonce = 0; nonce < 4096; nonce++) list.add(1, 0, nonce, nonce)
  for (let now = 0; now < 4096; now += 64) list.expire(now)
  expect(list.size).toBe(4096 - 4033)
  expect(arrays()).toEqual(before)
  for (const [i, array] of arrays().entries()) expect(array).toBe(before[i])
})

test.each([0, -1, 1.5, Number.NaN, 2 ** 23])('a list of %j entries is refused', (capacity) => {
  expect(() => new DenyList(capacity)).toThrow('kills')
})
