/** Many patterns on many engines: attacks found once a pattern, engines in lanes beside each other. */
import { AttackFinder, type Known } from './attack/find.ts'
import type { EngineSpec } from './engines/facts.ts'
import type { PatternEntry } from './input/patterns.ts'
import { inspect, type EngineReport, type InspectOptions } from './inspect.ts'

export interface MissingEngine {
  readonly engine: string
  readonly why: string
  readonly install: string
}

export interface PatternReport {
  readonly pattern: string
  readonly line: number | null
  readonly name: string
  readonly engines: readonly EngineReport[]
}

export interface ShootOutOptions extends InspectOptions {
  /** Processes that measure beside each other. */
  readonly lanes: number
  readonly onReport?: (entry: PatternEntry, report: EngineReport) => void
  /** Aborted by a signal: what runs is ended, and what is done is returned. */
  readonly signal?: AbortSignal
}

/** Those that can run here, and the others with the line that adds them. */
export function present(engines: readonly EngineSpec[]): { specs: EngineSpec[]; missing: MissingEngine[] } {
  const specs: EngineSpec[] = []
  const missing: MissingEngine[] = []
  for (const spec of engines) {
    const gap = spec.missing()
    if (gap === null) specs.push(spec)
    else missing.push({ engine: spec.id, ...gap })
  }
  return { specs, missing }
}

/** One report a pattern, in the order of the patterns, with one of each engine, in the order of the engines. */
export async function shootOut(
  entries: readonly PatternEntry[],
  specs: readonly EngineSpec[],
  options: ShootOutOptions,
): Promise<PatternReport[]> {
  const { signal } = options
  const isOver = (): boolean => signal?.aborted === true
  const limits = { ...options.limits, ...(signal && { signal }) }
  const reports: EngineReport[][] = entries.map(() => [])
  const lanes = Array.from({ length: options.lanes }, () => new AttackFinder())
  const found = new Map<number, Known>()
  let next = 0
  const work = async (finder: AttackFinder): Promise<void> => {
    while (next < entries.length * specs.length && !isOver()) {
      const task = next++
      const at = Math.floor(task / specs.length)
      const which = task % specs.length
      const entry = entries[at]!
      const known: Known = found.get(at) ?? new Map()
      found.set(at, known)
      const attacks = await finder.find(entry.pattern, options.flags, specs[which]!.dialect ?? 'other', known)
      if (isOver()) return
      const report = await inspect(specs[which]!, entry.pattern, attacks, { ...options, limits })
      if (which === specs.length - 1) found.delete(at)
      reports[at]![which] = report
      options.onReport?.(entry, report)
    }
  }
  const close = (): void => {
    for (const finder of lanes) finder.close()
  }
  signal?.addEventListener('abort', close)
  try {
    await Promise.all(lanes.map(work))
  } catch (error) {
    // An engine that was ended in the middle has no row.
    if (!isOver()) throw error
  } finally {
    signal?.removeEventListener('abort', close)
    close()
  }
  return entries.flatMap(({ pattern, line, name }, at) => {
    const engines = reports[at]!.filter((report) => report !== undefined)
    return engines.length === 0 ? [] : [{ pattern, line, name, engines }]
  })
}
