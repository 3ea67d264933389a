/** A suite from its name to its document. */
import { availableParallelism, cpus } from 'node:os'
import type { EngineFacts, EngineSpec } from '../engines/facts.ts'
import { DEFAULTS } from '../inspect.ts'
import type { Limits } from '../process/engine-process.ts'
import { present, shootOut, type MissingEngine, type PatternReport } from '../shootout.ts'
import { runCases, type CaseResult } from './cases.ts'
import type { Definition } from './definition.ts'
import { speedSuite } from './definitions.ts'
import { measurePatternSize, type SizeRow } from './pattern-size.ts'
import { measureSuite, type DefinitionResult } from './speed.ts'
import { summarise, type Group } from './summary.ts'

export const SUITES = ['redos', 'curated', 'argrep-fragments', 'growth'] as const
export type SuiteName = (typeof SUITES)[number]

export const SHOOTOUT_SCHEMA = 'flowbench.shootout/1'

export interface ShootoutDocument {
  readonly schema: typeof SHOOTOUT_SCHEMA
  readonly suite: SuiteName | 'haystack'
  readonly machine: { readonly cpu: string; readonly cores: number; readonly node: string }
  readonly engines: readonly ({ readonly id: string } & EngineFacts)[]
  readonly missing: readonly MissingEngine[]
  /** Definitions left out, since their text is not here. */
  readonly absent: readonly string[]
  readonly groups: readonly Group[]
  readonly definitions: readonly DefinitionResult[]
  readonly growth: readonly PatternReport[]
  readonly patternSize: readonly SizeRow[]
  readonly cases: readonly CaseResult[]
}

export interface SuiteOptions {
  /** Of a suite of growth. */
  readonly patterns: readonly string[]
  /** Rounds of a suite of speed. */
  readonly rounds: number
  /** Length of a sample, s. */
  readonly sampleSeconds: number
  /** A search that takes this long is long enough for growth, s. */
  readonly seconds: number
  /** Longest text of growth, bytes. */
  readonly bytes: number
  /** Of a suite of speed: whether a hash of all matches is verified beside the count. */
  readonly spans?: boolean
  /** Aborted by a signal: what runs is ended, and its reason thrown. */
  readonly signal?: AbortSignal
  readonly onProgress?: (text: string) => void
}

/** One run of an engine in a full suite, and in a quick one, s. */
const LONGEST_RUN = 2
const QUICK_RUN = 0.15
const FULL_ROUNDS = 5
const limitsOf = (signal: AbortSignal | undefined): Limits => ({
  seconds: 10,
  bytes: 2 ** 31,
  ...(signal && { signal }),
})

const machine = (): ShootoutDocument['machine'] => ({
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: availableParallelism(),
  node: process.versions.node,
})

/** Definitions alone. */
export async function runSpeed(
  suite: ShootoutDocument['suite'],
  definitions: readonly Definition[],
  engines: readonly EngineSpec[],
  options: Pick<SuiteOptions, 'rounds' | 'sampleSeconds' | 'spans' | 'signal' | 'onProgress'>,
): Promise<ShootoutDocument> {
  const { specs, missing } = present(engines)
  const { results, facts } = await measureSuite(definitions, specs, {
    ...options,
    longestRun: options.rounds < FULL_ROUNDS ? QUICK_RUN : LONGEST_RUN,
    limits: limitsOf(options.signal),
  })
  return {
    schema: SHOOTOUT_SCHEMA,
    suite,
    machine: machine(),
    engines: withFacts(specs, facts),
    missing,
    absent: [],
    groups: results.length === 0 ? [] : summarise(results),
    definitions: results,
    growth: [],
    patternSize: [],
    cases: [],
  }
}

export async function runSuite(
  suite: SuiteName,
  engines: readonly EngineSpec[],
  options: SuiteOptions,
): Promise<ShootoutDocument> {
  const { specs } = present(engines)
  if (suite === 'curated' || suite === 'argrep-fragments') {
    const { definitions, absent } = speedSuite(suite)
    const document = await runSpeed(suite, definitions, engines, options)
    return { ...document, absent, cases: suite === 'curated' ? await runCases(specs, options.signal) : [] }
  }
  const facts = new Map<string, EngineFacts>()
  const growth = await shootOut(
    options.patterns.map((pattern, at) => ({ pattern, line: at + 1, name: pattern })),
    specs,
    {
      ...DEFAULTS,
      seconds: options.seconds,
      bytes: options.bytes,
      flags: '',
      lanes: Math.min(2, availableParallelism()),
      findAll: suite === 'growth',
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      onReport: (entry, report) => {
        if (report.facts !== null) facts.set(report.engine, report.facts)
        options.onProgress?.(`${entry.pattern}: ${report.engine}: ${report.verdict}`)
      },
    },
  )
  options.signal?.throwIfAborted()
  const isGrowth = suite === 'growth'
  return {
    ...(await runSpeed(suite, [], engines, options)),
    engines: withFacts(specs, facts),
    growth,
    patternSize: isGrowth
      ? await measurePatternSize(
          specs,
          { ...limitsOf(options.signal), seconds: 10 * options.seconds },
          options.onProgress,
        )
      : [],
    cases: isGrowth ? await runCases(specs, options.signal) : [],
  }
}

function withFacts(
  specs: readonly EngineSpec[],
  facts: ReadonlyMap<string, EngineFacts>,
): ShootoutDocument['engines'] {
  return specs.flatMap(({ id }) => {
    const own = facts.get(id)
    return own === undefined ? [] : [{ id, ...own }]
  })
}
