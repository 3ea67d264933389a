/**
 * Two million pending messages and a kill -9: how soon is the next server ready, how much memory does it take, and does
 * anything go out late?
 *
 *     node engines/webhook/testing/backlog.ts [COUNT]
 *
 * The messages are due over the next day for 200 endpoints; a part of each endpoint's is due in the seconds after the
 * start, and the receiver looks whether these come when they should.
 *
 * Late is what a sender of webhooks would notice: half of the shortest delay that a policy can draw (2 s, jittered down to
 * 1 s). It is not zero, as 200 messages are due in the same millisecond and two processors take their time over them: some
 * 20 ms, and 100 to 150 for the first 200 after a start, when code is cold and each needs a connection. The two are
 * printed apart. None may be early.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { Database } from '../io/store/database.ts'
import { STORE_FILE } from '../io/store/store.ts'
import { formatMessageId } from '../message/id.ts'
import { openReceiver, type Delivery } from './receiver.ts'

const ENDPOINTS = 200
const DAY = 86_400_000
/** Of each endpoint, so many are due soon: from here on, one in so many ms. */
const SOON = 20
const SOON_FROM = 25_000
const SOON_STEP = 250
/** At the receiver later than this is late, ms. */
const LATE_MS = 500
/** Accepts in one transaction while it is filled. */
const TRANSACTION = 4096

/** Accepts all of it, with a key each, through the store's own code; then spreads when it is due. */
function fill(dir: string, url: string, count: number): Map<string, number> {
  const path = join(dir, STORE_FILE)
  const store = new Database(path, { synchronous: 'OFF' })
  const now = Date.now()
  store.begin()
  const { tag } = store.start({ candidate: 'backlogs' })
  for (let i = 0; i < ENDPOINTS; i++) {
    const secret = `whsec_${Buffer.alloc(32, i).toString('base64')}`
    store.addEndpoint({ url, mode: 'static', policy: 'testing', rate: null, now, secret })
  }
  const soon: { readonly seq: number; readonly nth: number }[] = []
  for (let i = 0; i < count; i++) {
    const accepted = store.accept({
      endpoint: 1 + (i % ENDPOINTS),
      type: 'batch.succeeded',
      key: `key-${i}`,
      data: `{"id":${i}}`,
      now: now - DAY + (i * DAY) / count,
    })
    const nth = Math.floor(i / ENDPOINTS)
    if ('seq' in accepted && nth < SOON) soon.push({ seq: accepted.seq, nth })
    if (i % TRANSACTION !== TRANSACTION - 1) continue
    store.commit()
    store.begin()
  }
  store.commit()
  store.close()
  const db = new DatabaseSync(path)
  db.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -500000; BEGIN')
  db.exec(`UPDATE deliveries SET tries = 1, attempts = 1, due = ${now + 600_000} + (seq * 7919) % ${DAY}`)
  db.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE); BEGIN')
  // Only now is it known when now is.
  const first = Date.now() + SOON_FROM
  const hurry = db.prepare('UPDATE deliveries SET due = ? WHERE seq = ?')
  const due = new Map<string, number>()
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
  const child = spawn(process.execPath, [join(import.meta.dirname, 'crash-child.ts'), dir, 'usual'], {
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
    const due = fill(dir, receiver.url, count)
    await (await start(dir)).kill()
    const server = await start(dir)
    const last = Math.max(...due.values())
    await new Promise((resolve) => {
      setTimeout(resolve, last + 3000 - Date.now())
    })
    const peakMiB = residentMiB(server.pid)
    await server.kill()
    const latenessOf = (deliveries: readonly Delivery[]): number[] =>
      deliveries.map(({ id, at }) => at - due.get(id)!).sort((a, b) => a - b)
    const lateness = latenessOf(receiver.deliveries)
    const soonest = Math.min(...due.values())
    const afterFirst = latenessOf(receiver.deliveries.filter(({ id }) => due.get(id) !== soonest))
    const report = {
      pending: count,
      readySeconds: Number(server.seconds.toFixed(2)),
      peakMiB: Math.round(peakMiB),
      dueSoon: due.size,
      delivered: new Set(receiver.deliveries.map(({ id }) => id)).size,
      earliestMs: lateness[0],
      lateMsP50: lateness[lateness.length >> 1],
      lateMsP99: lateness[Math.floor(lateness.length * 0.99)],
      lateMsMost: lateness.at(-1)!,
      lateMsMostAfterFirst200: afterFirst.at(-1),
    }
    const isOnTime = report.earliestMs! >= 0 && report.lateMsMost < LATE_MS
    return {
      ...report,
      ok: server.seconds < 5 && peakMiB < 400 && report.delivered === due.size && isOnTime,
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
