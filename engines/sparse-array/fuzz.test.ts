/** 20,000 mutated streams; a million by `npm run array:fuzz`. */
import { expect, it } from 'vitest'
import { runFuzz } from './testing/fuzz.ts'

it('streams that are broken in any way get well formed replies, and no more than that', () => {
  const before = process.memoryUsage.rss()
  const { replies, errors, protocolErrors } = runFuzz(20_000, 5)
  expect(replies).toBeGreaterThan(20_000)
  expect(errors).toBeGreaterThan(5_000)
  expect(protocolErrors).toBeGreaterThan(1_000)
  expect(process.memoryUsage.rss() - before).toBeLessThan(512 << 20)
})
