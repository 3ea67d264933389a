/**
 * Two runs of a suite, side by side: which engines became faster or slower beside the others, whether they stand in the
 * same order, and whose answers or growth changed.
 *
 * Seconds of two runs cannot be compared, for the machine was another one, or the same on another day. So each engine's
 * times are divided by the geometric mean of all that answered rightly in both runs, definition by definition, and those
 * ratios are compared. The intervals stand on the rounds of each run.
 */
import { mean, median } from 'simple-statistics'
import { studentInterval } from '../../sims/lab/analysis/interval.ts'
import type { ShootoutDocument } from '../../sims/bench/shootout/suite/run.ts'
import type { DefinitionResult } from '../../sims/bench/shootout/suite/speed.ts'

export const COMPARISON_SCHEMA = 'flowbench.shootout-comparison/1'

/** Time over the geometric mean of all engines, with its 95 % interval. */
export interface Placed {
  readonly ratio: number
  readonly low: number
  readonly high: number
}

export interface EngineChange {
  readonly engine: string
  readonly a: Placed
  readonly b: Placed
  /** Above 1: it takes longer in B, beside the others. */
  readonly change: number
  readonly low: number
  readonly high: number
  readonly outcome: 'faster' | 'slower' | 'no difference'
}

export interface Changed {
  readonly what: string
  readonly engine: string
  readonly a: string
  readonly b: string
}

export interface ShootoutComparison {
  readonly schema: typeof COMPARISON_SCHEMA
  readonly suites: readonly [string, string]
  readonly versions: readonly Changed[]
  /** Engines of one run alone. */
  readonly only: { readonly a: readonly string[]; readonly b: readonly string[] }
  /** Definitions that two or more engines answered rightly in both runs. */
  readonly definitions: number
  readonly engines: readonly EngineChange[]
  /** Pairs that stand the other way round in B; a tie where the intervals of either run overlap. */
  readonly swaps: readonly { readonly pair: readonly [string, string]; readonly tie: boolean }[]
  /** Answers: right, wrong, refused, ... */
  readonly outcomes: readonly Changed[]
  /** Growth: linear, quadratic, exponential, ... */
  readonly growth: readonly Changed[]
}

export function compareShootouts(a: ShootoutDocument, b: ShootoutDocument): ShootoutComparison {
  const ids = (document: ShootoutDocument): string[] => document.engines.map(({ id }) => id)
  const without = (these: string[], those: string[]): string[] => these.filter((id) => !those.includes(id))
  const shared = sharedDefinitions(a.definitions, b.definitions)
  const engines = changes(shared)
  return {
    schema: COMPARISON_SCHEMA,
    suites: [a.suite, b.suite],
    versions: changed(versionsOf(a), versionsOf(b)),
    only: { a: without(ids(a), ids(b)), b: without(ids(b), ids(a)) },
    definitions: shared.length,
    engines,
    swaps: swapsOf(engines),
    outcomes: changed(outcomesOf(a), outcomesOf(b)),
    growth: changed(growthOf(a), growthOf(b)),
  }
}

/** One definition in both runs, with the engines that were right in each. */
interface Shared {
  readonly a: ReadonlyMap<string, readonly number[]>
  readonly b: ReadonlyMap<string, readonly number[]>
}

function sharedDefinitions(a: readonly DefinitionResult[], b: readonly DefinitionResult[]): Shared[] {
  const others = new Map(b.map((one) => [one.id, one]))
  return a.flatMap((one): Shared[] => {
    const other = others.get(one.id)
    // A text that changed makes another definition of it.
    if (other === undefined || other.bytes !== one.bytes || other.ask !== one.ask) return []
    const [before, after] = [samplesOf(one), samplesOf(other)]
    const both = [...before.keys()].filter((engine) => after.has(engine))
    if (both.length < 2) return []
    const only = (all: Map<string, readonly number[]>): Map<string, readonly number[]> =>
      new Map(both.map((engine) => [engine, all.get(engine)!]))
    return [{ a: only(before), b: only(after) }]
  })
}

const samplesOf = ({ engines }: DefinitionResult): Map<string, readonly number[]> =>
  new Map(
    engines.flatMap(({ engine, outcome, samples }) =>
      outcome === 'right' && samples.length > 0 ? [[engine, samples] as const] : [],
    ),
  )

function changes(shared: readonly Shared[]): EngineChange[] {
  const engines = new Set(shared.flatMap(({ a }) => [...a.keys()]))
  return [...engines]
    .map((engine): EngineChange => {
      const those = shared.filter(({ a }) => a.has(engine))
      const [before, after] = [place(those, 'a', engine), place(those, 'b', engine)]
      const log = after.log - before.log
      const half = Math.hypot(after.half, before.half)
      const [change, low, high] = [Math.exp(log), Math.exp(log - half), Math.exp(log + half)]
      const outcome = low > 1 ? 'slower' : high < 1 ? 'faster' : 'no difference'
      return { engine, a: placed(before), b: placed(after), change, low, high, outcome }
    })
    .toSorted((one, other) => one.a.ratio - other.a.ratio)
}

interface LogPlace {
  readonly log: number
  readonly half: number
}

function place(shared: readonly Shared[], run: 'a' | 'b', engine: string): LogPlace {
  const logs = shared.map((one) => {
    const yardstick = mean([...one[run].values()].map((samples) => Math.log(median([...samples]))))
    return one[run].get(engine)!.map((seconds) => Math.log(seconds) - yardstick)
  })
  // A round's mean over all definitions; long runs have fewer samples, which come round again.
  const rounds = Array.from({ length: Math.max(...logs.map(({ length }) => length)) }, (_, round) =>
    mean(logs.map((samples) => samples[round % samples.length]!)),
  )
  const { halfWidth } = studentInterval(rounds)
  return { log: mean(logs.map((samples) => median([...samples]))), half: halfWidth ?? Infinity }
}

const placed = ({ log, half }: LogPlace): Placed => ({
  ratio: Math.exp(log),
  low: Math.exp(log - half),
  high: Math.exp(log + half),
})

function swapsOf(engines: readonly EngineChange[]): ShootoutComparison['swaps'] {
  return engines.flatMap((one, at) =>
    engines.slice(at + 1).flatMap((other) => {
      if (one.b.ratio <= other.b.ratio) return []
      const tie = other.a.low <= one.a.high || one.b.low <= other.b.high
      return [{ pair: [one.engine, other.engine] as const, tie }]
    }),
  )
}

type Table = ReadonlyMap<string, Changed>

const table = (rows: readonly { what: string; engine: string; value: string }[]): Table =>
  new Map(rows.map(({ what, engine, value }) => [`${what}\0${engine}`, { what, engine, a: value, b: value }]))

const versionsOf = ({ engines }: ShootoutDocument): Table =>
  table(engines.map(({ id, version }) => ({ what: 'version', engine: id, value: version })))

const outcomesOf = ({ definitions, cases }: ShootoutDocument): Table =>
  table(
    [...definitions, ...cases].flatMap(({ id, engines }) =>
      engines.map(({ engine, outcome }) => ({ what: id, engine, value: outcome })),
    ),
  )

const growthOf = ({ growth }: ShootoutDocument): Table =>
  table(
    growth.flatMap(({ pattern, engines }) =>
      engines.flatMap(({ engine, findAll, ...one }) => [
        { what: pattern, engine, value: growthWords(one) },
        ...(findAll === null
          ? []
          : [{ what: `${pattern}, all matches`, engine, value: growthWords(findAll) }]),
      ]),
    ),
  )

const growthWords = ({ verdict, degree }: { verdict: string; degree: number | null }): string =>
  verdict === 'polynomial' ? `polynomial of degree ${degree}` : verdict

/** Rows of both whose value differs. */
function changed(a: Table, b: Table): Changed[] {
  return [...a].flatMap(([key, before]) => {
    const after = b.get(key)
    return after === undefined || after.b === before.a ? [] : [{ ...before, b: after.b }]
  })
}

export function renderComparison(comparison: ShootoutComparison): string {
  const { engines, definitions, swaps, outcomes, growth, versions, only } = comparison
  const moved = engines.filter(({ outcome }) => outcome !== 'no difference')
  const real = swaps.filter(({ tie }) => !tie)
  const lines = [
    engines.length === 0
      ? 'No speed to compare: no definition that two engines answered rightly in both runs.'
      : `${moved.length === 0 ? 'No engine is' : moved.length === 1 ? 'One engine is' : `${moved.length} engines are`} faster or slower beside the others, over ${definitions} ${definitions === 1 ? 'definition' : 'definitions'}; ${real.length === 0 ? 'their order is the same' : `${real.length} ${real.length === 1 ? 'pair stands' : 'pairs stand'} the other way round`}${swaps.length > real.length ? `, ties apart` : ''}.`,
  ]
  const width = Math.max(0, ...engines.map(({ engine }) => engine.length))
  for (const { engine, a, b, change, low, high, outcome } of engines) {
    lines.push(
      `  ${engine.padEnd(width)}  ${figure(a.ratio)} -> ${figure(b.ratio)}  ${figure(change)}x time (${figure(low)}-${figure(high)})  ${outcome}`,
    )
  }
  for (const { pair, tie } of swaps) {
    lines.push(`  ${pair[0]} and ${pair[1]} change places${tie ? ': a tie, by their intervals' : ''}`)
  }
  const list = (title: string, rows: readonly Changed[]): void => {
    if (rows.length === 0) return
    lines.push(`${title}:`, ...rows.map(({ what, engine, a, b }) => `  ${what}: ${engine}: ${a} -> ${b}`))
  }
  list('Versions', versions)
  list('Answers', outcomes)
  list('Growth', growth)
  if (only.a.length > 0) lines.push(`Only in the first: ${only.a.join(', ')}`)
  if (only.b.length > 0) lines.push(`Only in the second: ${only.b.join(', ')}`)
  return `${lines.join('\n')}\n`
}

const figure = (value: number): string => (Number.isFinite(value) ? value.toPrecision(3) : 'unknown')
