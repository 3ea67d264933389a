/**
 * A power cut, many times over: `strace` records every write that the store makes, and the record is replayed up to a
 * random point, with what was not synced lost or torn. The store is opened on what is left and compared with what had
 * been promised by then. Checkpoints and merges of keys are in the record.
 *
 * The same with synchronous=NORMAL and OFF must lose messages: it shows that the test can see.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Database } from '../io/store/database.ts'
import { STORE_FILE } from '../io/store/store.ts'
import { Disk, parseTrace, TRACED, type DiskEvent } from './disk-trace.ts'

export interface PowerReport {
  readonly synchronous: string
  readonly cuts: number
  /** Syncs and writes in the record, and those to the file itself: checkpoints. */
  readonly syncs: number
  readonly writes: number
  readonly checkpointWrites: number
  readonly promised: number
  /** Cuts after which something promised was missing; after which the file was corrupt. */
  readonly lossy: number
  readonly corrupt: number
  readonly reasons: readonly string[]
}

/** Whether `strace` can be run here; else why not. */
export function straceMissing(): string | null {
  const { error, status } = spawnSync('strace', ['-e', 'trace=none', 'true'])
  return error === undefined && status === 0
    ? null
    : `strace cannot run here: ${error?.message ?? `exit ${status}`}`
}

export function powerCuts(
  cuts: number,
  synchronous: 'FULL' | 'NORMAL' | 'OFF',
  random: () => number,
  accepts = 400,
): PowerReport {
  const root = mkdtempSync(join(tmpdir(), 'flowbench-power-'))
  try {
    const dir = join(root, 'store')
    mkdirSync(dir)
    // Begins with a file that is there, so that making it is not part of the record.
    new Database(join(dir, STORE_FILE)).close()
    const base = new Map(readdirSync(dir).map((name) => [name, readFileSync(join(dir, name))]))
    const events = record(dir, join(root, 'trace'), synchronous, accepts)
    return replay(events, base, join(root, 'cut'), cuts, synchronous, random)
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

function record(dir: string, trace: string, synchronous: string, accepts: number): DiskEvent[] {
  const child = join(import.meta.dirname, 'power-child.ts')
  const calls = ['-f', '-y', '-xx', '-s', '300000', '-e', `trace=${TRACED.join(',')}`, '-o', trace]
  const { error } = spawnSync(
    'strace',
    [...calls, process.execPath, child, dir, synchronous, String(accepts)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  if (error !== undefined) throw error
  const events = parseTrace(readFileSync(trace, 'latin1'), (path) => path.startsWith(dir))
  return events.map((event) => (event.kind === 'said' ? event : { ...event, file: basename(event.file) }))
}

function replay(
  events: readonly DiskEvent[],
  base: ReadonlyMap<string, Buffer>,
  dir: string,
  cuts: number,
  synchronous: string,
  random: () => number,
): PowerReport {
  const points = Array.from({ length: cuts }, () => Math.floor(random() * (events.length + 1))).sort(
    (a, b) => a - b,
  )
  const disk = new Disk(base)
  let done = 0
  let said = ''
  let lossy = 0
  let corrupt = 0
  const reasons: string[] = []
  for (const point of points) {
    for (; done < point; done++) {
      const event = events[done]!
      disk.apply(event)
      if (event.kind === 'said') said += event.text
    }
    rmSync(dir, { recursive: true, force: true })
    mkdirSync(dir)
    for (const [file, bytes] of disk.cut(random)) writeFileSync(join(dir, file), bytes)
    const wrong = judge(dir, said)
    if (wrong?.kind === 'corrupt') corrupt++
    else if (wrong?.kind === 'lossy') lossy++
    if (wrong !== null && reasons.length < 5) reasons.push(`cut ${point} of ${events.length}: ${wrong.why}`)
  }
  const count = (kind: string, file?: string): number =>
    events.filter(
      (event) => event.kind === kind && (file === undefined || (event as { file?: string }).file === file),
    ).length
  return {
    synchronous,
    cuts,
    syncs: count('sync'),
    writes: count('write'),
    lossy,
    corrupt,
    reasons,
    checkpointWrites: count('write', STORE_FILE),
    promised: events.filter((event) => event.kind === 'said' && event.text.startsWith('a')).length,
  }
}

type Wrong = { readonly kind: 'lossy' | 'corrupt'; readonly why: string }

/** Opens what is left, as the next server would, and holds it against what was said. */
function judge(dir: string, said: string): Wrong | null {
  const path = join(dir, STORE_FILE)
  try {
    const plain = new DatabaseSync(path)
    const { integrity_check: verdict } = plain.prepare('PRAGMA integrity_check').get() as {
      integrity_check: string
    }
    plain.close()
    if (verdict !== 'ok') return { kind: 'corrupt', why: verdict.slice(0, 200) }
    const store = new Database(path)
    try {
      return missing(store, said)
    } finally {
      store.close()
    }
  } catch (error) {
    return { kind: 'corrupt', why: (error as Error).message }
  }
}

function missing(store: Database, said: string): Wrong | null {
  const lossy = (why: string): Wrong => ({ kind: 'lossy', why })
  store.begin()
  for (const line of said.split('\n')) {
    const [what, seq = '', key = ''] = line.split(' ')
    if (what !== 'a' && what !== 'd') continue
    const message = store.message({ seq: Number(seq) })
    if (message === null) return lossy(`message ${seq} was promised`)
    if (what === 'd' && message.log.length !== 1) return lossy(`the delivery of ${seq} was recorded`)
    if (what === 'a') {
      // The same key with another body must be refused, wherever the key is kept by now.
      const again = { endpoint: 1, type: 'batch.succeeded', key, data: '"another"', now: 0 }
      if (!('conflict' in store.accept(again))) return lossy(`key ${key} was taken`)
    }
  }
  store.rollback()
  return null
}

if (import.meta.main) {
  const cuts = Number(process.argv[2] ?? 500)
  const reports = (['FULL', 'NORMAL', 'OFF'] as const).map((mode) =>
    powerCuts(cuts, mode, Math.random, Number(process.argv[3] ?? 1500)),
  )
  console.log(JSON.stringify(reports, null, 2))
  const [full, normal, off] = reports
  const sees = normal!.lossy > 0 && off!.lossy + off!.corrupt > 0
  process.exitCode = full!.lossy + full!.corrupt === 0 && full!.checkpointWrites > 0 && sees ? 0 : 1
}
