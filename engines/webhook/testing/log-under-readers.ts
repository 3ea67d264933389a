/**
 * Accepts while a reader pages through all messages without a pause (gotosocial#2808): how long does the write-ahead log
 * become, and is it cut when it is quiet?
 *
 *     node engines/webhook/testing/log-under-readers.ts [ACCEPTS]
 */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Store, STORE_FILE } from '../io/store/store.ts'

const SENDERS = 256
/** Bytes that the log may have at most. */
export const LOG_LIMIT = 64 * 2 ** 20
/** How long it may stay uncut when nobody writes, ms. */
const QUIET_LIMIT = 20_000

export interface LogReport {
  readonly accepted: number
  /** Pages that were read meanwhile. */
  readonly pages: number
  readonly longest: number
  /** Bytes when it was quiet. */
  readonly left: number
}

export async function logUnderReaders(accepts: number): Promise<LogReport> {
  const dir = mkdtempSync(join(tmpdir(), 'flowbench-log-'))
  const store = await Store.open(dir)
  const bytes = (): number => statSync(join(dir, `${STORE_FILE}-wal`)).size
  try {
    await store.ask('start', { candidate: 'testtest' })
    const state = { isDone: false }
    let [pages, accepted, longest] = [0, 0, 0]
    const reader = async (): Promise<void> => {
      for (let after: number | null = 0; !state.isDone; after ??= 0) {
        const which = { after, endpoint: null, state: null, limit: 100 }
        const page: { readonly next: number | null } = await store.ask('list', which)
        after = page.next
        pages++
      }
    }
    let left = accepts
    const sender = async (): Promise<void> => {
      while (left-- > 0) {
        const data = `"${'x'.repeat(500)}"`
        const result = await store.ask('accept', {
          endpoint: 1,
          type: 'a',
          key: randomUUID(),
          data,
          now: Date.now(),
        })
        if ('fresh' in result && result.fresh) accepted++
        if (left % 100 === 0) longest = Math.max(longest, bytes())
      }
    }
    const reading = reader()
    await Promise.all(Array.from({ length: SENDERS }, sender))
    state.isDone = true
    await reading
    for (const end = performance.now() + QUIET_LIMIT; bytes() > 0 && performance.now() < end;) await sleep(50)
    return { accepted, pages, longest, left: bytes() }
  } finally {
    await store.close()
    rmSync(dir, { recursive: true, force: true })
  }
}

if (import.meta.main) {
  const accepts = Number(process.argv[2] ?? 1_000_000)
  const report = await logUnderReaders(accepts)
  console.log(JSON.stringify(report))
  const { accepted, longest, left } = report
  process.exitCode = accepted === accepts && longest < LOG_LIMIT && left === 0 ? 0 : 1
}
