/** Many patterns on many engines: attacks found once a pattern, engines in lanes beside each other. */
import { AttackFinder } from './attack/find.ts'
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
  /** Aborted by Ctrl-C: what is done is returned. */
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
  const reports: EngineReport[][] = entries.map(() => [])
  const lanes = Array.from({ length: options.lanes }, () => new AttackFinder())
  const attacks = new Map<number, ReturnType<AttackFinder['find']>>()
  let next = 0
  const work = async (finder: AttackFinder): Promise<void> => {
    while (next < entries.length * specs.length && !options.signal?.aborted) {
      const task = next++
      const at = Math.floor(task / specs.length)
      const which = task % specs.length
      const entry = entries[at]!
      const found = attacks.get(at) ?? finder.find(entry.pattern, options.flags)
      attacks.set(at, found)
      const report = await inspect(specs[which]!, entry.pattern, await found, options)
      if (which === specs.length - 1) attacks.delete(at)
      reports[at]![which] = report
      options.onReport?.(entry, report)
    }
  }
  try {
    await Promise.all(lanes.map(work))
  } finally {
    for (const finder of lanes) finder.close()
  }
  return entries.flatMap(({ pattern, line, name }, at) => {
    const engines = reports[at]!.filter((report) => report !== undefined)
    return engines.length === 0 ? [] : [{ pattern, line, name, engines }]
  })
}
