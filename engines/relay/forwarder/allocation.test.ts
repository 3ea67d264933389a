import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

test('after warm-up a million packets leave the heap as it was, and a packet allocates no object', () => {
  const script = fileURLToPath(new URL('../testing/allocation.ts', import.meta.url))
  const printed = execFileSync(process.execPath, ['--expose-gc', '--max-semi-space-size=64', script], {
    encoding: 'utf8',
  })
  const seen = JSON.parse(printed) as Record<string, number>
  expect(seen['packets']).toBe(1_000_000)
  expect(seen['passed']).toBeGreaterThan(1_200_000)
  expect(seen['flows']).toBeGreaterThan(10_000)
  // The AES call of a batch makes one Buffer and its view: some hundred bytes, or a few a packet. The smallest object
  // or boxed number per packet would be 12 to 16 bytes more.
  expect(seen['heapBytesPerPacket']).toBeLessThan(12)
  // Below a byte a packet: what remains is the engine's own (compiled code, feedback), not the packets'.
  expect(seen['liveGrowth']).toBeLessThan(1_000_000)
}, 300_000)
