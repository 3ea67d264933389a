/**
 * The soak: rounds of the gate on code that has not changed, kept for days, to learn how often the gate is wrong.
 *
 * A round is what the gate plays, of base, of the same commit in a second work tree with its own installation, and of a
 * copy of base that is slowed on purpose, by 3, 5 and 10 % in turn. Every round is a line of the store, with the day, the
 * block it was played in and how busy the machine was; so a soak can be broken off at any time and gone on with, and be
 * spread over days. What the rounds say is worked out by `rates.ts`.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { dirname } from 'node:path'
import { z } from 'zod'
import { BadRequest } from '../harness/errors.ts'
import type { ClockName } from './clock.ts'
import { playRound, roundOptions, type RoundOptions } from './duel.ts'
import type { Work } from './work.ts'

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
  /** Seconds for a unit of work, the least of the samples. */
  base: z.number().positive(),
  again: z.number().positive(),
  slowed: z.number().positive(),
  /** How much the slowed copy was slowed by, as a share. */
  slower: z.number(),
})

export type SoakRound = z.infer<typeof soakRound>

/** By how much copies are slowed, in turn. */
export const SLOWED: readonly number[] = [0.03, 0.05, 0.1]
/** Runnable processes a core beyond which a machine is called busy. */
const BUSY_LOAD = 1
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
  /** Rounds that each benchmark shall have, counting those in the store that were played by this method. */
  readonly rounds: number
  readonly isOver: () => boolean
  readonly onProgress: (text: string) => void
}

/** Plays what is missing, a block of each benchmark after the other. */
export async function soak(subjects: readonly SoakSubject[], options: SoakOptions): Promise<void> {
  const { store, method, clock, rounds, isOver, onProgress } = options
  mkdirSync(dirname(store), { recursive: true })
  const machine = machineName()
  const played = new Map<string, number>()
  for (const round of readSoak(store)) {
    if (round.method === method && round.machine === machine) {
      played.set(round.benchmark, (played.get(round.benchmark) ?? 0) + 1)
    }
  }
  const missing = (): SoakSubject[] => subjects.filter(({ id }) => (played.get(id) ?? 0) < rounds)
  while (missing().length > 0) {
    for (const { id, base, again } of missing()) {
      const block = `${id}@${Date.now()}`
      for (let i = 0; i < BLOCK_ROUNDS && (played.get(id) ?? 0) < rounds; i++) {
        if (isOver()) return
        const done = played.get(id) ?? 0
        onProgress(`${id}: round ${done + 1} of ${rounds}`)
        const slower = SLOWED[done % SLOWED.length]!
        // By number, so that orders differ from round to round and a resumed soak does not repeat them.
        const settings = roundOptions(`${id}/${done}`, { ...options, seed: 1 })
        const sides = [
          { name: 'base', work: base },
          { name: 'again', work: again },
          { name: 'slowed', work: base, slower },
        ]
        const [one, two, three] = await playRound(sides, settings)
        const load = loadavg()[0]!
        const round: SoakRound = {
          method,
          machine,
          clock,
          benchmark: id,
          at: Date.now(),
          block,
          // The gate itself keeps up to two processes running.
          busy: load > BUSY_LOAD * cpus().length + 1,
          load,
          base: one!.seconds,
          again: two!.seconds,
          slowed: three!.seconds,
          slower,
        }
        appendFileSync(store, `${JSON.stringify(round)}\n`)
        played.set(id, done + 1)
      }
    }
  }
}

/** The rounds of a store, none where it does not exist. BadRequest names the line that is none. */
export function readSoak(store: string): SoakRound[] {
  if (!existsSync(store)) return []
  return readFileSync(store, 'utf8')
    .split('\n')
    .flatMap((line, i, all) => {
      if (line === '') return []
      const parsed = soakRound.safeParse(json(line))
      if (parsed.success) return [parsed.data]
      // The last line of a soak that was killed may be half a line.
      if (i === all.length - 1) return []
      throw new BadRequest(`${store}:${i + 1}: not a round of a soak`)
    })
}

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
