/**
 * Two million pending messages and a kill -9: how soon is the next server ready, how much memory does it take, and does
 * anything go out late?
 *
 *     node engines/webhook/testing/backlog.ts [COUNT]
 *
 * The messages are due over the next day for 200 endpoints; a part of each endpoint's is due in the seconds after the
 * start, and the receiver looks whether these come when they should.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { PENDING } from '../io/store/schema.ts'
import { Store, STORE_FILE } from '../io/store/store.ts'
import { firstSequenceAt, formatMessageId } from '../message/id.ts'
import { envelope } from '../message/envelope.ts'
import { openReceiver } from './receiver.ts'

const ENDPOINTS = 200
const DAY = 86_400_000
/** Of each endpoint, so many are due soon: from here on, one in so many ms. */
const SOON = 20
const SOON_FROM = 25_000
const SOON_STEP = 250

async function fill(dir: string, url: string, count: number): Promise<Map<string, number>> {
  const store = await Store.open(dir)
  const { tag } = await store.ask('start', { candidate: 'backlogs' })
  const now = Date.now()
  for (let i = 0; i < ENDPOINTS; i++) {
    await store.ask('addEndpoint', {
      url,
      mode: 'static',
      policy: 'testing',
      rate: null,
      now,
      secret: `whsec_${Buffer.alloc(32, i).toString('base64')}`,
    })
  }
  await store.close()
  // Two million accepts one by one would be the bench's business; the rows are the same.
  const db = new DatabaseSync(join(dir, STORE_FILE))
  db.exec('BEGIN')
  const message = db.prepare("INSERT INTO messages VALUES (?, ?, 'batch.succeeded', ?, ?)")
  const delivery = db.prepare(`INSERT INTO deliveries VALUES (?, ?, ${PENDING}, 1, 1, ?)`)
  const begin = firstSequenceAt(now - DAY)
  const due = new Map<string, number>()
  const soon: { readonly seq: number; readonly nth: number }[] = []
  for (let i = 0; i < count; i++) {
    const seq = begin + i * 64
    const nth = Math.floor(i / ENDPOINTS)
    const key = i >= count - 200_000 ? `key-${i}` : null
    message.run(seq, 1 + (i % ENDPOINTS), key, envelope('batch.succeeded', now - DAY, `{"id":${i}}`))
    delivery.run(seq, 1 + (i % ENDPOINTS), now + 600_000 + ((i * 7919) % DAY))
    if (nth < SOON) soon.push({ seq, nth })
  }
  db.exec('COMMIT')
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  // Only now is it known when now is.
  db.exec('BEGIN')
  const first = Date.now() + SOON_FROM
  const hurry = db.prepare('UPDATE deliveries SET due = ? WHERE seq = ?')
  for (const { seq, nth } of soon) {
    const at = first + nth * SOON_STEP
    hurry.run(at, seq)
    due.set(formatMessageId(seq, tag), at)
  }
  db.exec('COMMIT')
  db.close()
  return due
}

/** Starts the server that tests kill, and kills it once it runs, so that the measured start is one after kill -9. */
async function start(
  dir: string,
): Promise<{ readonly pid: number; readonly seconds: number; kill(): Promise<void> }> {
  const begin = performance.now()
  const child = spawn(process.execPath, [join(import.meta.dirname, 'crash-child.ts'), dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise((resolve) => {
    createInterface(child.stdout).once('line', resolve)
  })
  return {
    pid: child.pid!,
    seconds: (performance.now() - begin) / 1000,
    kill: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve()).kill('SIGKILL')
      }),
  }
}

const residentMiB = (pid: number): number =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024

export async function backlog(count: number): Promise<object & { readonly ok: boolean }> {
  const dir = mkdtempSync(join(tmpdir(), 'flowbench-backlog-'))
  const receiver = await openReceiver()
  try {
    const due = await fill(dir, receiver.url, count)
    await (await start(dir)).kill()
    const server = await start(dir)
    const last = Math.max(...due.values())
    await new Promise((resolve) => {
      setTimeout(resolve, last + 3000 - Date.now())
    })
    const peakMiB = residentMiB(server.pid)
    await server.kill()
    const lateness = receiver.deliveries.map(({ id, at }) => at - due.get(id)!).sort((a, b) => a - b)
    const report = {
      pending: count,
      readySeconds: Number(server.seconds.toFixed(2)),
      peakMiB: Math.round(peakMiB),
      dueSoon: due.size,
      delivered: new Set(receiver.deliveries.map(({ id }) => id)).size,
      earliestMs: lateness[0],
      lateMsP50: lateness[lateness.length >> 1],
      lateMsP99: lateness[Math.floor(lateness.length * 0.99)],
    }
    return {
      ...report,
      ok: server.seconds < 5 && peakMiB < 400 && report.delivered === due.size && report.earliestMs! >= 0,
    }
  } finally {
    await receiver.close()
    rmSync(dir, { recursive: true, force: true })
  }
}

if (import.meta.main) {
  const report = await backlog(Number(process.argv[2] ?? 2_000_000))
  console.log(JSON.stringify(report, null, 2))
  process.exitCode = report.ok ? 0 : 1
}
