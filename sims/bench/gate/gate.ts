/**
 * The gate: is head slower than base, and could this run have told?
 *
 *     trees      base and head side by side            trees.ts
 *     counts     exact work, compared                  counting.ts
 *     controls   base against itself and a slowed copy timing.ts
 *     rounds     fresh processes, interleaved          timing.ts, duel.ts, judge.ts
 *     document   one verdict, every reason             document.ts
 *
 * The controls come before anything is timed: a gate that could not find ten per cent today does not say pass.
 */
import { existsSync, realpathSync } from 'node:fs'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { join, relative, sep } from 'node:path'
import { repositoryOf } from '../harness/checkout.ts'
import { BadRequest, CouldNotMeasure } from '../harness/errors.ts'
import {
  ACCEPT_FILE,
  acceptanceOf,
  readAcceptFile,
  toleranceOf,
  type AcceptFile,
  type Kind,
} from './accept.ts'
import { chooseClock } from './clock.ts'
import { benchmarkContest, commandContest, type Contest } from './contest.ts'
import { countBoth, countControls, listTasks, type Counted, type CountLimits } from './counting.ts'
import {
  GATE_SCHEMA,
  gateDocument,
  type GateBenchmark,
  type GateControl,
  type GateDocument,
} from './document.ts'
import { SideFailed } from './duel.ts'
import { planOf } from './judge.ts'
import { Silence } from './patience.ts'
import { rowSubjects, taskFile, taskId, taskSubjects, type Registry } from './subjects.ts'
import { Refused, TimeUp } from './refused.ts'
import { CONTROL_SLOWER, timeBoth, timeControls, type TimingOptions } from './timing.ts'
import { openTrees, type Trees } from './trees.ts'
import type { TaskFile } from './work.ts'
import { grownWhy, rank, timedWhy, verdictOf, type NotMeasured } from './verdict.ts'

export interface GateOptions {
  readonly base: string
  /** Where benchmarks come from: the registry's rows, the tasks of a file, or one command. */
  readonly from: { readonly registry: Registry } | { readonly file: string } | { readonly command: string }
  /** A folder of the working tree. */
  readonly folder: string
  /** Only benchmarks whose id contains one of these. */
  readonly only?: readonly string[]
  /** Seconds, from when both trees are there; default 600. */
  readonly budget?: number
  /** Counts and controls of counts only; nothing is timed. */
  readonly countsOnly?: boolean
  /** With `countsOnly`: play the controls of the clock, too. */
  readonly controls?: boolean
  /** Time benchmarks whose code is the same on both sides, too. */
  readonly all?: boolean
  /** The file of what is let through; default `gate.yaml` at the top of the working tree, if there is one. */
  readonly accept?: string
  /** Today, as 2027-01-31. */
  readonly today: string
  /** The last self-test. */
  readonly errorRates: GateDocument['errorRates']
  readonly seed?: number
  readonly signal: AbortSignal
  readonly onProgress: (text: string) => void
  /** The command that does it again. */
  readonly repeat: string
  /** For tests: what the copy that must be found does more. */
  readonly sabotage?: { readonly slower?: number; readonly runs?: number }
}

export async function runGate(options: GateOptions): Promise<GateDocument> {
  const trees = await openTrees(await repositoryOf(options.folder), options.base, options.signal)
  const begin = performance.now()
  try {
    return await new Run(options, trees, await fieldOf(options, trees, begin), begin).play()
  } finally {
    trees.close()
  }
}

/** What is compared, and the names of what base alone has. */
interface Field {
  readonly contests: readonly Contest[]
  readonly gone: readonly string[]
}

async function fieldOf(options: GateOptions, trees: Trees, begin: number): Promise<Field> {
  const { from, folder, only, signal, budget = DEFAULT_BUDGET } = options
  // Without names there is nothing that could be said not to be measured.
  const left = (): number => Math.max(LISTING_SECONDS, budget - secondsSince(begin))
  if ('command' in from) return { contests: [commandContest(from.command, trees, folder)], gone: [] }
  if ('file' in from) return await fileField(from.file, trees, only, { signal, left })
  return { contests: (await rowSubjects(from.registry, trees, only)).map(benchmarkContest), gone: [] }
}

async function fileField(
  given: string,
  trees: Trees,
  only: readonly string[] | undefined,
  limits: CountLimits,
): Promise<Field> {
  try {
    // Git's path, as the repository's own is: without symbolic links.
    const file = realpathSync(given)
    const inTree = (tree: string): TaskFile => taskFile(file, trees.repository, tree)
    const sides = { base: inTree(trees.base.folder), head: inTree(trees.head) }
    const { names, gone } = await listTasks(sides, limits)
    const isWanted = (name: string): boolean => only === undefined || only.some((part) => name.includes(part))
    const chosen = names.filter(isWanted)
    if (chosen.length === 0)
      throw new BadRequest(`${given} has no task like ${only?.join(', ')}; it has ${names.join(', ')}`)
    return {
      contests: (await taskSubjects(file, chosen, trees)).map(benchmarkContest),
      gone: gone.filter(isWanted).map((task) => taskId(file, task)),
    }
  } catch (error) {
    if (!(error instanceof SideFailed || error instanceof TimeUp)) throw error
    const said = `${given}: ${saidOfHead(error.message, trees)}`
    throw error.cause instanceof Silence ? new CouldNotMeasure(said) : new BadRequest(said)
  }
}

/** What went wrong at head, its files by their names in the repository; whether one of them is none that git would take. */
function saidOfHead(message: string, { head, repository }: Trees): string {
  const files = message.split(/['"`\s]/).filter((word) => word.startsWith(head + sep))
  const ignored = files
    .map((file) => relative(head, file))
    .find((file) => !existsSync(join(head, file)) && existsSync(join(repository, file)))
  const said = message.replaceAll(head + sep, '')
  if (ignored === undefined) return said
  return `${said} (git ignores ${ignored}, and the gate compares what git has; a build has to be a part of --command)`
}

const DEFAULT_BUDGET = 600
const LISTING_SECONDS = 40

const secondsSince = (begin: number): number => (performance.now() - begin) / 1000

type Accepted = NonNullable<GateBenchmark['accepted']>

class Run {
  private readonly options: GateOptions
  private readonly trees: Trees
  private readonly contests: readonly Contest[]
  private readonly gone: readonly string[]
  private readonly accept: AcceptFile
  private readonly begin: number
  private readonly done = new Map<string, GateBenchmark>()
  private readonly counted = new Map<string, Counted>()
  /** What was found and let through by name, while the rest is not known yet. */
  private readonly letThrough = new Map<string, { readonly why: string; readonly accepted: Accepted }>()
  private readonly notMeasured: NotMeasured[] = []
  private readonly controls: GateControl[] = []

  constructor(options: GateOptions, trees: Trees, { contests, gone }: Field, begin: number) {
    this.options = options
    this.begin = begin
    this.trees = trees
    this.contests = contests
    this.gone = gone
    this.accept = readAcceptFile(
      options.accept ?? join(trees.head, ACCEPT_FILE),
      options.accept === undefined,
    )
  }

  async play(): Promise<GateDocument> {
    const { countsOnly = false, controls = false, all = false } = this.options
    const load = loadavg()[0]!
    const open = this.contests.filter((subject) => {
      if (!subject.sameCode || all) return true
      this.settle(subject, 'pass', 'the same program on both sides: none of its files changed')
      return false
    })
    for (const id of this.gone) this.settle({ id, laidOver: [] }, 'gone', 'head no longer has it')
    await this.controlCounts()
    // Before the counts, which may take all the time there is: then it is a benchmark that is named as not measured.
    if (countsOnly && controls) await this.controlClock(this.timingOptions(1))
    // The last may take all the time that the clock does not need.
    for (const subject of open) await this.count(subject, countsOnly && subject === open.at(-1))
    for (const contest of open) if (!contest.timed) this.settleCounted(contest, "its time is a disk's")
    const left = open.filter(({ id, timed }) => timed && !this.isSettled(id))
    if (countsOnly) for (const contest of left) this.settleCounted(contest, 'not timed')
    else await this.time(left)
    return this.document(load)
  }

  private limits(alone = false): CountLimits {
    const { signal, budget = DEFAULT_BUDGET } = this.options
    return { signal, left: () => budget - this.elapsed(), alone }
  }

  private isOver = (): boolean => this.elapsed() > (this.options.budget ?? DEFAULT_BUDGET)

  private elapsed(): number {
    return secondsSince(this.begin)
  }

  /**
   * The controls of the counts, by the first benchmark. Where there is no time even for them, nothing can be told of any.
   */
  private async controlCounts(): Promise<void> {
    const { subject } = this.contests[0]!
    if (subject === null) return
    const late = await this.control(() => countControls(subject, this.limits(), this.options.sabotage))
    if (late !== null) this.leaveOut(late)
  }

  /** Without controls nothing is measured any more. */
  private leaveOut({ message }: TimeUp): void {
    const why = `${message}, for the controls by ${this.contests[0]!.id}`
    for (const { id } of this.contests) if (!this.isSettled(id)) this.notMeasured.push({ id, why })
  }

  /**
   * Controls that could not even be run are controls that failed; those that were given no time say nothing of how this
   * gate measures. Why there was none, or null.
   */
  private async control(run: () => Promise<GateControl[]>): Promise<TimeUp | null> {
    try {
      this.controls.push(...(await run()))
    } catch (error) {
      if (error instanceof TimeUp) return error
      if (!(error instanceof SideFailed || error instanceof Refused)) throw error
      const benchmark = this.contests[0]!.id
      const said = error instanceof SideFailed ? `${error.side}: ${error.message}` : error.message
      this.controls.push({ of: 'any', benchmark, ok: false, said })
    }
    return null
  }

  private async count(contest: Contest, alone: boolean): Promise<void> {
    const { id, subject } = contest
    if (this.isOver() || subject === null || this.isSettled(id)) return
    this.options.onProgress(`${id}: counting`)
    try {
      const { work } = toleranceOf(this.accept, id)
      const mayGrow = this.acceptance(id, 'work')?.expired === false
      const counted = await countBoth(subject, { ...this.limits(alone), mayGrow }, work)
      this.counted.set(id, counted)
      const { idle, grown, wrong } = counted
      // Work that grew has grown, whatever it returns.
      if (grown && !this.passes(contest, 'fail', 'work', grownWhy(counted))) return
      if (wrong !== null && !this.passes(contest, 'refused', 'result', wrong)) return
      if (idle !== null) this.passes(contest, 'refused', 'work', idle)
    } catch (error) {
      if (error instanceof TimeUp) this.notMeasured.push({ id, why: error.message })
      else this.settleFailed(contest, error, 'work')
    }
  }

  /** The controls of the clock: whether it would find ten per cent here and now. */
  private async controlClock(options: TimingOptions): Promise<TimeUp | null> {
    const [first] = this.contests as [Contest]
    const { sabotage } = this.options
    const rounds = first.controls(options, sabotage?.slower ?? CONTROL_SLOWER)
    return await this.control(() => timeControls(first.id, rounds, options))
  }

  private timingOptions(benchmarks: number): TimingOptions {
    const { seed = 1, signal, onProgress } = this.options
    return {
      plan: planOf(benchmarks),
      clock: chooseClock(),
      cache: this.trees.cache,
      seed,
      signal,
      isOver: this.isOver,
      left: this.limits().left,
      onProgress,
    }
  }

  private async time(open: readonly Contest[]): Promise<void> {
    // The counts have said it all: nothing is left that a clock could find.
    const isSaid = ({ outcome }: GateBenchmark): boolean => outcome === 'fail' || outcome === 'refused'
    if (open.length === 0 && [...this.done.values()].some(isSaid)) return
    // Controls for which no time is left say nothing of how this gate measures.
    if (this.isOver()) return
    const options = this.timingOptions(open.length)
    const late = await this.controlClock(options)
    if (late !== null) this.leaveOut(late)
    if (late !== null || this.controls.some(({ ok }) => !ok)) return
    for (const contest of open) {
      if (this.isOver()) break
      try {
        const { id } = contest
        const { time, memory: room } = toleranceOf(this.accept, id)
        const timed = await timeBoth(id, contest.pairs(options), {
          ...options,
          plan: contest.plan(open.length, time),
          ...(room !== undefined && { memory: room }),
          accepted: new Set(TIMED_KINDS.filter((kind) => this.acceptance(id, kind)?.expired === false)),
          wantsOrder: contest.subject === null,
        })
        if (timed === null) continue
        const { finding, ratio, low, high, order, memory, timing, notes } = timed
        const said = { ratio, low, high, order, memory, timing, notes }
        if (finding === 'clear') this.settle(contest, 'pass', timedWhy(timed), said)
        else if (finding === 'undecided') this.settle(contest, 'undecided', timedWhy(timed), said)
        else {
          const kind = finding === 'slower' ? 'time' : 'memory'
          if (this.passes(contest, 'fail', kind, timedWhy(timed), said))
            this.settle(contest, 'pass', null, said)
        }
      } catch (error) {
        if (error instanceof TimeUp && contest.subject !== null)
          this.notMeasured.push({ id: contest.id, why: error.message })
        else this.settleFailed(contest, error, 'time')
      }
    }
  }

  /** `kind`: of what was asked. What does not end where base does has more of it, and may be let through as that. */
  private settleFailed(subject: Contest, error: unknown, kind: 'work' | 'time'): void {
    if (error instanceof Refused) this.settle(subject, 'refused', error.message)
    else if (!(error instanceof SideFailed)) throw error
    else if (error.side === 'base' && error.message === 'there is no such row') {
      this.settle(subject, 'new', 'base has no such benchmark')
    } else if (error.side === 'base' && subject.laidOver.length > 0) {
      this.settle(subject, 'changed', `base cannot be asked head's question: ${error.message}`)
    } else if (error.side === 'head' && error.hangs) {
      const why = `head ${error.message.replace('the other side', 'base')}`
      if (this.passes(subject, 'fail', kind, why)) this.settle(subject, 'pass', null)
    } else this.settle(subject, 'refused', `${error.side}: ${error.message}`)
  }

  private acceptance(id: string, kind: Kind): Accepted | null {
    const found = acceptanceOf(this.accept, id, kind, this.options.today)
    if (found === null) return null
    const { reason, until } = found.entry
    return { reason, until, expired: found.expired }
  }

  /**
   * Whether what is bad was accepted by name, each kind for itself: then the rest is looked into as if nothing had been
   * found. Settles the benchmark where it was not.
   */
  private passes(
    subject: Contest,
    outcome: 'fail' | 'refused',
    kind: Kind,
    why: string,
    said: Partial<GateBenchmark> = {},
  ): boolean {
    const accepted = this.acceptance(subject.id, kind)
    if (accepted === null || accepted.expired) {
      this.settle(subject, outcome, why, { ...said, ...(accepted && { accepted }) })
      return false
    }
    const before = this.letThrough.get(subject.id)
    this.letThrough.set(subject.id, {
      why: before === undefined ? why : `${before.why}; ${why}`,
      accepted: before === undefined ? accepted : bothOf(before.accepted, accepted),
    })
    return true
  }

  private isSettled(id: string): boolean {
    return this.done.has(id) || this.notMeasured.some((one) => one.id === id)
  }

  private settleCounted(subject: Contest, untimed: string): void {
    if (!this.counted.has(subject.id) || this.isSettled(subject.id)) return
    const why = this.letThrough.has(subject.id) ? untimed : `it does no more work than at base; ${untimed}`
    this.settle(subject, 'pass', why)
  }

  private settle(
    { id, laidOver }: Pick<Contest, 'id' | 'laidOver'>,
    outcome: GateBenchmark['outcome'],
    /** Null where all is said by what was let through. */
    why: string | null,
    timed: Partial<GateBenchmark> = {},
  ): void {
    const counted = this.counted.get(id)
    const through = this.letThrough.get(id)
    this.done.set(id, {
      id,
      outcome: outcome === 'pass' && through !== undefined ? 'accepted' : outcome,
      why: [through?.why, why].filter((text) => typeof text === 'string').join('; '),
      ratio: null,
      low: null,
      high: null,
      order: null,
      memory: null,
      timing: null,
      counters: counted?.counters ?? [],
      laidOver,
      accepted: through?.accepted ?? null,
      ...timed,
      notes: [...(counted?.notes ?? []), ...(timed.notes ?? [])],
    })
  }

  private document(load: number): GateDocument {
    const { base, repeat } = this.options
    for (const { id } of this.contests) {
      if (this.isSettled(id)) continue
      const why = this.controls.some(({ ok }) => !ok) ? 'the controls failed' : 'time was up'
      this.notMeasured.push({ id, why })
    }
    const same = new Set(this.contests.filter(({ sameCode }) => sameCode).map(({ id }) => id))
    const benchmarks = [...this.done.values()].toSorted((a, b) => rank(a) - rank(b))
    const { verdict, headline } = verdictOf(benchmarks, same, this.controls, this.notMeasured, base)
    return gateDocument.parse({
      schema: GATE_SCHEMA,
      verdict,
      headline,
      base: { ref: base, commit: this.trees.base.commit },
      changes: this.trees.changes,
      machine: {
        cpu: cpus()[0]?.model.trim() ?? 'unknown',
        cores: availableParallelism(),
        node: process.versions.node,
        platform: `${process.platform}-${process.arch}`,
        load,
      },
      benchmarks,
      controls: this.controls,
      errorRates: this.options.errorRates,
      notMeasured: this.notMeasured,
      seconds: this.elapsed(),
      repeat,
    } satisfies GateDocument)
  }
}

const TIMED_KINDS = ['time', 'memory'] as const

/** What two entries of the file say, as one: until the first of them runs out. */
function bothOf(one: Accepted, other: Accepted): Accepted {
  if (one.reason === other.reason && one.until === other.until) return one
  const [until] = [one.until, other.until].toSorted() as [string]
  return { reason: `${one.reason}; ${other.reason}`, until, expired: false }
}
