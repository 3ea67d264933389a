/**
 * Durable accepts with random idempotency keys from 256 senders, each of which waits for its answer.
 *
 * A disk's sync swings between 0.1 and 4 ms within minutes, so the yardstick is made of what this machine can do at that
 * moment: `sync-and-off` takes the time of one bare fdatasync and of 256 accepts by the same code without any sync. A
 * server that gave each group of 256 one sync and did nothing else would be level with it.
 */
import { randomUUID } from 'node:crypto'
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Store } from '../../../../engines/webhook/index.ts'
import type { Burst, Contestant, Row } from '../../harness/row.ts'
import { startChild } from '../../peers/webhook/child.ts'
import { openLoad } from '../../peers/webhook/load.ts'
import { bullmq } from '../../peers/webhook/redis.ts'

const SENDERS = 256
const ENDPOINTS = 64
const ACCEPTS = 32 * SENDERS
const HTTP_ACCEPTS = 8192
export const DATA = JSON.stringify({
  id: 'batch_123456',
  output_file_uri: 'gs://bucket/results.jsonl',
  note: 'x'.repeat(120),
})
export const VERSION = process.env['npm_package_version'] ?? '0'

export function folder(): string {
  return mkdtempSync(join(tmpdir(), 'flowbench-bench-'))
}

/** So many accepts by all senders; resolves with how many are new. */
async function acceptAll(store: Store, count: number): Promise<number> {
  let left = count
  let fresh = 0
  const sender = async (): Promise<void> => {
    while (left-- > 0) {
      const message = {
        endpoint: 1 + (left % ENDPOINTS),
        type: 'batch.succeeded',
        key: randomUUID(),
        data: DATA,
        now: Date.now(),
      }
      const result = await store.ask('accept', message)
      if ('fresh' in result && result.fresh) fresh++
    }
  }
  await Promise.all(Array.from({ length: SENDERS }, sender))
  return fresh
}

async function openStore(
  synchronous: 'FULL' | 'OFF',
): Promise<{ readonly store: Store; readonly dir: string }> {
  const dir = folder()
  const store = await Store.open(dir, { synchronous })
  await store.ask('start', { candidate: 'benchmrk' })
  return { store, dir }
}

const durable: Contestant = {
  id: 'flowbench',
  version: VERSION,
  missing: () => null,
  async prepare(): Promise<Burst> {
    const { store, dir } = await openStore('FULL')
    return {
      work: ACCEPTS,
      expected: ACCEPTS,
      run: () => acceptAll(store, ACCEPTS),
      counters: () => store.ask('counters', {}),
      async close() {
        await store.close()
        rmSync(dir, { recursive: true, force: true })
      },
    }
  },
}

const syncAndOff: Contestant = {
  ...durable,
  id: 'sync-and-off',
  async prepare(): Promise<Burst> {
    const { store, dir } = await openStore('OFF')
    const file = openSync(join(dir, 'bare'), 'w')
    const page = Buffer.alloc(4096)
    const groups = ACCEPTS / SENDERS
    return {
      work: ACCEPTS,
      expected: ACCEPTS,
      async run() {
        for (let group = 0; group < groups; group++) {
          writeSync(file, page, 0, page.length, group * page.length)
          fdatasyncSync(file)
        }
        return await acceptAll(store, ACCEPTS)
      },
      async close() {
        closeSync(file)
        await store.close()
        rmSync(dir, { recursive: true, force: true })
      },
    }
  },
}

function overHttp(kind: 'stored' | 'unstored', id: string): Contestant {
  return {
    id,
    version: VERSION,
    missing: () => null,
    async prepare(): Promise<Burst> {
      const dir = folder()
      const child = await startChild('server.ts', kind, dir)
      const load = await openLoad(child.port, SENDERS, () => {
        const body = `{"endpoint":"ep_1","type":"batch.succeeded","data":${DATA},"idempotencyKey":"${randomUUID()}"}`
        return `POST /messages HTTP/1.1\r\nhost: localhost:${child.port}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`
      })
      return {
        work: HTTP_ACCEPTS,
        expected: HTTP_ACCEPTS,
        run: () => load.run(HTTP_ACCEPTS),
        close() {
          load.close()
          child.close()
          rmSync(dir, { recursive: true, force: true })
        },
      }
    },
  }
}

export const acceptRows: readonly Row[] = [
  {
    id: 'webhook/accept-256',
    unit: 'accepts/s',
    better: 'higher',
    summary:
      'durable accepts, 256 senders, random idempotency keys, 64 endpoints; every answer verified to be a new message',
    ours: durable,
    peers: [syncAndOff, bullmq(2048, DATA)],
    atMost: { rounds: 12, samples: 1 },
  },
  {
    id: 'webhook/accept-http-256',
    unit: 'accepts/s',
    better: 'higher',
    summary:
      'the same over HTTP, 256 connections, beside this server answering 202 without storing; every 202 counted',
    ours: overHttp('stored', 'flowbench'),
    peers: [overHttp('unstored', 'unstored')],
    atMost: { rounds: 12, samples: 1 },
  },
]
