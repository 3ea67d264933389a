/** A clock on the wall that is put right while the server runs. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { RawClient, served } from './testing/served.ts'

const AHEAD_MS = 7_200_000

afterEach(() => {
  vi.restoreAllMocks()
})

it('the log is synced every second, though the clock is set back by two hours', async () => {
  const now = Date.now.bind(Date)
  const ahead = vi.spyOn(Date, 'now').mockImplementation(() => now() + AHEAD_MS)
  const dir = mkdtempSync(join(tmpdir(), 'sparse-array-clock-'))
  await using server = await served({ dir, fsync: 'everysec' })
  const client = new RawClient(server.port)
  await client.ask('SET', 'a', '1')
  await expect.poll(() => server.syncs, { timeout: 60_000 }).toBeGreaterThan(0)
  ahead.mockRestore()
  const before = server.syncs
  await client.ask('SET', 'b', '2')
  await expect.poll(() => server.syncs, { timeout: 60_000 }).toBeGreaterThan(before)
  expect(await client.ask('INFO', 'server')).toMatch(/uptime_in_seconds:\d+\r\n/)
  client.close()
  rmSync(dir, { recursive: true })
})
