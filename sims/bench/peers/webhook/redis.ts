/** BullMQ on a Redis of its own that syncs every write, as durable as the store it stands beside. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Burst, Contestant } from '../../harness/row.ts'

const SENDERS = 256

/** `count` delayed jobs a burst, added by 256 senders one at a time each; the queue's size is verified. */
export function bullmq(count: number, data: string): Contestant {
  return {
    id: 'bullmq',
    version: '6.7.0',
    missing() {
      const { error } = spawnSync('redis-server', ['--version'])
      return error === undefined
        ? null
        : { why: 'redis-server is not installed', install: 'apt-get install redis-server' }
    },
    async prepare(): Promise<Burst> {
      const { Queue } = await import('bullmq')
      const dir = mkdtempSync(join(tmpdir(), 'flowbench-redis-'))
      const port = await freePort()
      const redis = spawn(
        'redis-server',
        [
          '--port',
          String(port),
          '--dir',
          dir,
          '--appendonly',
          'yes',
          '--appendfsync',
          'always',
          '--save',
          '',
        ],
        { stdio: 'ignore' },
      )
      await answers(port, redis)
      const queue = new Queue('webhooks', { connection: { host: '127.0.0.1', port } })
      let before = 0
      return {
        work: count,
        expected: count,
        async run() {
          let left = count
          const sender = async (): Promise<void> => {
            while (left-- > 0)
              await queue.add('deliver', { data }, { jobId: randomUUID(), delay: 86_400_000 })
          }
          await Promise.all(Array.from({ length: SENDERS }, sender))
          const now = await queue.getDelayedCount()
          const added = now - before
          before = now
          return added
        },
        async close() {
          await queue.close()
          redis.kill('SIGKILL')
          rmSync(dir, { recursive: true, force: true })
        },
      }
    },
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}

async function answers(port: number, redis: ChildProcess): Promise<void> {
  const { Redis } = await import('ioredis')
  const client = new Redis(port, { lazyConnect: true, retryStrategy: () => 50, maxRetriesPerRequest: null })
  redis.once('exit', () => client.disconnect())
  await client.ping()
  await client.quit()
}
