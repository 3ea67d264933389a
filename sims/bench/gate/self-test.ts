/** `gate --self-test`: plays rounds of the soak until there are as many as asked for, and says what they prove. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { openStream } from '../../lab/kernel/random/stream.ts'
import { repositoryOf } from '../checkout/git.ts'
import type { GateDocument } from './document.ts'
import { planOf } from './judge.ts'
import { parsed } from './lines.ts'
import { startLoad } from './load.ts'
import { rate, rateOf, soakRates, type Rate, type SoakRates } from './rate.ts'
import { ratesOf } from './rates.ts'
import { isFalseAlarm, playRealGates, readRealGates } from './real-gates.ts'
import { machineName, readSoak, soak, type Place } from './soak.ts'
import { rowWork, type Registry } from './subjects.ts'
import { openTrees } from './trees.ts'
import { gateClock } from './waiting.ts'

/** Six benchmarks, one of each kind of work. */
export const SOAKED = [
  'kernel/mm1',
  'relay/stun-verdicts-batch64',
  'regex/captures-heavy',
  'sparse-array/set-int',
  'webhook/hmac-250B',
  'sims/mm-c',
] as const

/** Whole gates drawn from the rounds. */
const GATES = 20_000
/** The code that plays a round of the soak, all of rows: rounds of another are not counted. */
const MEASURES = ['duel.ts', 'core.ts', 'player.ts', 'clock.ts', 'rows.ts']
/** The code that decides from rounds: rates are of this and no other. */
const DECIDES = [...MEASURES, 'judge.ts', 'timing.ts']

export interface SelfTestOptions {
  readonly registry: Registry
  readonly folder: string
  /** Folder that keeps the rounds and what they say. */
  readonly store: string
  readonly rounds: number
  /** Whole gates of base against itself to be played besides, those kept counted. */
  readonly gates: number
  /** Beside one spinning process a core. */
  readonly loaded: boolean
  /** Seconds. */
  readonly budget: number
  readonly signal: AbortSignal
  readonly onProgress: (text: string) => void
}

const selfTestDocument = z.strictObject({
  at: z.iso.datetime(),
  machine: z.string(),
  method: z.string(),
  /** Null where a state of the machine has too few rounds yet. */
  busy: soakRates.nullable(),
  calm: soakRates.nullable(),
  /** Whole gates of base against itself that were really played, and failed. */
  realGates: z.strictObject({ busy: rate, calm: rate }),
})

export type SelfTest = z.infer<typeof selfTestDocument>

/** Plays what is missing of the soak within the budget or until it is interrupted, then works out and keeps the rates. */
export async function selfTest(options: SelfTestOptions): Promise<SelfTest> {
  const { registry, folder, store, rounds, gates, loaded, budget, signal, onProgress } = options
  const begin = performance.now()
  const repository = await repositoryOf(folder)
  const openPlace = async (): Promise<Place> => {
    const trees = await openTrees(repository, 'HEAD', signal)
    try {
      const twin = await trees.twin()
      const subjects = SOAKED.map((id) => ({
        id,
        base: rowWork(registry, id, repository, trees.base.folder),
        again: rowWork(registry, id, repository, twin),
      }))
      return { subjects, cache: trees.cache, close: () => trees.close() }
    } catch (error) {
      trees.close()
      throw error
    }
  }
  const plan = planOf(SOAKED.length)
  let endLoad = (): void => {}
  try {
    if (loaded) endLoad = startLoad()
    const common = {
      openPlace,
      clock: gateClock().clock,
      loaded,
      signal,
      isOver: () => performance.now() - begin > 1000 * budget,
      onProgress,
    }
    const method = fingerprint(MEASURES)
    await soak({ ...common, benchmarks: SOAKED, store: roundsIn(store), method, rounds })
    await playRealGates({ ...common, store: gatesIn(store), method: methodNow(), plan, gates })
  } catch (error) {
    // What was played is kept: an interrupt ends the playing, and what there is says what it can.
    if (!signal.aborted || !existsSync(roundsIn(store))) throw error
  } finally {
    endLoad()
  }
  const method = fingerprint(MEASURES)
  const machine = machineName()
  // A benchmark that is soaked no more would leave no work trees in which all were played.
  const isSoaked = (id: string): boolean => SOAKED.some((one) => one === id)
  const all = readSoak(roundsIn(store), method).filter(
    (round) => round.machine === machine && isSoaked(round.benchmark),
  )
  const gatesPlayed = readRealGates(gatesIn(store), methodNow()).filter((gate) => gate.machine === machine)
  const real = (busy: boolean): Rate => {
    const these = gatesPlayed.filter((gate) => gate.busy === busy)
    return rateOf(these.filter(isFalseAlarm).length, these.length)
  }
  const rates = (busy: boolean): Promise<SoakRates | null> =>
    ratesOf(
      all.filter((round) => round.busy === busy),
      plan,
      GATES,
      openStream(1, 0, `soak/${busy}`),
    )
  const result = {
    at: new Date().toISOString(),
    machine,
    method: methodNow(),
    busy: await rates(true),
    calm: await rates(false),
    realGates: { busy: real(true), calm: real(false) },
  }
  writeFileSync(resultIn(store), `${JSON.stringify(result)}\n`)
  return result
}

/** The last self-test that was kept; null where there is none that can be read. */
function lastSelfTest(store: string): SelfTest | null {
  try {
    const result = selfTestDocument.safeParse(parsed(readFileSync(resultIn(store), 'utf8')))
    return result.success ? result.data : null
  } catch {
    return null
  }
}

/** What a gate's document says of the last self-test. */
export function citedRates(store: string): GateDocument['errorRates'] {
  const last = lastSelfTest(store)
  if (last === null) return null
  const brief = (rates: SoakRates | null) =>
    rates && { rounds: rates.rounds, falseAlarms: rates.falseAlarms, found: rates.found }
  const { at, machine, method, busy, calm } = last
  return { at, machine, methodChanged: method !== methodNow(), busy: brief(busy), calm: brief(calm) }
}

/** Where rounds are kept unless another folder is named: they are this machine's, not the repository's. */
export function defaultStore(): string {
  return join(process.env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'), 'flowbench', 'gate')
}

const roundsIn = (store: string): string => join(store, 'rounds.ndjson')
const gatesIn = (store: string): string => join(store, 'gates.ndjson')
const resultIn = (store: string): string => join(store, 'self-test.json')

/** Fingerprint of the method that measures and decides. */
const methodNow = (): string => fingerprint(DECIDES)

function fingerprint(files: readonly string[]): string {
  const hash = createHash('sha256')
  for (const file of files) hash.update(readFileSync(join(import.meta.dirname, file)))
  return hash.digest('hex').slice(0, 12)
}
