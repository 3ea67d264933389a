import { expect, test } from 'vitest'
import { Keys, newSecret } from './keys.ts'

test('a start looks at each stored secret a few times, however many endpoints there are', () => {
  const secret = newSecret()
  let looks = 0
  const rows = Array.from({ length: 2000 }, (_, i) => ({
    id: i,
    get endpoint() {
      looks++
      return 1 + (i >> 1)
    },
    secret,
    created: 0,
    expires: i % 2 === 0 ? null : 5,
  }))
  const keys = new Keys(rows)
  expect(looks).toBeLessThan(5 * rows.length)
  expect(keys.of(1).map(({ expires }) => expires)).toEqual([null, 5])
  expect([keys.of(1000).length, keys.of(1001).length]).toEqual([2, 0])
})
