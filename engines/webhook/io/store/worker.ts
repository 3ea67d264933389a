/**
 * The thread that owns the file. While a commit waits for the disk, requests collect in the port; the next turn takes
 * all of them into one transaction. The sync itself is the batching window: alone, a request waits for one sync, and
 * under load hundreds share it.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { faultOf } from '../fault.ts'
import { Database, StoreNotOpened } from './database.ts'
import type { Batch, FromWorker, Reply, WorkerSetup } from './protocol.ts'
import { READS } from './protocol.ts'

/** SQLITE_IOERR_FSYNC: what was promised may be lost in a way that no retry mends. */
const FSYNC_FAILED = 1034
/** Quiet for so long, ms: the log is copied into the file and cut. */
const QUIET_MS = 500

const { path, options, fault: plan } = workerData as WorkerSetup
const port = parentPort!
const fault = faultOf(plan)
const say = (message: FromWorker): void => port.postMessage(message, [])

let waiting: Batch[] = []
let flushes = false
let quiet: NodeJS.Timeout | undefined
let database: Database

try {
  database = new Database(path, options)
  port.on('message', onBatch)
  say({ opened: true })
} catch (error) {
  const message = error instanceof Error ? error.message : String(error)
  say({ opened: false, message, mine: error instanceof StoreNotOpened })
  port.close()
}

function onBatch(batch: Batch | 'close'): void {
  if (batch === 'close') {
    if (waiting.length > 0) flush()
    clearTimeout(quiet)
    database.close()
    say({ closed: true })
    port.close()
    return
  }
  waiting.push(batch)
  if (flushes) return
  flushes = true
  setImmediate(flush)
}

function flush(): void {
  flushes = false
  const batches = waiting
  waiting = []
  if (batches.length === 0) return
  const merges = database.merges
  let wrote = false
  let replies: Reply[][]
  try {
    replies = batches.map(({ requests }) =>
      requests.map(({ name, args }) => {
        if (!READS.has(name)) {
          wrote = true
          database.begin()
        }
        // One argument and one result an operation, typed where they are asked for (`store.ts`).
        return { value: (database[name] as (args: unknown) => unknown).call(database, args) }
      }),
    )
    if (wrote) fault('before-commit')
    database.commit()
    if (wrote) fault('after-commit')
    if (database.merges > merges) fault('keys-merged')
  } catch (error) {
    const failed = error as Error & { errcode?: number }
    if (failed.errcode === FSYNC_FAILED) say({ fatal: failed.message })
    database.rollback()
    replies = batches.map(({ requests }) => requests.map(() => ({ error: failed.message })))
  }
  say({ replies: replies.flat() })
  if (!wrote) return
  clearTimeout(quiet)
  quiet = setTimeout(() => {
    database.checkpoint()
    fault('checkpointed')
  }, QUIET_MS)
}
