/**
 * A power cut, many times over: `strace` records every write that the store makes, and the record is replayed up to a
 * random point, with what was not synced lost or torn. The store is opened on what is left and compared with what had
 * been promised by then. Checkpoints and merges of keys are in the record; starts are cut by `power-start.ts`.
 *
 * The same with synchronous=NORMAL and OFF must lose messages: it shows that the test can see.
 */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Database } from '../io/store/database.ts'
import { STORE_FILE } from '../io/store/store.ts'
import { countOf, inFolder, record, replay, type Cuts } from './power-replay.ts'
import { startCuts } from './power-start.ts'

export interface PowerReport extends Cuts {
  readonly synchronous: string
  /** Syncs and writes in the record, and those to the file itself: checkpoints. */
  readonly syncs: number
  readonly writes: number
  readonly checkpointWrites: number
  readonly promised: number
}

export function powerCuts(
  cuts: number,
  synchronous: 'FULL' | 'NORMAL' | 'OFF',
  random: () => number,
  accepts = 400,
): PowerReport {
  return inFolder((root) => {
    const dir = join(root, 'store')
    mkdirSync(dir)
    // Begins with a file that is there, so that making it is not part of the record.
    new Database(join(dir, STORE_FILE)).close()
    const base = new Map(readdirSync(dir).map((name) => [name, readFileSync(join(dir, name))]))
    const events = record(dir, join(root, 'trace'), synchronous, accepts)
    return {
      synchronous,
      ...replay({ events, base }, join(root, 'cut'), cuts, random),
      syncs: countOf(events, 'sync'),
      writes: countOf(events, 'write'),
      checkpointWrites: countOf(events, 'write', STORE_FILE),
      promised: events.filter((event) => event.kind === 'said' && event.text.startsWith('a')).length,
    }
  })
}

if (import.meta.main) {
  const cuts = Number(process.argv[2] ?? 500)
  const reports = (['FULL', 'NORMAL', 'OFF'] as const).map((mode) =>
    powerCuts(cuts, mode, Math.random, Number(process.argv[3] ?? 1500)),
  )
  const start = startCuts(cuts, Math.random)
  console.log(JSON.stringify([...reports, { start }], null, 2))
  const [full, normal, off] = reports
  const sees = normal!.lossy > 0 && off!.lossy + off!.corrupt > 0
  const holds = [full!, start].every((report) => report.lossy + report.corrupt === 0)
  process.exitCode = holds && full!.checkpointWrites > 0 && start.checkpointWrites > 0 && sees ? 0 : 1
}
