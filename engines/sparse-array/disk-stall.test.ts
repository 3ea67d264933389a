/** A disk that takes long to sync: what has been answered is safe from the process' end, and memory is bounded. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Journal } from './io/journal.ts'
import type { RunningServer } from './io/server.ts'
import type { Args } from './resp/args.ts'
import { Engine } from './server/engine.ts'
import { NO_HOST } from './server/host.ts'
import { Client, frame } from './testing/client.ts'
import { PowerFiles } from './testing/power.ts'
import { RawClient, served } from './testing/served.ts'

let isStalled = false
/** Syncs that wait. */
const stalled: (() => void)[] = []
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>()
  return {
    ...fs,
    fdatasync: (file: number, done: (error: Error | null) => void) => {
      if (isStalled) stalled.push(() => fs.fdatasync(file, done))
      else fs.fdatasync(file, done)
    },
  }
})

function goOn(): void {
  isStalled = false
  for (const sync of stalled.splice(0)) sync()
}

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sparse-array-stall-'))
})
afterEach(() => {
  goOn()
  rmSync(dir, { recursive: true })
})

describe('while the disk syncs', () => {
  const WRITES = 100
  const keysOf = (server: RunningServer): number => server.engine.keyspaces[0]!.size

  /** A hundred megabytes come; resolves when some time is over in which most of them could have been run. */
  async function pour(
    server: RunningServer,
    writer: RawClient,
    meanwhile: () => Promise<void>,
  ): Promise<void> {
    const value = 'x'.repeat(1 << 20)
    for (let i = 0; i < WRITES; i++) writer.write(frame('SET', `k${i}`, value))
    await expect.poll(() => keysOf(server), { timeout: 60_000 }).toBeGreaterThan(64)
    for (let i = 0; i < 20; i++) {
      await new Promise((resolve) => setTimeout(resolve, 10))
      await meanwhile()
    }
    expect(keysOf(server)).toBeLessThan(75)
    goOn()
    for (let i = 0; i < WRITES; i++) expect(await writer.reply()).toBe('+OK')
  }

  it('no more waits in memory than should, where replies wait for the disk, too', async () => {
    await using server = await served({ dir, fsync: 'always' })
    const writer = new RawClient(server.port)
    // Beginning the log anew would hand to the system what waits, and make room for as much again.
    await writer.ask('CONFIG', 'SET', 'auto-aof-rewrite-percentage', '0')
    // Where a sync was quick the server would wait for the next one itself: the first is the one that takes long.
    isStalled = true
    await pour(server, writer, async () => {})
    expect(keysOf(server)).toBe(WRITES)
    writer.close()
  })

  it('who writes waits then, and who reads does not', async () => {
    await using server = await served({ dir, fsync: 'everysec' })
    const [writer, reader] = [new RawClient(server.port), new RawClient(server.port)]
    expect(await writer.ask('SET', 'k', 'v')).toBe('+OK')
    isStalled = true
    // Until the log of before is synced, nothing is written to the next one.
    expect(await writer.ask('BGREWRITEAOF')).toMatch(/^\+/)
    await pour(server, writer, async () => {
      expect(await reader.ask('GET', 'k')).toBe('$v')
    })
    expect(keysOf(server)).toBe(WRITES + 1)
    writer.close()
    reader.close()
  })

  it.each([
    ['that search long behind each write', false],
    ['that write once a connection', true],
  ])('clients %s wait, too', async (_, isNew) => {
    await using server = await served({ dir, fsync: 'everysec' })
    const first = new RawClient(server.port)
    expect(await first.ask('ARSET', 'a', '0', 'x'.repeat(1 << 20))).toBe(':1')
    isStalled = true
    expect(await first.ask('BGREWRITEAOF')).toMatch(/^\+/)
    const value = 'x'.repeat(1 << 20)
    const search = frame('ARGREP', 'a', '-', '+', 'RE', 'x*y', 'COUNT')
    const clients: RawClient[] = []
    for (let i = 0; i < WRITES; i++) {
      if (isNew || i === 0) clients.push(new RawClient(server.port))
      clients.at(-1)!.write(Buffer.concat([frame('SET', `k${i}`, value), isNew ? Buffer.alloc(0) : search]))
      // One after the other, until so much waits that no more are served.
      if (isNew && i < 64)
        await vi.waitUntil(() => keysOf(server) === i + 2, { timeout: 60_000, interval: 2 })
    }
    await expect.poll(() => keysOf(server), { timeout: 60_000 }).toBeGreaterThan(64)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(keysOf(server)).toBeLessThan(75)
    goOn()
    for (const client of clients) {
      const replies = isNew ? ['+OK'] : Array.from({ length: WRITES }, () => ['+OK', ':0']).flat()
      for (const reply of replies) expect(await client.reply()).toBe(reply)
      client.close()
    }
    first.close()
  })

  it('who wrote as much at once goes on when the system has it, though no sync follows', async () => {
    await using server = await served({ dir, fsync: 'no' })
    const client = new RawClient(server.port)
    // Beginning the log anew would sync it.
    await client.ask('CONFIG', 'SET', 'auto-aof-rewrite-percentage', '0')
    expect(await client.ask('SET', 'k', 'x'.repeat(65 << 20))).toBe('+OK')
    expect(await client.ask('DBSIZE')).toBe(':1')
    expect(server.syncs).toBe(0)
    client.close()
  })
})

describe('what is answered while the disk syncs', () => {
  it('is with the system at once, and not promised to be on the disk before the next sync', async () => {
    const files = new PowerFiles()
    const start = (): { client: Client; journal: Journal } => {
      let journal: Journal | null = null
      const log = (db: number, commands: readonly Args[]): void => journal!.append(db, commands)
      const engine = new Engine({ host: { ...NO_HOST, durable: true, log } })
      journal = new Journal(engine, files)
      return { client: new Client(engine), journal }
    }
    const { client, journal: first } = start()
    client.type('SET a 1')
    first.commit(true)
    const synced = first.position
    client.type('SET b 2')
    first.commit(false)
    expect(files.size('log.0')).toBe(first.position)
    files.completeSyncs()
    await vi.waitFor(() => expect(first.synced).toBe(synced))
    expect(first.gathered).toBe(1)
    client.type('SET c 3')
    first.commit(false)
    files.killed()
    const again = start()
    expect(['a', 'b', 'c'].map((key) => again.client.type(`GET ${key}`))).toEqual(['"1"', '"2"', '"3"'])
    for (const { engine } of [client, again.client]) engine.space.release()
  })
})
