/**
 * A power cut in a start, after a server that ended because its syncs failed: what it wrote since is in the system's memory
 * alone, and taken for written. The start reads it, and no sync brings it to the disk that writes nothing before. The
 * start is recorded and cut as in `power.ts`, over a disk that has nothing of what was not synced.
 */
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Database } from '../io/store/database.ts'
import { DELIVERED } from '../io/store/schema.ts'
import { STORE_FILE } from '../io/store/store.ts'
import { countOf, inFolder, record, replay, type Cuts } from './power-replay.ts'

const FILES = [STORE_FILE, `${STORE_FILE}-wal`]

/** Messages of one transaction. */
const AT_ONCE = 10

export interface StartReport extends Cuts {
  /** Writes to the file itself: the start has copied its log. */
  readonly checkpointWrites: number
  readonly promised: number
}

export function startCuts(cuts: number, random: () => number, accepts = 200): StartReport {
  return inFolder((root) => {
    const store = new Database(join(root, STORE_FILE), { mergeAt: 50, checkpointPages: 1_000_000 })
    const before = fill(store, 'synced', accepts)
    store.checkpoint()
    const promised = before + fill(store, 'logged', AT_ONCE)
    const base = new Map(FILES.map((name) => [name, readFileSync(join(root, name))]))
    // From here on no sync is of use.
    fill(store, 'lost', accepts)
    const dir = join(root, 'store')
    mkdirSync(dir)
    for (const name of FILES) copyFileSync(join(root, name), join(dir, name))
    store.close()
    const events = record(dir, join(root, 'trace'), 'FULL', 0)
    return {
      ...replay({ events, base, promised }, join(root, 'cut'), cuts, random),
      checkpointWrites: countOf(events, 'write', STORE_FILE),
      promised: promised.split('\n').length - 1,
    }
  })
}

/** Accepts messages and records deliveries, and returns what is promised by that, as `power-child.ts` says it. */
function fill(store: Database, name: string, accepts: number): string {
  let said = ''
  for (let done = 0; done < accepts; done += AT_ONCE) {
    store.begin()
    for (let i = done; i < done + AT_ONCE; i++) {
      const key = `${name}-${i}`
      const data = JSON.stringify({ id: key, pad: 'x'.repeat((i * 37) % 700) })
      const now = Date.now()
      const result = store.accept({ endpoint: 1, type: 'batch.succeeded', key, data, now })
      if (!('seq' in result)) throw new Error('a key of its own was refused')
      const { seq } = result
      const attempt = { attempts: 1, at: now, status: 200, error: null }
      store.save({ seq, state: DELIVERED, tries: 0, due: now, since: null, ...attempt })
      said += `a ${seq} ${key}\nd ${seq}\n`
    }
    store.commit()
  }
  return said
}
