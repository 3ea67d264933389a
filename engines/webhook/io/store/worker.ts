/**
 * The thread that owns the file. While a commit waits for the disk, requests collect in the port; the next turn takes
 * all of them into one transaction. The sync itself is the batching window: alone, a request waits for one sync, and
 * under load hundreds share it.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { faultOf } from '../fault.ts'
import { Database } from './database.ts'
import type { Batch, FromWorker, Reply, Request, WorkerSetup } from './protocol.ts'
import { READS } from './protocol.ts'
import { StoreNotOpened } from './statements.ts'

/** SQLITE_IOERR_FSYNC: what was promised may be lost in a way that no retry mends. */
const FSYNC_FAILED = 1034
/** Quiet for so long, ms: the log is copied into the file and cut. */
const QUIET_MS = 500

type SqliteError = Error & { readonly errcode?: number }

const { path, options, fault: plan } = workerData as WorkerSetup
const port = parentPort!
const fault = faultOf(plan)
const say = (message: FromWorker): void => port.postMessage(message, [])

let waiting: Batch[] = []
let flushes = false
let quiet: NodeJS.Timeout | undefined
let database: Database
/** Set when a sync has failed; from then on nothing is promised. */
let failure: string | null = null

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
  const requests = batches.flatMap((batch) => batch.requests)
  const merges = database.merges
  const writes = requests.some(({ name }) => !READS.has(name))
  const replies = inTransaction(requests, writes)
  if (database.merges > merges) fault('keys-merged')
  say({ replies })
  if (!writes) return
  clearTimeout(quiet)
  quiet = setTimeout(() => {
    try {
      database.checkpoint()
    } catch (error) {
      // When the disk is full, the log stays as it is and is copied later.
      noteFailedSync(error as SqliteError)
    }
    fault('checkpointed')
  }, QUIET_MS)
}

/**
 * All writes durable together, or none of them; what is read beside them is read also when they fail. A request that is at fault itself (a value that a column does not take, a
 * bug of ours) fails alone: in a second go each has a savepoint.
 */
function inTransaction(requests: readonly Request[], writes: boolean): Reply[] {
  for (const guarded of [false, true]) {
    if (failure !== null) return requests.map(() => ({ error: failure! }))
    try {
      if (writes) database.begin()
      const replies = requests.map((request) =>
        guarded ? database.guarded(() => perform(request)) : perform(request),
      )
      if (writes) fault('before-commit')
      database.commit()
      if (writes) fault('after-commit')
      return replies
    } catch (error) {
      const failed = error as SqliteError
      database.rollback()
      noteFailedSync(failed)
      if (guarded || isOfTheDisk(failed)) return requests.map((request) => readAlone(request, failed))
    }
  }
  return []
}

/** A read in no transaction, for one that was in that of writes which failed: a full disk stops no deliveries. */
function readAlone(request: Request, failed: SqliteError): Reply {
  if (failure !== null || !READS.has(request.name)) return { error: failed.message }
  try {
    return perform(request)
  } catch (error) {
    return { error: (error as Error).message }
  }
}

function noteFailedSync({ errcode, message }: SqliteError): void {
  if (errcode !== FSYNC_FAILED) return
  failure = message
  say({ fatal: message })
}

/** One argument and one result an operation, typed where they are asked for (`store.ts`). */
function perform({ name, args }: Request): Reply {
  return { value: (database[name] as (args: unknown) => unknown).call(database, args) }
}

/** SQLite's primary codes for what concerns the whole transaction: anything but a wrong value or a wrong statement. */
function isOfTheDisk({ errcode = 0 }: SqliteError): boolean {
  return ![0, 1, 18, 19, 20, 21, 25].includes(errcode & 0xff)
}
