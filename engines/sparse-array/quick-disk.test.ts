/** A disk that syncs at once, so that the server waits for it itself: others are served all the same. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { frame } from './testing/client.ts'
import { RawClient, served } from './testing/served.ts'

const seen = { syncs: 0, deepest: 0 }
vi.mock('node:fs', async (original) => ({
  ...(await original<typeof import('node:fs')>()),
  fdatasyncSync: () => {
    seen.syncs++
    seen.deepest = Math.max(seen.deepest, callsDeep())
  },
}))

function callsDeep(): number {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = Infinity
  const { length } = new Error('here').stack!.split('\n')
  Error.stackTraceLimit = stackTraceLimit
  return length
}

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sparse-array-quick-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

it('a pipeline of writes whose replies hardly fit goes on by turns of the event loop, not by calls within calls', async () => {
  await using server = await served({ dir, fsync: 'always', outputLimit: 1_024 })
  const client = new RawClient(server.port)
  const value = 'x'.repeat(900)
  expect(await client.ask('SET', 'big', value)).toBe('+OK')
  const pair = Buffer.concat([frame('SET', 'k', 'v'), frame('GET', 'big')])
  client.write(Buffer.concat(Array.from({ length: 1_000 }, () => pair)))
  for (let i = 0; i < 1_000; i++) {
    expect(await client.reply()).toBe('+OK')
    expect(await client.reply()).toBe(`$${value}`)
  }
  expect(seen.syncs).toBeGreaterThan(500)
  expect(seen.deepest).toBeLessThan(100)
  client.close()
})
