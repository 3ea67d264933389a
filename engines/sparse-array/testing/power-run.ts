/**
 * Power cuts at random points: nothing acknowledged may be lost, nothing may be half there, and what is left can be
 * started on. In every other life the disk has no room for snapshots now and then, which must not matter either. Some
 * first lives end with a killed process instead, or as a sync fails: what the second then finds is promised to its
 * clients from there on. And some starts are cut themselves.
 *
 *     node engines/sparse-array/testing/power-run.ts [points] [seed]
 */
import { Journal } from '../io/journal.ts'
import { Engine } from '../server/engine.ts'
import type { Host } from '../server/host.ts'
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
  for (let life = 0; life < 2; life++) {
    let failed = false
    const failures: unknown[] = []
    const { client, journal, told } = start(files, (error) => {
      if (!(error instanceof PowerCut) && error !== DISK_FAULT) throw error
      failed = true
      failures.push(error)
    })
    const states = [{ digest: digest(client), until: 0 }]
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
        files.fault = (name, isSync) => (isSync && name.startsWith('log.') ? DISK_FAULT : null)
      }
      try {
        write(client, random, n)
        states.push({ digest: digest(client), until: journal.position })
        if (random.below(3) > 0) journal.commit(random.below(syncs) === 0)
        if (random.below(10 + 2 * syncs) === 0) journal.beginSave('save')
        if (random.below(3) === 0) journal.stepSave(200)
        if (random.below(2) === 0) files.completeSyncs()
      } catch (error) {
        if (!(error instanceof PowerCut)) throw error
        failed = true
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
    if (hasFailed || (life === 0 && random.below(3) === 0)) {
      totals.killed++
      files.killed()
    } else files = new PowerFiles(files.afterCut(random))
    if (random.below(3) === 0) {
      totals.cutStarts++
      files = cutStart(files, random)
    }
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
    client.engine.space.release()
    after.client.engine.space.release()
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
    `${run.points} power cuts (two lives each): nothing acknowledged lost, nothing half there; ${run.acknowledged} had acknowledged writes, ${run.unacknowledged} unacknowledged ones, ${run.saving} came while a snapshot was written, ${run.killed} lives ended with a killed process, ${run.failedSyncs} of them as a sync had failed, and ${run.cutStarts} starts with a cut, ${run.givenUp} snapshots had been given up, ${run.holes} starts found holes`,
  )
}
