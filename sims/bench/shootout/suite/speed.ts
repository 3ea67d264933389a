/**
 * A suite of definitions on all engines, verified and interleaved.
 *
 * For each definition every engine compiles the pattern, takes the text, and answers once, which is verified; those that
 * are right take turns, in an order shuffled anew each round, and each round keeps the least of its samples. Ratios are
 * within a round, so that what the machine does meanwhile hits all alike.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStream } from '../../../lab/kernel/random/stream.ts'
import type { EngineFacts, EngineSpec } from '../engines/facts.ts'
import { EngineFailed, EngineProcess, EngineRefused, type Limits } from '../process/engine-process.ts'
import type { Ask } from '../protocol.ts'
import { expectedFor, type Definition } from './definition.ts'
import { explainDifference, type Difference } from './difference.ts'
import { wrongSpans, type Hashed } from './spans.ts'

export interface SpeedOptions {
  readonly rounds: number
  /** A sample lasts about this long, s. */
  readonly sampleSeconds: number
  /** What takes longer for one run is told to be too slow, s. */
  readonly longestRun: number
  readonly limits: Limits
  /** Whether a hash of all matches is verified too, where matches are asked for. */
  readonly spans?: boolean
  readonly signal?: AbortSignal
  readonly onProgress?: (text: string) => void
}

export interface Measured {
  readonly engine: string
  /** `no rule`: this engine's rule has no known answer, as of all ends. */
  readonly outcome: 'right' | 'wrong' | 'refused' | 'failed' | 'too slow' | 'no rule'
  readonly why: string | null
  /** Of a wrong answer: the first span that differs, and whose rule it is. */
  readonly difference: Difference | null
  /** Seconds a run, one a round. */
  readonly samples: readonly number[]
  /** Null unless it gave a right answer, if only one that was too slow to be timed, or the last before it failed. */
  readonly compileSeconds: number | null
  readonly peakBytes: number
}

export interface DefinitionResult {
  readonly id: string
  readonly group: string
  readonly ask: Definition['ask']
  readonly bytes: number
  readonly calls: number
  readonly engines: readonly Measured[]
}

/** A run longer than this is sampled less often, s. */
const LONG_RUN = 0.1
const LEAST_SAMPLES = 2

/** Engines that live on from one definition to the next, and are started again when they were ended. */
class Stable {
  private readonly processes = new Map<string, EngineProcess>()
  readonly facts = new Map<string, EngineFacts>()
  private readonly limits: Limits

  constructor(limits: Limits) {
    this.limits = limits
  }

  async get(spec: EngineSpec): Promise<EngineProcess> {
    const known = this.processes.get(spec.id)
    if (known !== undefined && !known.ended) return known
    const process = new EngineProcess(spec, this.limits)
    this.processes.set(spec.id, process)
    this.facts.set(spec.id, await process.hello())
    return process
  }

  close(): void {
    for (const process of this.processes.values()) process.close()
  }
}

export async function measureSuite(
  definitions: readonly Definition[],
  specs: readonly EngineSpec[],
  options: SpeedOptions,
): Promise<{ results: DefinitionResult[]; facts: ReadonlyMap<string, EngineFacts> }> {
  const folder = mkdtempSync(join(tmpdir(), 'flowbench-shootout-'))
  const stable = new Stable(options.limits)
  const results: DefinitionResult[] = []
  try {
    for (const [at, definition] of definitions.entries()) {
      options.signal?.throwIfAborted()
      options.onProgress?.(`${at + 1} of ${definitions.length}: ${definition.id}`)
      const file = join(folder, String(at))
      writeFileSync(file, definition.text)
      results.push(await measureDefinition(definition, file, specs, stable, options))
      rmSync(file)
    }
  } finally {
    stable.close()
    rmSync(folder, { recursive: true, force: true })
  }
  return { results, facts: stable.facts }
}

interface Entrant {
  readonly spec: EngineSpec
  readonly expected: number
  readonly repeats: number
  readonly samples: number[]
  readonly compileSeconds: number
}

async function measureDefinition(
  definition: Definition,
  file: string,
  specs: readonly EngineSpec[],
  stable: Stable,
  options: SpeedOptions,
): Promise<DefinitionResult> {
  const done = new Map<string, Measured>()
  let entrants: Entrant[] = []
  const nothing = { difference: null, samples: [], compileSeconds: null, peakBytes: 0 }
  const isCompile = definition.group === 'compile'
  for (const spec of specs) {
    let answered: number | null = null
    try {
      const engine = await stable.get(spec)
      const facts = stable.facts.get(spec.id)!
      const compileSeconds = await engine.compile(definition.pattern, definition.flags)
      await engine.file(file)
      const { check, seconds } = await engine.run(definition.ask)
      const expected = await expectedIn(definition, facts)
      if (expected === null || check !== expected) {
        const found = await engine.find(MOST_COMPARED).catch(() => null)
        const difference = found === null ? null : explainDifference(definition, found, facts)
        const why =
          expected === null ? 'its rule has no known answer here' : `expected ${expected}, got ${check}`
        done.set(spec.id, {
          ...nothing,
          engine: spec.id,
          outcome: expected === null ? 'no rule' : 'wrong',
          why,
          difference,
        })
        continue
      }
      answered = compileSeconds
      if (seconds > options.longestRun) {
        const why = `one run takes ${seconds.toFixed(1)} s`
        done.set(spec.id, { ...nothing, engine: spec.id, outcome: 'too slow', why, compileSeconds })
        continue
      }
      // What is compiled is compiled once a sample, and answers no more than the check.
      const repeats =
        isCompile || seconds > LONG_RUN ? 1 : await repeatsFor(engine, definition.ask, options.sampleSeconds)
      entrants.push({ spec, expected, repeats, samples: [], compileSeconds })
    } catch (error) {
      done.set(spec.id, { ...nothing, engine: spec.id, ...failureOf(error), compileSeconds: answered })
    }
  }
  if (options.spans === true && (definition.ask === 'count' || definition.ask === 'spans')) {
    const hashed = await Promise.all(
      entrants.map(async (entrant) => await hashOf(entrant, definition, file, stable)),
    )
    for (const [engine, difference] of await wrongSpans(definition, hashed)) {
      const why = 'as many matches, but not the same ones'
      done.set(engine, { ...nothing, engine, outcome: 'wrong', why, difference })
    }
    entrants = entrants.filter(({ spec }) => !done.has(spec.id))
  }
  const shuffle = openStream(1, 0, `shootout/${definition.id}`)
  for (let round = 0; round < options.rounds; round++) {
    for (const entrant of shuffled(entrants, (below) => shuffle.below(below))) {
      if (done.has(entrant.spec.id)) continue
      // What a clock hardly disturbs needs no more.
      if (entrant.samples.length >= LEAST_SAMPLES && entrant.samples[0]! > LONG_RUN) continue
      try {
        const engine = await stable.get(entrant.spec)
        if (isCompile) {
          const seconds = await engine.compile(definition.pattern, definition.flags)
          if (seconds === 0) throw new EngineFailed('garbage', 'its clock did not move while it compiled')
          entrant.samples.push(seconds)
          continue
        }
        const { check, seconds } = await engine.run(definition.ask, entrant.repeats)
        if (check !== entrant.expected) {
          // It was right once; of two different answers one is wrong.
          const why = `expected ${entrant.expected}, got ${check} the next time`
          done.set(entrant.spec.id, { ...nothing, engine: entrant.spec.id, outcome: 'wrong', why })
          continue
        }
        if (seconds === 0) throw new EngineFailed('garbage', standsStill(entrant.repeats))
        entrant.samples.push(seconds)
      } catch (error) {
        const { spec, compileSeconds } = entrant
        done.set(spec.id, { ...nothing, engine: spec.id, ...failureOf(error), compileSeconds })
      }
    }
  }
  for (const { spec, samples, compileSeconds } of entrants) {
    if (done.has(spec.id)) continue
    const { peakBytes } = await stable.get(spec)
    done.set(spec.id, {
      ...nothing,
      engine: spec.id,
      outcome: 'right',
      why: null,
      samples,
      compileSeconds,
      peakBytes,
    })
  }
  return {
    id: definition.id,
    group: definition.group,
    ask: definition.ask,
    bytes: definition.text.length,
    calls: definition.calls,
    engines: specs.map(({ id }) => done.get(id)!),
  }
}

/** An engine that this question was too much for is started again, and counts on. */
async function hashOf(
  { spec }: Entrant,
  { pattern, flags }: Definition,
  file: string,
  stable: Stable,
): Promise<Hashed> {
  const engine = await stable.get(spec)
  const find = async (): ReturnType<Hashed['find']> => await engine.find(MOST_COMPARED).catch(() => null)
  let hash: number | null = null
  try {
    hash = (await engine.run('hash', 1)).check
  } catch (error) {
    if (!(error instanceof EngineRefused || error instanceof EngineFailed)) throw error
    if (engine.ended) {
      const again = await stable.get(spec)
      await again.compile(pattern, flags)
      await again.file(file)
    }
  }
  return { engine: spec.id, facts: stable.facts.get(spec.id)!, hash, find }
}

const MOST_COMPARED = 20_000
const MOST_REPEATS = 2 ** 22

const standsStill = (repeats: number): string => `its clock did not move while it answered ${repeats} times`

/** Answers that take about `sampleSeconds` together; what they warm up on the way is warm when samples are taken. */
async function repeatsFor(engine: EngineProcess, ask: Ask, sampleSeconds: number): Promise<number> {
  let repeats = 1
  for (;;) {
    const { seconds } = await engine.run(ask, repeats)
    if (seconds * repeats >= sampleSeconds / 2) return Math.max(1, Math.round(sampleSeconds / seconds))
    if (repeats >= MOST_REPEATS) throw new EngineFailed('garbage', standsStill(repeats))
    repeats = Math.min(MOST_REPEATS, seconds === 0 ? 8 * repeats : growing(repeats, sampleSeconds / seconds))
  }
}

/** Towards what is wanted, by no more than eightfold: the first answers are slow, or quick by chance. */
const growing = (repeats: number, wanted: number): number =>
  Math.min(8 * repeats, Math.max(2 * repeats, Math.ceil(wanted)))

function failureOf(error: unknown): Pick<Measured, 'outcome' | 'why'> {
  if (error instanceof EngineRefused) return { outcome: 'refused', why: error.message }
  if (error instanceof EngineFailed)
    return {
      outcome: error.how === 'too slow' ? 'too slow' : 'failed',
      why: `${error.how}: ${error.message}`,
    }
  throw error
}

/** Lengths in the engine's own units: where characters are not one byte each, told by the matches of our engine. */
async function expectedIn(definition: Definition, facts: EngineFacts): Promise<number | null> {
  const expected = expectedFor(definition, facts.semantics)
  if (expected === null || facts.units === 'bytes' || definition.ask !== 'spans') return expected
  return await Promise.resolve(lengthInUnits(definition, expected))
}

/** UTF-16 units of the matches whose lengths are `bytes` in sum; `bytes` where all is ASCII. */
function lengthInUnits({ text, pattern, flags }: Definition, bytes: number): number {
  if (text.every((byte) => byte < 0x80)) return bytes
  let regex: RegExp
  try {
    regex = new RegExp(pattern, `g${flags}`)
  } catch {
    return bytes
  }
  let units = 0
  let sum = 0
  for (const [match] of Buffer.from(text).toString().matchAll(regex)) {
    units += match.length
    sum += Buffer.byteLength(match)
  }
  return sum === bytes ? units : bytes
}

function shuffled<T>(items: readonly T[], below: (n: number) => number): T[] {
  const out = [...items]
  for (let at = out.length - 1; at > 0; at--) {
    const other = below(at + 1)
    ;[out[at], out[other]] = [out[other]!, out[at]!]
  }
  return out
}
