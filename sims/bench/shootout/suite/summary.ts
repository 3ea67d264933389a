/** What a suite comes to: ratios to the best of each definition, and their geometric mean a group, with an interval. */
import { mean, median } from 'simple-statistics'
import { studentInterval } from '../../../lab/analysis/interval.ts'
import type { DefinitionResult } from './speed.ts'

export interface Standing {
  readonly engine: string
  /** Geometric mean of the ratios of its time to the best one's: 1 is the best everywhere. */
  readonly ratio: number
  /** 95 % interval over the rounds; equal to the ratio with one round. */
  readonly low: number
  readonly high: number
  /** How many definitions it answered rightly, of `of`. */
  readonly definitions: number
  readonly of: number
  /** Share of those in which it takes at most twice the best one's time. */
  readonly withinTwice: number
}

export interface Group {
  readonly name: string
  readonly standings: readonly Standing[]
}

/** Median seconds of a definition by engine, of those that are right. */
export function mediansOf({ engines }: DefinitionResult): Map<string, number> {
  return new Map(
    engines.flatMap(({ engine, outcome, samples }) =>
      outcome === 'right' && samples.length > 0 ? [[engine, median([...samples])] as const] : [],
    ),
  )
}

/** Texts of this many bytes and more say how quickly an engine searches; shorter ones what a call costs. */
const LONG_TEXT = 30_000

/** Groups in the order in which they occur; before them all searches, and those of long texts. */
export function summarise(results: readonly DefinitionResult[]): Group[] {
  const searches = results.filter(({ group }) => group !== 'compile')
  const groups = [...Map.groupBy(results, ({ group }) => group)]
  const long = searches.filter(({ bytes, calls }) => bytes / calls >= LONG_TEXT)
  const some = (name: string, those: readonly DefinitionResult[]): Group[] =>
    those.length > 0 && groups.length > 1 ? [{ name, standings: standingsOf(those) }] : []
  return [
    ...some('all searches', searches),
    ...(long.length < searches.length ? some('searches of 30 kB and more', long) : []),
    ...groups.map(([name, those]) => ({ name, standings: standingsOf(those) })),
  ]
}

function standingsOf(results: readonly DefinitionResult[]): Standing[] {
  const engines = results[0]!.engines.map(({ engine }) => engine)
  const bests = results.map((result) => Math.min(...mediansOf(result).values()))
  return engines
    .flatMap((engine): Standing[] => {
      const logs: number[][] = []
      let within = 0
      for (const [at, result] of results.entries()) {
        const own = result.engines.find((one) => one.engine === engine)!
        if (own.outcome !== 'right' || own.samples.length === 0) continue
        logs.push(own.samples.map((seconds) => Math.log(seconds / bests[at]!)))
        if (median([...own.samples]) <= 2 * bests[at]!) within++
      }
      if (logs.length === 0) return []
      const ratio = Math.exp(mean(logs.map((samples) => median([...samples]))))
      // A round's mean over all definitions; their scatter is what another run would show.
      const rounds = Array.from({ length: Math.max(...logs.map(({ length }) => length)) }, (_, round) =>
        // Long runs have fewer samples; theirs come round again.
        mean(logs.map((samples) => samples[round % samples.length]!)),
      )
      const half = studentInterval(rounds).halfWidth ?? 0
      return [
        {
          engine,
          ratio,
          low: ratio * Math.exp(-half),
          high: ratio * Math.exp(half),
          definitions: logs.length,
          of: results.length,
          withinTwice: within / logs.length,
        },
      ]
    })
    .toSorted((a, b) => a.ratio - b.ratio)
}
