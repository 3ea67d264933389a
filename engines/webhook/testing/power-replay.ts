/**
 * Disk writes of a process, recorded by `strace` and replayed up to random points, with what was not synced by then lost
 * or torn. The store is opened on what is left and compared with what had been promised.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Database } from '../io/store/database.ts'
import { STORE_FILE } from '../io/store/store.ts'
import { Disk, parseTrace, TRACED, type DiskEvent } from './disk-trace.ts'

export interface Cuts {
  readonly cuts: number
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

/** Does something in a folder that is gone afterwards. */
export function inFolder<T>(does: (root: string) => T): T {
  const root = mkdtempSync(join(tmpdir(), 'flowbench-power-'))
  try {
    return does(root)
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

/** What `power-child.ts` does to the store in a folder. */
export function record(dir: string, trace: string, synchronous: string, accepts: number): DiskEvent[] {
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

/** Events of a kind, and of a file. */
export const countOf = (events: readonly DiskEvent[], kind: string, file?: string): number =>
  events.filter(
    (event) => event.kind === kind && (file === undefined || (event as { file?: string }).file === file),
  ).length

/** Cuts the power so many times, over a disk that has `base`. `promised`: what had been said before. */
export function replay(
  {
    events,
    base,
    promised = '',
  }: {
    readonly events: readonly DiskEvent[]
    readonly base: ReadonlyMap<string, Buffer>
    readonly promised?: string
  },
  dir: string,
  cuts: number,
  random: () => number,
): Cuts {
  const points = Array.from({ length: cuts }, () => Math.floor(random() * (events.length + 1))).sort(
    (a, b) => a - b,
  )
  const disk = new Disk(base)
  let done = 0
  let said = promised
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
  return { cuts, lossy, corrupt, reasons }
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
