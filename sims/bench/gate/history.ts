/**
 * A line a run: what gates found over time, for reading only. Nothing is ever judged by it.
 *
 * Times of different days cannot be compared, ratios can: a run's ratio is head's time over its base's. Their running
 * product says how the time has moved since the first run that was recorded, if each run's base was the one before. Exact
 * counters are compared as they are.
 *
 * A change point splits a series where the means on both sides differ most, by Student's t, and is kept when that could
 * hardly be chance; then each side is looked at by itself (binary segmentation; Hunter, arXiv 2301.03034, replaced
 * E-divisive's permutations by the same test, as a result that is another each time convinces nobody).
 */
import { appendFileSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import { studentTail } from '../../lab/analysis/student.ts'
import { BadRequest } from '../harness/errors.ts'
import type { GateDocument } from './document.ts'

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
  appendFileSync(file, `${JSON.stringify(line)}\n`)
}

/** BadRequest for a file that is not there, and names the line that is no run. */
export function readHistory(file: string): HistoryLine[] {
  let text
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    throw new BadRequest(`${file}: no such file`)
  }
  return text.split('\n').flatMap((line, i) => {
    if (line === '') return []
    try {
      return [historyLine.parse(JSON.parse(line))]
    } catch {
      throw new BadRequest(`${file}:${i + 1}: not a line of gate --record`)
    }
  })
}

export interface Series {
  readonly benchmark: string
  /** `time` (since the first run, as a product of ratios), or a counter. */
  readonly what: string
  readonly values: readonly number[]
  /** When each was recorded. */
  readonly at: readonly string[]
  /** Places where the level changes: of the first value of the new level. */
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
  return [...found.values()].flatMap((one) => {
    if (one.what === 'time') {
      const values = running(one.values)
      return [{ ...one, values, changes: changePoints(values.map(Math.log)) }]
    }
    const changes = one.values.flatMap((value, i) => (i > 0 && value !== one.values[i - 1] ? [i] : []))
    return changes.length === 0 ? [] : [{ ...one, changes }]
  })
}

function running(logs: readonly number[]): number[] {
  let sum = 0
  return logs.map((log) => Math.exp((sum += log)))
}

const LEAST_SIDE = 4
/** Over all places that were looked at in a segment. */
const LEVEL = 0.001

/** Places of a new level, ascending. */
export function changePoints(values: readonly number[], from = 0): number[] {
  const n = values.length
  let best = { place: -1, p: 1 }
  for (let place = LEAST_SIDE; place <= n - LEAST_SIDE; place++) {
    const p = shiftP(values.slice(0, place), values.slice(place))
    if (p < best.p) best = { place, p }
  }
  if (best.place < 0 || best.p * (n - 2 * LEAST_SIDE + 1) > LEVEL) return []
  const { place } = best
  return [
    ...changePoints(values.slice(0, place), from),
    from + place,
    ...changePoints(values.slice(place), from + place),
  ]
}

/** Two-sided p of Student's t for two samples of one variance. */
function shiftP(a: readonly number[], b: readonly number[]): number {
  const mean = (x: readonly number[]): number => x.reduce((sum, value) => sum + value, 0) / x.length
  const squares = (x: readonly number[]): number => x.reduce((sum, value) => sum + (value - mean(x)) ** 2, 0)
  const df = a.length + b.length - 2
  const variance = ((squares(a) + squares(b)) / df) * (1 / a.length + 1 / b.length)
  const difference = Math.abs(mean(a) - mean(b))
  if (variance === 0) return difference === 0 ? 1 : 0
  return Math.min(1, 2 * studentTail(difference / Math.sqrt(variance), df))
}
