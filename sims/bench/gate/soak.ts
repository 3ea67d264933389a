/**
 * The soak: rounds of the gate on code that has not changed, kept for days, to learn how often the gate is wrong.
 *
 * A round is what the gate plays, of base, of the same commit in a second work tree with its own installation, and of a
 * copy of base that is slowed on purpose: in a third of its turns by 3 %, in as many by 5 and by 10 %. A gate's round has
 * as many turns as one of those thirds, and base against its twin is judged by one of them. The same program in two folders
 * lies in other pages of memory for as long as the folders last, and a gate meets one pair of them: so the work trees are
 * made anew every thirty rounds. Every round is a line of the store, with the pair of trees and the block it was played in
 * and how busy the machine was; so a soak can be broken off at any time and gone on with, and be spread over days. What the
 * rounds say is worked out by `rates.ts`.
 */
import { mkdirSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { dirname } from 'node:path'
import { z } from 'zod'
import { BadRequest } from '../harness/errors.ts'
import type { ClockName } from './clock.ts'
import { logRatio, playRound, roundOptions, secondsOf, type Played, type RoundOptions } from './duel.ts'
import { appendLine, linesOf } from './lines.ts'
import { wholePlaces } from './places.ts'
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
  /** The pair of work trees, by when it was made. */
  place: z.string(),
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
/** In a pair of work trees. */
const PLACE_ROUNDS = 30

export interface SoakSubject {
  readonly id: string
  readonly base: Work
  readonly again: Work
}

/** A pair of work trees of the same commit. */
export interface Place extends Pick<RoundOptions, 'cache'> {
  readonly subjects: readonly SoakSubject[]
  close(): void
}

export interface SoakOptions extends Pick<RoundOptions, 'signal'> {
  readonly benchmarks: readonly string[]
  readonly openPlace: () => Promise<Place>
  readonly store: string
  readonly method: string
  readonly clock: ClockName
  /**
   * Rounds that each benchmark shall have, counting those in the store that were played by this method so, in work trees
   * that were left only after enough of them.
   */
  readonly rounds: number
  /** A load generator runs beside. */
  readonly loaded: boolean
  readonly isOver: () => boolean
  readonly onProgress: (text: string) => void
}

/** Plays what is missing: in each pair of work trees thirty rounds, by blocks of each benchmark after the other. */
export async function soak(options: SoakOptions): Promise<void> {
  const { benchmarks, openPlace, store, method, rounds, loaded, isOver, onProgress } = options
  mkdirSync(dirname(store), { recursive: true })
  const machine = machineName()
  const kept = readSoak(store, method)
  const played = (): SoakRound[] => kept.filter((round) => round.machine === machine && round.busy === loaded)
  const count = (all: readonly SoakRound[], id: string): number =>
    all.filter(({ benchmark }) => benchmark === id).length
  for (;;) {
    const counted = wholePlaces(played(), benchmarks).flat()
    const before = Math.min(...benchmarks.map((id) => count(counted, id)))
    if (before >= rounds || isOver()) return
    const opened = await openPlace()
    const { subjects, cache } = opened
    const place = new Date().toISOString()
    try {
      for (let first = 0; first < PLACE_ROUNDS; first += BLOCK_ROUNDS) {
        for (const subject of subjects) {
          const { id } = subject
          const block = `${id}@${Date.now()}`
          for (let i = first; i < first + BLOCK_ROUNDS; i++) {
            if (isOver()) return
            onProgress(`${id}: round ${before + i + 1} of ${rounds}`)
            // By number among all that were ever played, so that orders differ and a resumed soak does not repeat them.
            const settings = roundOptions(`${id}/${count(kept, id)}`, { ...options, cache, seed: 1 })
            const round = { method, machine, place, block, ...(await playOne(subject, settings, loaded)) }
            appendLine(store, round)
            kept.push(round)
          }
        }
      }
    } finally {
      opened.close()
    }
  }
}

async function playOne(
  { id, base, again }: SoakSubject,
  settings: RoundOptions,
  loaded: boolean,
): Promise<Omit<SoakRound, 'method' | 'machine' | 'place' | 'block'>> {
  const sides = [
    { name: 'base', work: base },
    { name: 'again', work: again },
    { name: 'slowed', work: base, slower: SLOWED },
  ]
  const [first, twin, copy] = (await playRound(sides, settings)) as [Played, Played, Played]
  const load = loadavg()[0]!
  return {
    clock: settings.clock,
    benchmark: id,
    at: Date.now(),
    busy: loaded || load > cpus().length + BUSY_BEYOND,
    load,
    base: { seconds: secondsOf(first), peak: first.finish.peak },
    again: { seconds: secondsOf(twin), peak: twin.finish.peak },
    ratio: Math.exp(logRatio(first, twin)),
    slowed: SLOWED.map((_, level) => Math.exp(logRatio(first, copy, level))),
  }
}

/**
 * The rounds of a store that were played by this method, none where it does not exist. BadRequest names the line that is
 * none. What another method played may have another form.
 */
export function readSoak(store: string, method: string): SoakRound[] {
  return linesOf(store).flatMap(({ value, number }) => {
    // Half a line, of a soak that was killed.
    if (value === undefined) return []
    const any = ofAnyMethod.safeParse(value)
    // Rounds from before did not say in which work trees they were played.
    if (any.success && (any.data.method !== method || any.data.place === undefined)) return []
    const round = soakRound.safeParse(value)
    if (round.success) return [round.data]
    throw new BadRequest(`${store}:${number}: not a round of a soak`)
  })
}

const ofAnyMethod = z.looseObject({ method: z.string(), place: z.string().optional() })

export function machineName(): string {
  return `${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} cores, Node ${process.versions.node}`
}
