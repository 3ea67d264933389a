/**
 * Whole gates of base against itself, played for real one after the other and kept: what the drawn ones claim, seen.
 *
 * Twenty that pass prove little by themselves (below 14 % false alarms at 95 %); they are the check that drawing rounds
 * has left nothing out. A gate that was broken off is not kept, and the next call plays what is missing.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { dirname } from 'node:path'
import { z } from 'zod'
import { BadRequest } from '../harness/errors.ts'
import type { ClockName } from './clock.ts'
import { playRound, roundOptions, type Played, type RoundOptions } from './duel.ts'
import type { Plan } from './judge.ts'
import { machineName, type SoakSubject } from './soak.ts'
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

export interface RealGateOptions extends Pick<RoundOptions, 'cache' | 'signal'> {
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

/** Plays the gates that are missing while there is time. */
export async function playRealGates(
  subjects: readonly SoakSubject[],
  options: RealGateOptions,
): Promise<void> {
  const { store, method, gates, loaded, isOver, onProgress, plan, clock } = options
  mkdirSync(dirname(store), { recursive: true })
  const machine = machineName()
  for (;;) {
    const played = readRealGates(store, method).filter((gate) => gate.machine === machine).length
    if (played >= gates) return
    const findings: RealGate['findings'] = {}
    for (const { id, base, again } of subjects) {
      const settings = roundOptions(`real/${id}/${played}`, { ...options, seed: 1 })
      const sides = [
        { name: 'base', work: base },
        { name: 'again', work: again },
      ]
      const pair = async () => {
        const [one, two] = (await playRound(sides, settings)) as [Played, Played]
        return { base: one, head: two }
      }
      onProgress(`real gate ${played + 1} of ${gates}: ${id}`)
      const timed = await timeBoth(id, pair, { plan, clock, isOver, onProgress: () => {} })
      if (timed === null || isOver()) return
      findings[id] = timed.finding
    }
    const load = loadavg()[0]!
    const gate: RealGate = {
      method,
      machine,
      at: Date.now(),
      load,
      busy: loaded || load > cpus().length + 0.5,
      findings,
    }
    appendFileSync(store, `${JSON.stringify(gate)}\n`)
  }
}

/** The gates of a store that were played by this method; none where it does not exist. BadRequest names the line. */
export function readRealGates(store: string, method: string): RealGate[] {
  if (!existsSync(store)) return []
  const lines = readFileSync(store, 'utf8').split('\n')
  return lines.flatMap((line, i) => {
    if (line === '') return []
    const parsed = realGate.safeParse(JSON.parse(line))
    if (!parsed.success) throw new BadRequest(`${store}:${i + 1}: not a gate of a soak`)
    return parsed.data.method === method ? [parsed.data] : []
  })
}

/** False alarms: gates in which any benchmark was found worse than itself. */
export const isFalseAlarm = ({ findings }: RealGate): boolean =>
  Object.values(findings).some((finding) => finding === 'slower' || finding === 'more memory')
