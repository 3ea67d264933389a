/**
 * The gate: is head slower than base, and could this run have told?
 *
 *     trees      base and head side by side            trees.ts
 *     field      what is compared                      field.ts
 *     counts     exact work, compared                  counting.ts
 *     controls   base against itself and a slowed copy controls.ts
 *     rounds     fresh processes, interleaved          timing.ts, duel.ts, judge.ts
 *     findings   what was found, or let through        findings.ts
 *     document   one verdict, every reason             document.ts
 *
 * The controls come before anything is timed: a gate that could not find ten per cent today does not say pass.
 */
import { availableParallelism, cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { lostIn } from '../checkout/environment.ts'
import { repositoryOf } from '../checkout/git.ts'
import { unmeasuredOf } from '../harness/errors.ts'
import { ACCEPT_FILE, readAcceptFile, toleranceOf, type AcceptFile } from './accept.ts'
import type { Contest } from './contest.ts'
import { Controls, type Late } from './controls.ts'
import { countBoth, countControls, type CountLimits } from './counting.ts'
import { GATE_SCHEMA, gateDocument, type GateDocument } from './document.ts'
import { fieldOf, type Field, type FieldOptions } from './field.ts'
import { Findings } from './findings.ts'
import { planOf } from './judge.ts'
import { Refused, TimeUp } from './refused.ts'
import { CONTROL_SLOWER, timeBoth, timeControls, type TimingOptions } from './timing.ts'
import { openTrees, placesOf, type Trees } from './trees.ts'
import { grownWhy, timedWhy, verdictOf, waitingNotes } from './verdict.ts'
import { gateClock, watchSteal, withSteal, type Chosen } from './waiting.ts'

export interface GateOptions extends FieldOptions {
  readonly base: string
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
  const { signal, budget = DEFAULT_BUDGET } = options
  // A stranger's task or command uses whatever is installed.
  const dev = !('registry' in options.from)
  const trees = await openTrees(await repositoryOf(options.folder), options.base, signal, { dev })
  const begin = performance.now()
  try {
    // Without names there is nothing that could be said not to be measured.
    const left = (): number => Math.max(LISTING_SECONDS, budget - secondsSince(begin))
    return await new Run(options, trees, await fieldOf(options, trees, { signal, left }), begin).play()
  } catch (error) {
    throw unmeasuredOf(error)
  } finally {
    trees.close()
  }
}

const DEFAULT_BUDGET = 600
const LISTING_SECONDS = 40

/** Of what fails, this may be why. */
function lostNotes(trees: Trees): string[] {
  const lost = lostIn(placesOf(trees))
  if (lost.length === 0) return []
  return [`git ignores what the environment names in ${lost.join(', ')}: neither side has it`]
}

const secondsSince = (begin: number): number => (performance.now() - begin) / 1000

class Run {
  private readonly options: GateOptions
  private readonly trees: Trees
  private readonly contests: readonly Contest[]
  private readonly gone: readonly string[]
  private readonly accept: AcceptFile
  private readonly begin: number
  private readonly findings: Findings
  private readonly controls = new Controls()
  /** Null where nothing was timed. */
  private chosen: Chosen | null = null

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
    this.findings = new Findings(this.accept, options.today)
  }

  async play(): Promise<GateDocument> {
    const { countsOnly = false, controls = false, all = false } = this.options
    const { findings } = this
    const load = loadavg()[0]!
    const open = this.contests.filter((contest) => {
      if (!contest.sameCode || all) return true
      findings.settle(contest, 'pass', 'the same program on both sides: none of its files changed')
      return false
    })
    for (const id of this.gone) findings.settle({ id, laidOver: [] }, 'gone', 'head no longer has it')
    await this.controlCounts()
    // Before the counts, which may take all the time there is: then it is a benchmark that is named as not measured.
    if (countsOnly && controls) await this.controlClock(this.timingOptions(1))
    // The last may take all the time that the clock does not need.
    for (const contest of open) await this.count(contest, countsOnly && contest === open.at(-1))
    for (const contest of open) if (!contest.timed) findings.settleCounted(contest, "its time is a disk's")
    const left = open.filter(({ id, timed }) => timed && !findings.isSettled(id))
    if (countsOnly) for (const contest of left) findings.settleCounted(contest, 'not timed')
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

  /** Where there is no time even for the controls, nothing can be told of any. */
  private async controlCounts(): Promise<void> {
    const late = await this.controls.count(this.contests, ({ subject }) =>
      countControls(subject!, this.limits(), this.options.sabotage),
    )
    if (late !== null) this.leaveOut(late)
  }

  /** Without controls nothing is measured any more. */
  private leaveOut({ id: by, message }: Late): void {
    for (const { id } of this.contests) this.findings.leaveOut(id, `${message}, for the controls by ${by}`)
  }

  private async count(contest: Contest, alone: boolean): Promise<void> {
    const { id, subject } = contest
    const { findings } = this
    if (this.isOver() || subject === null || findings.isSettled(id)) return
    this.options.onProgress(`${id}: counting`)
    try {
      const { work } = toleranceOf(this.accept, id)
      const mayGrow = findings.accepts(id, 'work')
      const counted = await countBoth(subject, { ...this.limits(alone), mayGrow }, work)
      findings.count(id, counted)
      const { idle, grown, wrong } = counted
      // Work that grew has grown, whatever it returns.
      if (grown && !findings.passes(contest, 'fail', 'work', grownWhy(counted))) return
      if (wrong !== null && !findings.passes(contest, 'refused', 'result', wrong)) return
      if (idle !== null) findings.passes(contest, 'refused', 'work', idle)
    } catch (error) {
      if (error instanceof TimeUp) findings.leaveOut(id, error.message)
      else findings.settleFailed(contest, error, 'work')
    }
  }

  /** The controls of the clock: whether it would find ten per cent here and now. */
  private async controlClock(options: TimingOptions): Promise<Late | null> {
    const slower = this.options.sabotage?.slower ?? CONTROL_SLOWER
    return await this.controls.time(this.contests, (contest) =>
      timeControls(contest.id, contest.controls(options, slower), options),
    )
  }

  private timingOptions(benchmarks: number): TimingOptions {
    const { seed = 1, signal, onProgress } = this.options
    this.chosen ??= gateClock()
    return {
      plan: planOf(benchmarks),
      clock: this.chosen.clock,
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
    if (open.length === 0 && (this.findings.has('fail') || this.findings.has('refused'))) return
    // Controls for which no time is left say nothing of how this gate measures.
    if (this.isOver()) return
    const options = this.timingOptions(open.length)
    const late = await this.controlClock(options)
    if (late !== null) this.leaveOut(late)
    if (late !== null || this.controls.failed) return
    for (const contest of open) {
      if (this.isOver()) break
      const stolen = watchSteal()
      try {
        await this.timeOne(contest, open.length, options)
      } catch (error) {
        const isTask = contest.subject !== null
        if (isTask && error instanceof TimeUp) this.findings.leaveOut(contest.id, error.message)
        else if (isTask && error instanceof Refused)
          this.findings.settleFailed(contest, withSteal(error, stolen()), 'time')
        else this.findings.settleFailed(contest, error, 'time')
      }
    }
  }

  private async timeOne(contest: Contest, benchmarks: number, options: TimingOptions): Promise<void> {
    const { id } = contest
    const { findings } = this
    const { time, memory: room } = toleranceOf(this.accept, id)
    const isCommand = contest.subject === null
    const timed = await timeBoth(id, contest.pairs(options), {
      ...options,
      // By that of all its processes, wherever it runs.
      clock: isCommand ? 'cpu' : options.clock,
      plan: contest.plan(benchmarks, time),
      ...(room !== undefined && { memory: room }),
      accepted: new Set(TIMED_KINDS.filter((kind) => findings.accepts(id, kind))),
      wantsOrder: isCommand,
    })
    if (timed === null) return
    const { finding, ratio, low, high, order, memory, timing } = timed
    const notes = isCommand ? [...timed.notes, ...waitingNotes(timed)] : timed.notes
    const said = { ratio, low, high, order, memory, timing, notes }
    if (finding === 'clear') findings.settle(contest, 'pass', timedWhy(timed), said)
    else if (finding === 'undecided') findings.settle(contest, 'undecided', timedWhy(timed), said)
    else {
      const kind = finding === 'slower' ? 'time' : 'memory'
      if (findings.passes(contest, 'fail', kind, timedWhy(timed), said))
        findings.settle(contest, 'pass', null, said)
    }
  }

  private document(load: number): GateDocument {
    const { base, repeat } = this.options
    const why = this.controls.failed ? 'the controls failed' : 'time was up'
    for (const { id } of this.contests) this.findings.leaveOut(id, why)
    const same = new Set(this.contests.filter(({ sameCode }) => sameCode).map(({ id }) => id))
    const { benchmarks, notMeasured } = this.findings
    const { doubts, changed } = this.trees
    const { played: controls } = this.controls
    const circumstances = { base, doubts, nothing: changed.size === 0 }
    const isTask = this.contests.some(({ subject }) => subject !== null)
    const clockNote = isTask ? (this.chosen?.note ?? null) : null
    const { verdict, headline } = verdictOf(benchmarks, same, controls, notMeasured, circumstances)
    return gateDocument.parse({
      schema: GATE_SCHEMA,
      verdict,
      headline,
      base: { ref: base, commit: this.trees.base.commit },
      changes: [
        ...this.trees.changes,
        ...(this.controls.failed || this.findings.has('refused') ? lostNotes(this.trees) : []),
        ...(clockNote === null ? [] : [clockNote]),
      ],
      machine: {
        cpu: cpus()[0]?.model.trim() ?? 'unknown',
        cores: availableParallelism(),
        node: process.versions.node,
        platform: `${process.platform}-${process.arch}`,
        load,
      },
      benchmarks,
      controls,
      errorRates: this.options.errorRates,
      notMeasured,
      seconds: this.elapsed(),
      repeat,
    } satisfies GateDocument)
  }
}

const TIMED_KINDS = ['time', 'memory'] as const
