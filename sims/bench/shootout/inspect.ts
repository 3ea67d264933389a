/** One pattern on one engine: which growth it shows, with the attack that showed it. */
import type { Attack } from './attack/attack.ts'
import type { Attacks } from './attack/find.ts'
import { attackLength } from './attack/attack.ts'
import type { EngineFacts, EngineSpec } from './engines/facts.ts'
import { lengthFor, type Fit } from './growth/fit.ts'
import { grow, reach, type GrowOptions, type Grown } from './growth/grow.ts'
import { EngineFailed, EngineProcess, EngineRefused, type Limits } from './process/engine-process.ts'
import type { Ask } from './protocol.ts'

export type Verdict = 'linear' | 'polynomial' | 'exponential' | 'refused' | 'crashed' | 'undecided'

export interface Shown {
  readonly verdict: Verdict
  /** Of a polynomial, and 1 of what is linear. */
  readonly degree: number | null
  readonly exponent: Fit['exponent']
  /** What was run, and how long it was at the last; null where nothing superlinear was seen. */
  readonly attack: {
    readonly prefix: string
    readonly pump: string
    readonly suffix: string
    /** Characters, as JavaScript counts. */
    readonly length: number
    readonly from: string
  } | null
  /** What the attack of that length took; of what is linear, the longest text. */
  readonly seconds: number | null
  /** Longest text that was searched, bytes. */
  readonly longest: number
  /** Of refused, crashed, undecided. */
  readonly why: string | null
  /** Bytes and processor time of the row that decided. */
  readonly points: readonly { readonly bytes: number; readonly seconds: number }[]
}

export interface EngineReport extends Shown {
  readonly engine: string
  readonly version: string
  readonly promise: EngineFacts['promise']
  readonly facts: EngineFacts | null
  readonly compileSeconds: number | null
  /** Growth of finding all matches, where it was looked for. */
  readonly findAll: Shown | null
}

export interface InspectOptions {
  readonly flags: string
  /** A search that takes this long is long enough, s. */
  readonly seconds: number
  /** Longest text, bytes. */
  readonly bytes: number
  readonly limits: Limits
  /** Whether find-all is looked into too. */
  readonly findAll: boolean
}

export const DEFAULTS: Omit<InspectOptions, 'flags'> = {
  seconds: 1,
  bytes: 10_000_000,
  limits: { seconds: 20, bytes: 2 ** 31 },
  findAll: true,
}

/** Attacks are first tried this far; the worst is then followed to the end. */
const TRIAL = { seconds: 5e-3, bytes: 100_000 }
/** For engines with a promise, which few attacks break, fewer. */
const MOST_TRIALS = 12
/** Attacks that are followed to the end when the first comes to nothing. */
const MOST_FOLLOWED = 3
/** Of a trial's points those are kept that are so many times shorter than its longest. */
const LOWER = 8
/** Rows that are blurred are measured again so often. */
const MOST_AGAIN = 2

const NOT_LOOKED_INTO = 'the pattern is too large or too intricate to look for attacks in all of it'
/** Of a part that is quoted. */
const MOST_QUOTED = 40

/** An engine and one pattern: a process that is started again when it was ended. */
class Compiled {
  private process: EngineProcess | null = null
  private readonly spec: EngineSpec
  private readonly pattern: string
  private readonly options: InspectOptions
  facts: EngineFacts | null = null
  compileSeconds: number | null = null
  starts = 0

  constructor(spec: EngineSpec, pattern: string, options: InspectOptions) {
    this.spec = spec
    this.pattern = pattern
    this.options = options
  }

  readonly ready = async (): Promise<EngineProcess> => {
    if (this.process !== null && !this.process.ended) return this.process
    this.starts++
    const process = (this.process = new EngineProcess(this.spec, this.options.limits))
    this.facts = await process.hello()
    const seconds = await process.compile(this.pattern, this.options.flags)
    this.compileSeconds ??= seconds
    return process
  }

  close(): void {
    this.process?.close()
  }
}

/** Never throws for what the engine does. */
export async function inspect(
  spec: EngineSpec,
  pattern: string,
  attacks: Attacks,
  options: InspectOptions,
): Promise<EngineReport> {
  const compiled = new Compiled(spec, pattern, options)
  let search: Shown
  let findAll: Shown | null = null
  try {
    search = await lookFor('test', compiled, attacks.search, options)
    // An engine that promises is held to its promise by the attacks that there are; of others they are all that is known.
    const isOpen = search.verdict === 'linear' || search.verdict === 'undecided'
    if (isOpen && !attacks.complete && compiled.facts?.promise !== 'linear')
      search = { ...search, verdict: 'undecided', degree: null, why: whyNot(attacks) }
    const goOn = options.findAll && search.verdict === 'linear'
    if (goOn) findAll = await lookFor('count', compiled, attacks.findAll, options)
  } finally {
    compiled.close()
  }
  return {
    engine: spec.id,
    version: compiled.facts?.version ?? 'unknown',
    promise: compiled.facts?.promise ?? null,
    facts: compiled.facts,
    compileSeconds: compiled.compileSeconds,
    ...search,
    findAll,
  }
}

/** Why it is not known that there is no attack. */
function whyNot({ differs }: Attacks): string {
  if (differs === null) return NOT_LOOKED_INTO
  const part = differs.length > MOST_QUOTED ? `${differs.slice(0, MOST_QUOTED)}...` : differs
  return `attacks were looked for without knowing what this engine makes of ${part}`
}

const nothing = { degree: null, exponent: null, attack: null, seconds: null, longest: 0, points: [] } as const

async function lookFor(
  ask: Ask,
  compiled: Compiled,
  attacks: readonly Attack[],
  { seconds, bytes }: InspectOptions,
): Promise<Shown> {
  try {
    await compiled.ready()
    const trials: Grown[] = []
    for (const attack of attacks.slice(0, MOST_TRIALS)) {
      trials.push(await grow(compiled.ready, attack, { ask, ...TRIAL }))
    }
    const options: GrowOptions = { ask, seconds, bytes }
    const worst = worstFirst(trials, seconds)
    if (worst[0] === undefined) return { ...nothing, verdict: 'undecided', why: 'nothing was tried' }
    let mild: Grown | null = null
    let steepest: Grown | null = null
    for (const trial of worst.slice(0, MOST_FOLLOWED)) {
      // What was seen stands unless another promises more.
      if (steepest !== null && steepness(steepest) >= steepness(trial)) break
      let grown: Grown
      try {
        grown = await follow(compiled, trial, options)
      } catch (error) {
        // What was found stays found, whatever the engine does with a further attack.
        if (!(error instanceof EngineFailed) || steepest === null) throw error
        continue
      }
      if (isSuperlinear(grown)) {
        const reached = await reach(compiled.ready, grown, options)
        if (steepest === null || steepness(reached) > steepness(steepest)) steepest = reached
        continue
      }
      // Nothing there; of those that were followed the longest row is told.
      if (mild === null || (mild.fit.growth !== 'linear' && grown.fit.growth === 'linear')) mild = grown
      if (!mayGrow(trial)) break
    }
    return shown(steepest ?? mild!)
  } catch (error) {
    if (error instanceof EngineRefused) return { ...nothing, verdict: 'refused', why: error.message }
    if (error instanceof EngineFailed)
      return { ...nothing, verdict: 'crashed', why: `${error.how}: ${error.message}` }
    throw error
  }
}

/** Goes on from a trial to the end, and again from the begin where others on the machine have blurred that. */
async function follow(compiled: Compiled, trial: Grown, options: GrowOptions): Promise<Grown> {
  const { attack } = trial
  let grown = await grow(compiled.ready, attack, options, lowerPart(trial))
  for (let again = 0; again < MOST_AGAIN && blur(grown) > 0; again++) {
    try {
      const other = await grow(compiled.ready, attack, options)
      if (blur(other) < blur(grown)) grown = other
    } catch (error) {
      // A row that was seen is better than one that was not.
      if (!(error instanceof EngineFailed)) throw error
      break
    }
  }
  return grown
}

/** The row is not measured anew where it says little: what decides is measured in one go, at one speed of the machine. */
function lowerPart({ points, failure }: Grown): Grown['points'] {
  const last = points.at(-1)?.pumps ?? 0
  return failure === null ? points.filter(({ pumps }) => LOWER * pumps <= last) : []
}

const isSuperlinear = ({ fit }: Grown): boolean => fit.growth === 'polynomial' || fit.growth === 'exponential'

/** A degree, infinite for an exponential; 0 of what does not grow. */
function steepness({ fit }: Grown): number {
  if (fit.growth === 'exponential') return Infinity
  return fit.growth === 'polynomial' ? fit.degree! : 0
}

/**
 * How far others on the machine may have blurred a row: the width of an exponent's interval that holds two degrees. What is
 * undecided could not be worse.
 */
function blur({ fit: { growth, exponent }, failure }: Grown): number {
  if (failure !== null || exponent === null) return 0
  if (growth === 'undecided') return Infinity
  const { low, high } = exponent
  return growth === 'polynomial' && Math.round(low) !== Math.round(high) ? high - low : 0
}

/** Superlinear by what was seen, or too quickly at its end to tell. */
function mayGrow(trial: Grown): boolean {
  const last = trial.points.at(-1)
  const endedEarly =
    last === undefined
      ? trial.failure?.how === 'too slow'
      : last.seconds > TRIAL.seconds / 2 && last.length < TRIAL.bytes / 8
  return isSuperlinear(trial) || (trial.fit.exponent?.value ?? 0) > 1.5 || endedEarly
}

/**
 * Those that are seen to grow first, the steepest before the others, as a verdict is of the worst that there is: a power
 * that takes long on a short text must not hide a doubling that needs a longer one; of those as steep the shortest to
 * reach `seconds`. Then those that ended too quickly to tell, which have the more points the better; then the rest.
 */
function worstFirst(trials: readonly Grown[], seconds: number): Grown[] {
  const scored = trials.map((grown) => {
    const { points, attack } = grown
    // Of two alike, the shorter pump: its lengths come closer to what is sought.
    const length = (lengthFor(points, seconds) ?? Infinity) * (1 + 0.02 * attack.pump.length)
    const rank = isSuperlinear(grown)
      ? -steepness(grown)
      : mayGrow(grown)
        ? 10 - Math.min(points.length, 9)
        : 10
    return { grown, rank, length: Math.min(length, Number.MAX_VALUE) }
  })
  return scored
    .toSorted((a, b) => (a.rank === b.rank ? a.length - b.length : a.rank - b.rank))
    .map(({ grown }) => grown)
}

function shown({ attack, points, fit, failure }: Grown): Shown {
  const last = points.at(-1)
  const bytesOf = (pumps: number): number =>
    Buffer.byteLength(attack.prefix) +
    pumps * Buffer.byteLength(attack.pump) +
    Buffer.byteLength(attack.suffix)
  const common = {
    degree: fit.degree,
    exponent: fit.exponent,
    seconds: last?.seconds ?? null,
    longest: last === undefined ? 0 : bytesOf(last.pumps),
    points: points.map(({ pumps, seconds }) => ({ bytes: bytesOf(pumps), seconds })),
  }
  if ((fit.growth === 'polynomial' || fit.growth === 'exponential') && last !== undefined) {
    const { prefix, pump, suffix, from } = attack
    const length = attackLength(attack, last.pumps)
    return { ...common, verdict: fit.growth, attack: { prefix, pump, suffix, length, from }, why: null }
  }
  if (failure !== null && failure.how !== 'too slow' && failure.how !== 'gave up')
    return { ...common, verdict: 'crashed', attack: null, why: `${failure.how}: ${failure.message}` }
  const why = failure === null ? fit.why : `${failure.how}: ${failure.message}`
  return { ...common, verdict: fit.growth, attack: null, why }
}
