/**
 * Power cuts at random points: nothing acknowledged may be lost, nothing may be half there, and what is left can be
 * started on. In every other life the disk has no room for snapshots now and then, which must not matter either. Some
 * first lives end with a killed process instead, or as a sync fails: what the second then finds is promised to its
 * clients from there on. Some are closed. And some starts are cut themselves.
 *
 * On a copy of what is left a bit is wrong somewhere in the logs: then the start is refused, or what is not read is kept,
 * or no more than one record of what was acknowledged is missing.
 *
 *     node engines/sparse-array/testing/power-run.ts [points] [seed]
 */
import { Journal } from '../io/journal.ts'
import { Engine } from '../server/engine.ts'
import type { Host } from '../server/host.ts'
import { DamagedError } from '../io/recovery.ts'
import { NO_HOST } from '../server/host.ts'
import { Client } from './client.ts'
import { PowerCut, PowerFiles } from './power.ts'
import { seeded } from './random.ts'
import type { Random } from './random.ts'

export interface PowerRun {
  readonly points: number
  /** Points at which writes had been acknowledged, were unacknowledged, and a snapshot was being written. */
  readonly acknowledged: number
  readonly unacknowledged: number
  readonly saving: number
  /** Lives that ended and left the power on: of those, such as a sync had failed; and starts that the power failed. */
  readonly killed: number
  readonly failedSyncs: number
  readonly cutStarts: number
  /** Lives that were closed, and starts that were refused for a wrong bit. */
  readonly closed: number
  readonly refused: number
  /** Snapshots that had been given up. */
  readonly givenUp: number
  /** Starts that found the end of what no sync had reached, and not its begin. */
  readonly holes: number
}

interface Life {
  readonly client: Client
  readonly journal: Journal
  /** Snapshots that were given up, and holes that were found. */
  readonly told: { readonly givenUp: number; readonly holes: number }
}

const DISK_FAULT = Object.assign(new Error('input/output error'), { code: 'EIO' })

const failSyncs = (name: string, isSync: boolean): Error | null =>
  isSync && name.startsWith('log.') ? DISK_FAULT : null

/** An engine on this disk, as after a start. */
function start(files: PowerFiles, onFailed: (error: unknown) => void): Life {
  let journal: Journal | null = null
  const told = { givenUp: 0, holes: 0 }
  const host: Host = {
    ...NO_HOST,
    durable: true,
    log: (db, commands) => journal!.append(db, commands),
    save: (what) => journal!.beginSave(what),
  }
  const engine = new Engine({ debug: true, host })
  engine.now = 1_000_000
  const onNotice = (line: string): void => {
    if (/given up.*no space/.test(line)) told.givenUp++
    if (line.includes('no sync had reached')) told.holes++
  }
  try {
    journal = new Journal(engine, files, { onFailed, onNotice })
  } catch (error) {
    engine.space.release()
    throw error
  }
  return { client: new Client(engine), journal, told }
}

/** A state that was there once, and how many of the log's bytes belong to it. */
interface State {
  readonly digest: string
  readonly until: number
}

/** Starts on a copy in whose logs one bit is wrong; whether that is refused. */
function startOnFlipped(
  files: PowerFiles,
  states: readonly State[],
  acknowledged: number,
  random: Random,
): boolean {
  const contents = new Map(files.list().map((name) => [name, Buffer.from(files.read(name, 0, Infinity))]))
  const logs = [...contents].filter(([name, bytes]) => /^log\.\d+$/.test(name) && bytes.length > 0)
  if (logs.length === 0) return false
  const [, log] = random.pick(logs)
  log[random.below(random.pick([log.length, Math.min(log.length, 100)]))]! ^= 1 << random.below(8)
  const copy = new PowerFiles(contents)
  let found: string
  try {
    const { client } = start(copy, rethrow)
    found = digest(client)
    client.engine.space.release()
  } catch (error) {
    if (error instanceof DamagedError) return true
    throw error
  }
  const at = states.findLastIndex((state) => state.digest === found)
  if (at < 0) throw new Error('a wrong bit makes a state that never was')
  const lost = states.slice(at + 1).filter(({ until }) => until > states[at]!.until && until <= acknowledged)
  const isKept = copy.list().some((name) => name.includes('.cut'))
  if (!isKept && new Set(lost.map(({ until }) => until)).size > 1) {
    throw new Error(`a wrong bit takes ${lost.length} acknowledged writes without a word`)
  }
  return false
}

const digest = (client: Client): string => client.type('DEBUG DIGEST')

function write(client: Client, random: Random, n: number): void {
  const index = random.below(2) === 0 ? random.below(40) : random.below(40) * 10_000_019
  const value = `v${n}`.repeat(1 + random.below(random.below(10) === 0 ? 500 : 8))
  switch (random.below(9)) {
    case 0:
      client.send('SET', `s${random.below(5)}`, value)
      break
    case 1:
      client.send('ARINSERT', 'l', value, String(n))
      break
    case 2:
      client.send('ARDELRANGE', 'a', String(index), String(index + 20))
      break
    case 3:
      client.send('MULTI')
      client.send('ARSET', 'a', String(index), value)
      client.send('SET', 'both', value)
      client.send('SELECT', '1')
      client.send('ARINSERT', 'other', value)
      client.send('SELECT', '0')
      if (random.below(3) === 0) client.send('BGSAVE')
      client.send('EXEC')
      break
    case 4:
      client.send('ARRING', 'ring', String(3 + random.below(4)), value)
      break
    case 5:
      client.send(random.below(4) === 0 ? 'FLUSHDB' : 'PERSIST', 's1')
      client.send('PEXPIRE', 's1', '999999999')
      break
    default:
      client.send('ARMSET', 'a', String(index), value, String(index + 1), value)
  }
}

/** One life that ends in a cut, and what the next finds. Throws when a promise was broken. */
async function onePoint(
  random: Random,
  totals: { -readonly [total in Exclude<keyof PowerRun, 'points'>]: number },
) {
  let files = new PowerFiles()
  /** Every state that was there after a record, oldest first, and how many of the log's bytes belong to it. */
  let last = ''
  let before: State[] = []
  for (let life = 0; life < 2; life++) {
    let failed = false
    const failures: unknown[] = []
    const { client, journal, told } = start(files, (error) => {
      if (!(error instanceof PowerCut) && error !== DISK_FAULT) throw error
      failed = true
      failures.push(error)
    })
    const states: State[] = [{ digest: digest(client), until: 0 }]
    if (life > 0 && states[0]!.digest !== last) throw new Error('the second start found something else')
    files.callsLeft = random.below(90)
    if (random.below(2) === 0) {
      files.fault = (name) =>
        (name === '' || name.endsWith('.part')) && random.below(5) === 0
          ? Object.assign(new Error('no space left on the disk'), { code: 'ENOSPC' })
          : null
    }
    const failsToSync = life === 0 && random.below(3) === 0
    // In some lives there is much that no sync has reached, as under `everysec`.
    const syncs = random.pick([1, 2, 20])
    let acknowledged = 0
    for (let n = 0; !failed && n < 400; n++) {
      if (failsToSync && random.below(20) === 0) {
        files.fault = failSyncs
      }
      try {
        write(client, random, n)
        states.push({ digest: digest(client), until: journal.position })
        // In some turns the server waits for the disk itself, as syncs are quick.
        const mayWait = random.below(3) === 0
        if (mayWait) journal.lastSyncMs = 0
        if (random.below(3) > 0) journal.commit(random.below(syncs) === 0, mayWait)
        if (random.below(10 + 2 * syncs) === 0) journal.beginSave('save')
        if (random.below(3) === 0) journal.stepSave(200)
        if (random.below(2) === 0) files.completeSyncs()
      } catch (error) {
        if (!(error instanceof PowerCut)) throw error
        failed = true
      }
      if (!failed && random.below(100) === 0) {
        failed = true
        let isOn = true
        if (failsToSync && random.below(2) === 0) {
          // It is known to nobody when the end begins.
          files.fault = failSyncs
          try {
            files.completeSyncs()
          } catch (error) {
            if (!(error instanceof PowerCut)) throw error
            isOn = false
          }
          files.fault = () => null
        }
        if (isOn && close(journal, failures)) {
          totals.closed++
          acknowledged = journal.synced
        }
      }
      await Promise.resolve()
      await Promise.resolve()
      await Promise.resolve()
      if (!failed) acknowledged = journal.synced
    }
    if (acknowledged > 0) totals.acknowledged++
    if (journal.position > acknowledged) totals.unacknowledged++
    if (journal.saving !== null) totals.saving++
    totals.givenUp += told.givenUp
    const hasFailed = failures.includes(DISK_FAULT)
    if (hasFailed) totals.failedSyncs++
    if (life === 0 && random.below(3) < (hasFailed ? 2 : 1)) {
      totals.killed++
      files.killed()
    } else files = new PowerFiles(files.afterCut(random))
    if (random.below(3) === 0) {
      totals.cutStarts++
      files = cutStart(files, random)
    }
    if (random.below(2) === 0 && startOnFlipped(files, [...before, ...states], acknowledged, random))
      totals.refused++
    const after = start(files, rethrow)
    totals.holes += after.told.holes
    const found = digest(after.client)
    const least = states.findLastIndex(({ until }) => until <= acknowledged)
    // A write whose bytes are acknowledged counts; states before it must not come back.
    const at = states.findLastIndex((state) => state.digest === found)
    if (at < 0) throw new Error('a state was found that never was')
    if (at < least)
      throw new Error(`acknowledged writes are lost: state ${at} of ${states.length}, promised ${least}`)
    last = found
    before = states.map((state) => ({ digest: state.digest, until: -1 }))
    client.engine.space.release()
    after.client.engine.space.release()
  }
}

/** Ends a life as it should end; whether it did. */
function close(journal: Journal, failures: unknown[]): boolean {
  try {
    journal.close()
    return failures.length === 0
  } catch (error) {
    if (!(error instanceof PowerCut) && error !== DISK_FAULT) throw error
    failures.push(error)
    return false
  }
}

const rethrow = (error: unknown): void => {
  throw error
}

/** A start that the power fails, sooner or later; returns the disk then. */
function cutStart(files: PowerFiles, random: Random): PowerFiles {
  files.callsLeft = random.below(10)
  try {
    start(files, rethrow).client.engine.space.release()
  } catch (error) {
    if (!(error instanceof PowerCut)) throw error
  }
  return new PowerFiles(files.afterCut(random))
}

export async function runPowerCuts(points: number, seed: number): Promise<PowerRun> {
  const random = seeded(seed)
  const totals = {
    acknowledged: 0,
    unacknowledged: 0,
    saving: 0,
    killed: 0,
    failedSyncs: 0,
    cutStarts: 0,
    closed: 0,
    refused: 0,
    givenUp: 0,
    holes: 0,
  }
  for (let point = 0; point < points; point++) {
    try {
      await onePoint(random, totals)
    } catch (error) {
      throw new Error(`point ${point} of seed ${seed}`, { cause: error })
    }
  }
  return { points, ...totals }
}

if (import.meta.main) {
  const points = Number(process.argv[2] ?? 2_000)
  const run = await runPowerCuts(points, Number(process.argv[3] ?? 1))
  console.log(
    `${run.points} power cuts (two lives each): nothing acknowledged lost, nothing half there; ${run.acknowledged} had acknowledged writes, ${run.unacknowledged} unacknowledged ones, ${run.saving} came while a snapshot was written, ${run.killed} lives ended with a killed process, ${run.failedSyncs} of them as a sync had failed, and ${run.cutStarts} starts with a cut, ${run.closed} lives were closed, ${run.refused} starts were refused for a wrong bit, ${run.givenUp} snapshots had been given up, ${run.holes} starts found holes`,
  )
}
