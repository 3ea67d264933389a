/**
 * The soak: rounds of the gate on code that has not changed, kept for days, to learn how often the gate is wrong.
 *
 * A round is what the gate plays, of base, of the same commit in a second work tree with its own installation, and of a
 * copy of base that is slowed on purpose: in a third of its turns by 3 %, in as many by 5 and by 10 %. A gate's round has
 * as many turns as one of those thirds, and base against its twin is judged by one of them. Every round is a line of the store, with the day, the
 * block it was played in and how busy the machine was; so a soak can be broken off at any time and gone on with, and be
 * spread over days. What the rounds say is worked out by `rates.ts`.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { dirname } from 'node:path'
import { z } from 'zod'
import { BadRequest } from '../harness/errors.ts'
import type { ClockName } from './clock.ts'
import { thatCount } from './days.ts'
import { logRatio, playRound, roundOptions, secondsOf, type Played, type RoundOptions } from './duel.ts'
import type { Work } from './work.ts'

/** By how much the copy is slowed. */
export const SLOWED: readonly number[] = [0.03, 0.05, 0.1]

/** Seconds for a unit of work, and the most memory of the process, bytes. */
const side = z.strictObject({ seconds: z.number().positive(), peak: z.number().positive() })
/** A round's ratio to base. */
const ratio = z.number().positive()

const soakRound = z.strictObject({
  /** Fingerprint of the code that measures. */
  method: z.string(),
  machine: z.string(),
  clock: z.enum(['cpu', 'wall']),
  benchmark: z.string(),
  /** Milliseconds since 1970. */
  at: z.number(),
  /** Runs of consecutive rounds share one: what was going on beside them was the same. */
  block: z.string(),
  busy: z.boolean(),
  load: z.number(),
  base: side,
  again: side,
  /** The twin's ratio to base. */
  ratio,
  /** The slowed copy's ratio to base, one for each of `SLOWED`. */
  slowed: z.array(ratio).length(SLOWED.length),
})

export type SoakRound = z.infer<typeof soakRound>

/** Runnable processes, beside one a core, from which on a machine is called busy: a round by itself keeps up to two. */
const BUSY_BEYOND = 0.5
const BLOCK_ROUNDS = 10

export interface SoakSubject {
  readonly id: string
  readonly base: Work
  readonly again: Work
}

export interface SoakOptions extends Pick<RoundOptions, 'cache' | 'signal'> {
  readonly store: string
  readonly method: string
  readonly clock: ClockName
  /**
   * Rounds that each benchmark shall have, counting those in the store that were played by this method so, on days that say
   * something: an earlier day on which too little was played is of no use, and does not become so.
   */
  readonly rounds: number
  /** A load generator runs beside. */
  readonly loaded: boolean
  readonly isOver: () => boolean
  readonly onProgress: (text: string) => void
}

/** Plays what is missing, a block of each benchmark after the other. */
export async function soak(subjects: readonly SoakSubject[], options: SoakOptions): Promise<void> {
  const { store, method, clock, rounds, loaded, isOver, onProgress } = options
  mkdirSync(dirname(store), { recursive: true })
  const machine = machineName()
  const kept = readSoak(store, method)
  const played = kept.filter((round) => round.machine === machine && round.busy === loaded)
  const ids = subjects.map(({ id }) => id)
  // Asked for each round anew: midnight may pass.
  const playedOf = (id: string): number =>
    thatCount(played, ids, Date.now()).filter(({ benchmark }) => benchmark === id).length
  const missing = (): SoakSubject[] => subjects.filter(({ id }) => playedOf(id) < rounds)
  while (missing().length > 0) {
    for (const subject of missing()) {
      const { id } = subject
      const block = `${id}@${Date.now()}`
      for (let i = 0; i < BLOCK_ROUNDS && playedOf(id) < rounds; i++) {
        if (isOver()) return
        onProgress(`${id}: round ${playedOf(id) + 1} of ${rounds}`)
        // By number among all that were ever played, so that orders differ and a resumed soak does not repeat them.
        const number = kept.filter(({ benchmark }) => benchmark === id).length
        const settings = roundOptions(`${id}/${number}`, { ...options, seed: 1 })
        const sides = [
          { name: 'base', work: subject.base },
          { name: 'again', work: subject.again },
          { name: 'slowed', work: subject.base, slower: SLOWED },
        ]
        const [base, twin, copy] = (await playRound(sides, settings)) as [Played, Played, Played]
        const load = loadavg()[0]!
        const round: SoakRound = {
          method,
          machine,
          clock,
          benchmark: id,
          at: Date.now(),
          block,
          busy: loaded || load > cpus().length + BUSY_BEYOND,
          load,
          base: { seconds: secondsOf(base), peak: base.finish.peak },
          again: { seconds: secondsOf(twin), peak: twin.finish.peak },
          ratio: Math.exp(logRatio(base, twin)),
          slowed: SLOWED.map((_, level) => Math.exp(logRatio(base, copy, level))),
        }
        appendFileSync(store, `${JSON.stringify(round)}\n`)
        kept.push(round)
        played.push(round)
      }
    }
  }
}

/**
 * The rounds of a store that were played by this method, none where it does not exist. BadRequest names the line that is
 * none. What another method played may have another form.
 */
export function readSoak(store: string, method: string): SoakRound[] {
  if (!existsSync(store)) return []
  return readFileSync(store, 'utf8')
    .split('\n')
    .flatMap((line, i, all) => {
      if (line === '') return []
      const given = json(line)
      const byAnother = ofMethod.safeParse(given)
      if (byAnother.success && byAnother.data.method !== method) return []
      const parsed = soakRound.safeParse(given)
      if (parsed.success) return [parsed.data]
      // The last line of a soak that was killed may be half a line.
      if (i === all.length - 1) return []
      throw new BadRequest(`${store}:${i + 1}: not a round of a soak`)
    })
}

const ofMethod = z.looseObject({ method: z.string() })

function json(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

export function machineName(): string {
  return `${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} cores, Node ${process.versions.node}`
}
