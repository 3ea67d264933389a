/** The attacks, at the size of a test; at full size: `npm run relay:attacks`. */
import { expect, test } from 'vitest'
import { flood } from './flood.ts'
import { reflection } from './reflection.ts'
import { thief } from './thief.ts'
import { transactionFlood } from './transactions.ts'

test.each([2.5, 0.48])(
  'a thief gets at most 5 % of the media of a client who checks every %d s',
  (interval) => {
    const { media, astray, robberies, longest } = thief(interval)
    expect(media).toBeGreaterThan(29_000)
    expect(robberies).toBeGreaterThan(2)
    expect(astray).toBeLessThanOrEqual(media * 0.05)
    expect(longest).toBeLessThanOrEqual(interval + 0.03)
  },
)

test('a flood of one ufrag keeps nobody out', () => {
  const { clients, confirmed, flood: sent, mostFlows } = flood({ rate: 16_000, seconds: 6 })
  expect(sent).toBe(96_000)
  expect(clients).toBe(100)
  expect(confirmed).toBeGreaterThanOrEqual(clients * 0.99)
  expect(mostFlows).toBeLessThan(200)
})

test('nor does one of checks under way; one larger than the ring does', () => {
  const { clients, confirmed } = transactionFlood(5_000, 1_250, 4096, 20)
  expect(confirmed).toBe(clients)
  expect(transactionFlood(0, 4096, 4096, 3).confirmed).toBe(0)
})

test('a spoofed address gets at most three times what was sent in its name, and every answer', () => {
  const { received, sent, answers, checks } = reflection()
  expect(sent).toBeGreaterThan(received)
  expect(sent).toBeLessThanOrEqual(3 * received)
  expect(answers).toBe(checks)
})
