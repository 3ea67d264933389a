/**
 * Kill -9, round after round, on one folder: a server is started, senders post over HTTP, the server dies at a random
 * moment or at the n-th passing of a named point, and the next round starts on what it left. At the end one server runs
 * until all is delivered.
 *
 * What must hold: every message that was answered 202 reaches the receiver; a repeated idempotency key gave the same id
 * whichever round it fell into; and what came twice was under way when a server died, no more.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { Client } from 'undici'
import { FAULT_POINTS, type FaultPoint } from '../io/fault.ts'
import { formatMessageId } from '../message/id.ts'
import { STORE_FILE } from '../io/store/store.ts'
import { openReceiver } from './receiver.ts'

const SENDERS = 16
/** A point is waited for so long, ms, from the first promise on. */
const LATE_MS = 5000
/** Senders fall silent after so long, ms, where the point comes only when it is quiet. */
const SILENT_MS = 200
/** A quarter of the first attempts fail, so that retries, due times and the breaker are in what a crash meets. */
const FAIL_SHARE = 0.25

export interface CrashReport {
  readonly rounds: number
  readonly accepted: number
  readonly lost: number
  readonly delivered: number
  readonly duplicates: number
  /** Deliveries that had arrived and were not yet recorded when a server died, summed over all rounds: these may come twice. */
  readonly unrecorded: number
  /** Idempotency keys that were answered with two ids. */
  readonly keysForked: number
  /** Rounds that ended at each point, and at a random moment. */
  readonly deaths: Readonly<Record<string, number>>
}

interface Running {
  readonly child: ChildProcess
  readonly url: string
  readonly died: Promise<void>
}

export async function crashRounds(
  rounds: number,
  random: () => number,
  /** The first round's number: which point is whose turn. */
  first = 0,
  /** Told after each round; what is not yet delivered counts as lost until the end. */
  onRound: (soFar: CrashReport) => void = () => {},
): Promise<CrashReport> {
  const dir = mkdtempSync(join(tmpdir(), 'flowbench-crash-'))
  const failing = new Set<string>()
  const succeeded = new Map<string, number>()
  const receiver = await openReceiver(({ id }, _, nth) => {
    if (nth === 0 && random() < FAIL_SHARE) {
      failing.add(id)
      return 500
    }
    succeeded.set(id, (succeeded.get(id) ?? 0) + 1)
    return 200
  })
  const idOfKey = new Map<string, string>()
  const deaths: Record<string, number> = {}
  let unrecorded = 0
  let keysForked = 0
  let endpoint = ''
  let key = 0
  const report = (done: number): CrashReport => {
    const ids = new Set(idOfKey.values())
    const lost = [...ids].filter((id) => !succeeded.has(id)).length
    const duplicates = [...succeeded.values()].reduce((sum, times) => sum + times - 1, 0)
    const [accepted, delivered] = [ids.size, succeeded.size]
    return { rounds: done, accepted, lost, delivered, duplicates, unrecorded, keysForked, deaths }
  }
  const accept = (sent: string, id: string): void => {
    const before = idOfKey.get(sent)
    if (before !== undefined && before !== id) keysForked++
    idOfKey.set(sent, id)
  }
  try {
    for (let round = first; round < first + rounds; round++) {
      // Every point in turn, and every third round a moment of its own.
      const point =
        round % 3 === 2 ? null : FAULT_POINTS[(round - Math.floor(round / 3)) % FAULT_POINTS.length]!
      const server = await start(
        dir,
        round === first ? null : point,
        1 + Math.floor(random() * passings(point)),
      )
      // A server that dies at its first merge may not get as far as its first endpoint.
      if (endpoint === '') endpoint = await addEndpoint(server, receiver.url)
      let isLate = false
      let isSending = true
      // From its first promise on: how long a start takes is the machine's affair.
      let timer: NodeJS.Timeout | undefined
      const onPromise = (): void => {
        if (timer !== undefined) return
        timer = setTimeout(
          () => {
            isLate = true
            server.child.kill('SIGKILL')
          },
          point === null ? random() * 200 : LATE_MS,
        )
        if (point === 'checkpointed') setTimeout(() => (isSending = false), SILENT_MS)
      }
      await Promise.all(
        Array.from({ length: SENDERS }, () =>
          // Now and then a key of an earlier round again: it may be in memory, in the tree, or on its way there.
          send(
            server,
            endpoint,
            () => `key-${random() < 0.1 ? Math.floor(random() * key) : key++}`,
            (sent, id) => {
              onPromise()
              accept(sent, id)
            },
            () => isSending,
          ),
        ),
      )
      await server.died
      clearTimeout(timer)
      const how = isLate || point === null ? 'random moment' : point
      deaths[how] = (deaths[how] ?? 0) + 1
      unrecorded += countUnrecorded(dir, succeeded)
      onRound(report(round - first + 1))
    }
    const last = await start(dir, null, 0)
    await drained(last)
    last.child.kill('SIGTERM')
    await last.died
  } finally {
    await receiver.close()
    rmSync(dir, { recursive: true, force: true })
  }
  return report(rounds)
}

/** Messages that the receiver has and the store, as the dead server left it, still holds for pending. */
function countUnrecorded(dir: string, succeeded: ReadonlyMap<string, number>): number {
  // Opened as a copy: opening it here would do the next server's recovery for it.
  const copy = mkdtempSync(join(tmpdir(), 'flowbench-crash-copy-'))
  try {
    cpSync(dir, copy, { recursive: true })
    const db = new DatabaseSync(join(copy, STORE_FILE))
    const { tag } = db.prepare("SELECT value AS tag FROM meta WHERE name = 'tag'").get() as { tag: string }
    const rows = db.prepare('SELECT seq FROM deliveries WHERE state = 0').all() as { seq: number }[]
    db.close()
    return rows.filter(({ seq }) => succeeded.has(formatMessageId(seq, tag))).length
  } finally {
    rmSync(copy, { recursive: true })
  }
}

/** How often a point is passed in a round, about: the plan picks one of these. */
function passings(point: FaultPoint | null): number {
  if (point === 'checkpointed') return 1
  if (point === 'keys-merged') return 2
  return point === 'before-commit' || point === 'after-commit' ? 12 : 60
}

async function start(dir: string, point: FaultPoint | null, passing: number): Promise<Running> {
  const args = [
    join(import.meta.dirname, 'crash-child.ts'),
    dir,
    'small',
    ...(point === null ? [] : [point, String(passing)]),
  ]
  // Half of a start is compiling the same files again.
  const env = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'flowbench-compile-cache') }
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env })
  const died = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
  })
  const lines = createInterface(child.stdout)
  const first = await Promise.race([
    new Promise<string>((resolve) => {
      lines.once('line', resolve)
    }),
    died.then(() => ''),
  ])
  // Some points are passed while it starts.
  const url = first === '' ? 'http://127.0.0.1:1' : (JSON.parse(first) as { url: string }).url
  return { child, url, died }
}

async function addEndpoint({ url }: Running, target: string): Promise<string> {
  const response = await fetch(`${url}/endpoints`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ url: target, policy: 'testing' }),
  })
  return ((await response.json()) as { id: string }).id
}

/** Posts one after another until the server is gone, or it is told to stop. */
async function send(
  { url }: Running,
  endpoint: string,
  nextKey: () => string,
  accept: (key: string, id: string) => void,
  goesOn: () => boolean,
): Promise<void> {
  const client = new Client(url)
  try {
    while (goesOn()) {
      const key = nextKey()
      const { statusCode, body } = await client.request({
        path: '/messages',
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ endpoint, type: 'batch.succeeded', data: { key }, idempotencyKey: key }),
      })
      const answer = (await body.json()) as { id: string }
      if (statusCode === 202) accept(key, answer.id)
    }
  } catch {
    // It has died; what was under way was not promised.
  } finally {
    await client.destroy()
  }
}

/** A page looks at so many messages and no more: an empty one with a `next` says nothing of those behind. */
async function drained({ url }: Running): Promise<void> {
  for (let after = ''; ;) {
    const response = await fetch(`${url}/messages?state=pending&limit=1${after}`)
    const { messages, next } = (await response.json()) as { messages: unknown[]; next: string | null }
    if (messages.length === 0 && next === null) return
    after = messages.length === 0 ? `&after=${next}` : ''
    if (messages.length > 0) await sleep(50)
  }
}

/** True when everything held that must. */
export const holds = ({ lost, keysForked, duplicates, unrecorded }: CrashReport): boolean =>
  lost === 0 && keysForked === 0 && duplicates <= unrecorded

if (import.meta.main) {
  const rounds = Number(process.argv[2] ?? 2000)
  const report = await crashRounds(rounds, Math.random, 0, (soFar) => {
    if (soFar.rounds % 50 === 0) process.stderr.write(`${JSON.stringify(soFar)}\n`)
  })
  console.log(JSON.stringify(report, null, 2))
  process.exitCode = holds(report) ? 0 : 1
}
