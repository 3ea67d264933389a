/**
 * A line a run: what gates found over time, for reading only. Nothing is ever judged by it.
 *
 * Times of different days cannot be compared, ratios can: a run's ratio is head's time over its base's. Their running
 * product says how the time has moved since the first run that was recorded, if each run's base was the one before. Exact
 * counters are compared as they are.
 *
 * A change is found in the single ratios, never in their product: that is a random walk, which wanders off by itself and
 * looks as if its level changed. A ratio is one where it lies further from 1 than the others can explain: the most extreme
 * is held against the spread of all others by Student's t, then the next, and all count that lie above the last that could
 * hardly be chance (Rosner's generalized test for many outliers, Technometrics 25, 1983), so that two steps do not hide
 * each other.
 */
import { existsSync } from 'node:fs'
import { z } from 'zod'
import { studentTail } from '../../lab/analysis/student.ts'
import { BadRequest } from '../harness/errors.ts'
import type { GateDocument } from './document.ts'
import { appendLine, linesOf, type Line } from './lines.ts'

const historyLine = z.strictObject({
  at: z.iso.datetime(),
  verdict: z.string(),
  base: z.string(),
  machine: z.string(),
  benchmarks: z.array(
    z.strictObject({
      id: z.string(),
      outcome: z.string(),
      ratio: z.number().nullable(),
      counters: z.record(z.string(), z.number()),
    }),
  ),
})

export type HistoryLine = z.infer<typeof historyLine>

/** Appends what there is to keep of a gate to `file`. */
export function record(file: string, { verdict, base, machine, benchmarks }: GateDocument, at: Date): void {
  const line: HistoryLine = {
    at: at.toISOString(),
    verdict,
    base: base.commit,
    machine: `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}`,
    benchmarks: benchmarks.map(({ id, outcome, ratio, counters }) => ({
      id,
      outcome,
      ratio,
      counters: Object.fromEntries(counters.map(({ name, head }) => [name, head])),
    })),
  }
  appendLine(file, line)
}

/** BadRequest for a file that is not there, and names the line that is no run. Half a line, of a run that was killed, is none. */
export function readHistory(file: string): HistoryLine[] {
  return linesIn(file).flatMap(({ value, number }) => {
    if (value === undefined) return []
    const line = historyLine.safeParse(value)
    if (!line.success) throw new BadRequest(`${file}:${number}: not a line of gate --record`)
    return [line.data]
  })
}

function linesIn(file: string): Line[] {
  if (!existsSync(file)) throw new BadRequest(`${file}: no such file`)
  try {
    return linesOf(file)
  } catch (cause) {
    throw new BadRequest(`${file}: cannot be read (${(cause as NodeJS.ErrnoException).code})`, { cause })
  }
}

export interface Series {
  readonly benchmark: string
  /** `time` (since the first run, as a product of ratios), or a counter. */
  readonly what: string
  readonly values: readonly number[]
  /** When each was recorded. */
  readonly at: readonly string[]
  /** Places of the first value after a change, ascending; 0 is a change from the first run's base. */
  readonly changes: readonly number[]
}

/** Every series of a history; counters that never changed are left out. */
export function seriesOf(lines: readonly HistoryLine[]): Series[] {
  const found = new Map<string, { benchmark: string; what: string; values: number[]; at: string[] }>()
  const add = (benchmark: string, what: string, value: number, at: string): void => {
    const key = `${benchmark}\n${what}`
    const one = found.get(key) ?? { benchmark, what, values: [], at: [] }
    found.set(key, one)
    one.values.push(value)
    one.at.push(at)
  }
  for (const { at, benchmarks } of lines) {
    for (const { id, ratio, counters } of benchmarks) {
      if (ratio !== null) add(id, 'time', Math.log(ratio), at)
      for (const [name, value] of Object.entries(counters)) add(id, name, value, at)
    }
  }
  const all = [...found.values()]
  const times = all.filter(({ what }) => what === 'time').length
  return all.flatMap((one) => {
    if (one.what === 'time') {
      return [{ ...one, values: running(one.values), changes: steps(one.values, LEVEL / times) }]
    }
    const changes = moves(one.what, one.values)
    return changes.length === 0 ? [] : [{ ...one, changes }]
  })
}

/** By how much counters differ that are not exact, from one process to the next: a share, and bytes. */
const LOOSE: Readonly<Record<string, { share: number; bytes: number }>> = {
  allocated: { share: 0.005, bytes: 0 },
  retained: { share: 0.25, bytes: 16_384 },
}

/** Places at which a counter is no longer what it was since the last such place. */
function moves(what: string, values: readonly number[]): number[] {
  const { share, bytes } = LOOSE[what] ?? { share: 0, bytes: 0 }
  let level = values[0]!
  return values.flatMap((value, i) => {
    if (Math.abs(value - level) <= Math.max(bytes, share * Math.max(level, value))) return []
    level = value
    return [i]
  })
}

function running(logs: readonly number[]): number[] {
  let sum = 0
  return logs.map((log) => Math.exp((sum += log)))
}

/** Chance that anything is found in a history in which nothing changed, shared out among its benchmarks. */
const LEVEL = 0.01
/** Fewer ratios have no spread to speak of. */
const LEAST_RUNS = 8
/** A smaller step is nobody's, however quiet the others are. */
const LEAST_STEP = Math.log1p(0.005)
/** At most this share of a history can be steps: the rest tells what is usual. */
const MOST_STEPS = 0.25

/** Places of log ratios that lie too far from 0 to be noise, ascending; `level`: the chance of any where there is none. */
export function steps(logs: readonly number[], level = LEVEL): number[] {
  if (logs.length < LEAST_RUNS) return []
  const size = (place: number): number => Math.abs(logs[place]!)
  const places = [...logs.keys()].toSorted((a, b) => size(b) - size(a))
  let found = 0
  for (let taken = 0; taken < Math.floor(MOST_STEPS * logs.length); taken++) {
    const one = size(places[taken]!)
    if (one < LEAST_STEP) break
    const others = places.slice(taken + 1)
    const spread = Math.sqrt(others.reduce((sum, place) => sum + size(place) ** 2, 0) / others.length)
    // Any of those that are left might have been the most extreme.
    if (2 * studentTail(one / spread, others.length) * (others.length + 1) <= level) found = taken + 1
  }
  return places.slice(0, found).toSorted((a, b) => a - b)
}
