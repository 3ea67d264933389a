/**
 * Whole gates of base against itself, played for real one after the other and kept: what the drawn ones claim, seen.
 *
 * Twenty that pass prove little by themselves (below 14 % false alarms at 95 %); they are the check that drawing rounds
 * has left nothing out. A gate that was broken off is not kept, and the next call plays what is missing.
 */
import { mkdirSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { dirname } from 'node:path'
import { z } from 'zod'
import { BadRequest } from '../harness/errors.ts'
import type { ClockName } from './clock.ts'
import { playRound, roundOptions, type Played, type RoundOptions } from './duel.ts'
import type { Plan } from './judge.ts'
import { appendLine, linesOf } from './lines.ts'
import { machineName, type Place } from './soak.ts'
import { timeBoth } from './timing.ts'

const realGate = z.strictObject({
  method: z.string(),
  machine: z.string(),
  at: z.number(),
  load: z.number(),
  busy: z.boolean(),
  /** What was found, by benchmark. */
  findings: z.record(z.string(), z.enum(['slower', 'more memory', 'clear', 'undecided'])),
})

export type RealGate = z.infer<typeof realGate>

export interface RealGateOptions extends Pick<RoundOptions, 'signal'> {
  readonly openPlace: () => Promise<Place>
  readonly store: string
  readonly method: string
  readonly clock: ClockName
  readonly plan: Plan
  /** As many as there shall be of this method and machine, those kept counted. */
  readonly gates: number
  readonly loaded: boolean
  readonly isOver: () => boolean
  readonly onProgress: (text: string) => void
}

/** Plays the gates that are missing while there is time, each in work trees of its own. */
export async function playRealGates(options: RealGateOptions): Promise<void> {
  const { store, method, gates, loaded, isOver } = options
  mkdirSync(dirname(store), { recursive: true })
  const machine = machineName()
  for (;;) {
    const played = readRealGates(store, method).filter((gate) => gate.machine === machine).length
    if (played >= gates || isOver()) return
    const findings = await playGate(played, options)
    if (findings === null) return
    const load = loadavg()[0]!
    const busy = loaded || load > cpus().length + 0.5
    appendLine(store, { method, machine, at: Date.now(), load, busy, findings })
  }
}

/** Null where time was up. */
async function playGate(number: number, options: RealGateOptions): Promise<RealGate['findings'] | null> {
  const { openPlace, gates, plan, clock, isOver, onProgress } = options
  const place = await openPlace()
  const { subjects, cache } = place
  try {
    const findings: RealGate['findings'] = {}
    for (const { id, base, again } of subjects) {
      const settings = roundOptions(`real/${id}/${number}`, { ...options, cache, seed: 1 })
      const sides = [
        { name: 'base', work: base },
        { name: 'again', work: again },
      ]
      const pair = async () => {
        const [one, two] = (await playRound(sides, settings)) as [Played, Played]
        return { base: one, head: two }
      }
      onProgress(`real gate ${number + 1} of ${gates}: ${id}`)
      const timed = await timeBoth(id, pair, { plan, clock, isOver, onProgress: () => {} })
      if (timed === null || isOver()) return null
      findings[id] = timed.finding
    }
    return findings
  } finally {
    place.close()
  }
}

/** The gates of a store that were played by this method; none where it does not exist. BadRequest names the line. */
export function readRealGates(store: string, method: string): RealGate[] {
  return linesOf(store).flatMap(({ value, number }) => {
    // Half a line, of a self-test that was killed.
    if (value === undefined) return []
    const gate = realGate.safeParse(value)
    if (!gate.success) throw new BadRequest(`${store}:${number}: not a gate of a soak`)
    return gate.data.method === method ? [gate.data] : []
  })
}

/** False alarms: gates in which any benchmark was found worse than itself. */
export const isFalseAlarm = ({ findings }: RealGate): boolean =>
  Object.values(findings).some((finding) => finding === 'slower' || finding === 'more memory')
