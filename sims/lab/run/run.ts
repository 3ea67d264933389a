/**
 * A run: scenario -> points x replications -> results -> answer, as one document.
 *
 * With `find`, points are measured where the bisection asks; all values of a judged parameter come from the same
 * worlds, so those are measured everywhere and the knee can be drawn. Interruption ends the measuring, not the
 * telling: what is complete is told, and marked unfinished.
 */
import type { ChartSpec, Results, Series } from '../contract/sim.ts'
import { declaredFigures, type NamedFigure } from '../contract/figure.ts'
import type {
  At,
  PointDocument,
  RunDocument,
  TrustDocument,
  UncertaintyDocument,
} from '../contract/document.ts'
import { RUN_SCHEMA } from '../contract/document.ts'
import { assumptionsOf, caseOf, type ProbeRequest } from './assumptions.ts'
import { checkPoint, theoryOf } from './checks.ts'
import { digestOf } from '../contract/canonical.ts'
import { distributionCharts } from './distribution-chart.ts'
import { sweepCharts } from './sweep-chart.ts'
import { Experiment } from './experiment.ts'
import { sumCounters, type Point } from './fold.ts'
import { combinations } from './grid.ts'
import { firstUsedUp, headroomOf, withHeadroom, type Breaking } from './headroom.ts'
import { isAtItsEnd, isExactly, judgeExpectation, surelyFails } from './judgement.ts'
import { judgedValues } from './judged.ts'
import { planPoint, scoutOf, type Plan } from './plan.ts'
import { Interrupted, measurePoint } from './point.ts'
import type { Runner } from './runner.ts'
import { HEADROOM, type Expectation } from './scenario/expectation.ts'
import { paramsAt, type Scenario, type Until } from './scenario/load.ts'
import { quantityAt } from './scenario/params.ts'
import { search, type Found } from './search.ts'
import { tell, worstOf } from './telling.ts'
import { trustOf } from './trust.ts'
import { uncertaintyOf } from './uncertainty.ts'
import { verdictOf } from './verdict.ts'

export interface RunOptions {
  readonly runner: Runner
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal?: AbortSignal
  /** The command that gives this run again, for the document. */
  readonly reproduce: string
  /** Of the engines, for the digest. */
  readonly version?: string
  /** Judge a run that is too weak to be judged. */
  readonly acceptWeak?: boolean
  /** What is being done, for a person who waits. */
  /** Of an open phase nobody knows beforehand how much work it is: it counts in its words. */
  readonly onPhase?: (phase: string, isOpen?: boolean) => void
}

export interface RunOutcome {
  readonly document: RunDocument
  readonly charts: readonly ChartSpec[]
  readonly series: Readonly<Record<string, Series>>
  /** Every figure's label and unit, for tables. */
  readonly metricLabels: Readonly<Record<string, { readonly label: string; readonly unit: string }>>
  readonly warnings: readonly string[]
}

/** Share of the replications, and at least how many, behind each step of the search for what breaks first. */
const HEADROOM_SHARE = 0.2
const HEADROOM_LEAST = 5

/** How often progress is told of the cases in which all assumptions are drawn. */
const CASES_TOLD = 32

/** A scout's word is taken only when chance would say so once in ten thousand times. */
const HOPELESS = 0.9999

export async function runScenario(scenario: Scenario, options: RunOptions): Promise<RunOutcome> {
  const run = new Run(scenario, options)
  return run.outcome()
}

type MeasurePlan = (at: At, plan: Plan) => Promise<Point>

class Run {
  private readonly scenario: Scenario
  private readonly options: RunOptions
  private readonly signal: AbortSignal
  private readonly experiment: Experiment
  private readonly figures: readonly NamedFigure[]
  /** What the question is about: the figures of its expectations, else the sim's first. */
  private readonly asked: readonly NamedFigure[]

  constructor(scenario: Scenario, options: RunOptions) {
    const { sim, seed, horizon, expect: expectations } = scenario
    this.scenario = scenario
    this.options = options
    this.signal = options.signal ?? new AbortController().signal
    this.experiment = new Experiment({ sim, seed, horizon, judged: judgedValues(scenario) }, options.runner)
    const declared = declaredFigures(sim)
    const named = new Map(declared.map((figure) => [figure.name, figure]))
    const asked = expectations.flatMap(({ figure }) => figure ?? [])
    for (const figure of asked) named.set(figure.name, figure)
    this.figures = [...named.values()]
    this.asked =
      asked.length > 0 ? [...new Map(asked.map((one) => [one.name, one])).values()] : declared.slice(0, 1)
  }

  async outcome(): Promise<RunOutcome> {
    const { scenario, signal } = this
    const { sim, expect: expectations, find } = scenario
    const phase = this.options.onPhase ?? (() => {})
    let points: Point[]
    let found: Found | null = null
    if (find) {
      phase(`searching ${find.param}`)
      found = await search({
        scenario,
        grid: combinations(scenario.sweep),
        measure: (at, until) => this.measureAt(at, {}, until),
        isJudged: sim.judged?.includes(find.param) ?? false,
        signal,
      })
      points = found.points
    } else {
      phase('measuring')
      points = await this.measureAll()
    }
    const answered = found ? found.answered : points
    const chosen = worstOf(expectations, answered)
    const { trust: checked } = trustOf(scenario, answered, this.asked)
    const trust = withDecision(checked, { found, isInterrupted: signal.aborted, expectations })
    const verdict = verdictOf({
      sim,
      expectations,
      answered,
      found,
      trust: trust.level,
      isInterrupted: signal.aborted,
      acceptWeak: this.options.acceptWeak ?? false,
    })
    const results: Results<unknown> = {
      question: scenario.question,
      horizon: scenario.horizon,
      points,
      ...(find && found ? { found: { param: find.param, value: found.value, searched: find.values } } : {}),
      chosen,
      verdict,
      limits: Object.fromEntries(expectations.map(({ metric, op, value }) => [metric, { op, value }])),
    }

    phase('looking for what breaks first')
    const breaksFirst = (await this.breaksFirst(chosen))?.first ?? null
    phase('probing assumptions')
    const assumptions = await this.assumptions(found, chosen)
    const uncertainty = scenario.uncertainty === null ? null : await this.uncertainty(found, chosen)
    const answer = tell({ scenario, results, found, answered, trust, breaksFirst })
    const told = {
      verdict,
      answer,
      trust,
      points: points.map(pointDocument),
      expectations: answered.flatMap((point) => expectations.map((one) => judgeExpectation(one, point))),
      invariants: points.flatMap(checkPoint),
      theory: answered.flatMap((point) => theoryOf(scenario, point)),
      assumptions,
      ...(uncertainty === null ? {} : { uncertainty }),
      counters: this.countWork(points),
    }
    const document: RunDocument = {
      schema: RUN_SCHEMA,
      scenario: scenario.name,
      question: scenario.question,
      environment: scenario.environment,
      sim: sim.name,
      mode: 'virtual',
      seed: scenario.seed,
      horizon: scenario.horizon,
      ...told,
      reproduce: this.options.reproduce,
      digest: digestOf({
        scenario: resolved(scenario),
        version: this.options.version ?? null,
        results: told,
      }),
    }
    return {
      document,
      charts: [
        ...sweepCharts({
          sim,
          points,
          expectations,
          searched: find?.param ?? null,
          found: found?.value ?? null,
        }),
        ...sim.charts(results),
        ...distributionCharts(sim, chosen, results.limits),
      ],
      series: chosen.replications[0]?.series ?? {},
      metricLabels: Object.fromEntries(
        this.figures.map(({ name, spec: { label, unit } }) => [name, { label, unit }]),
      ),
      warnings: found?.warnings ?? [],
    }
  }

  private planAt(at: At, overrides: At, until?: Until): Plan {
    const { scenario } = this
    const plan = planPoint(scenario, paramsAt(scenario, { ...at, ...overrides }), this.asked)
    return until === undefined ? plan : { ...plan, until }
  }

  private async measureAt(at: At, overrides: At = {}, until?: Until): Promise<Point> {
    const plan = this.planAt(at, overrides, until)
    return this.withHeadroom((await this.scouted(at, plan)) ?? (await this.measurePlan(at, plan)))
  }

  /** The point with its headroom, where an expectation asks for that. */
  private async withHeadroom(point: Point, measure: MeasurePlan = this.measurePlan): Promise<Point> {
    if (!this.scenario.expect.some(({ metric }) => metric === HEADROOM)) return point
    return withHeadroom(point, await this.breaksFirst(point, measure))
  }

  /**
   * A value that is hopelessly small fails clearly in a sixteenth of the time that a sound answer about it would take, and
   * near saturation that is long. What fails clearly needs no soundness; anything else is measured in full.
   */
  private async scouted(at: At, plan: Plan): Promise<Point | null> {
    const { scenario } = this
    const scout = scenario.find ? scoutOf(scenario, plan) : null
    if (scout === null) return null
    const point = await this.measurePlan(at, scout)
    const testable = scenario.expect.filter(({ metric }) => metric !== HEADROOM)
    return surelyFails(scenario.sim, testable, point, HOPELESS) ? point : null
  }

  private readonly measurePlan: MeasurePlan = (at, plan) => {
    const request = { at, plan, figures: this.figures, watched: this.asked }
    return measurePoint(this.experiment, request, this.signal)
  }

  /** All points; when interrupted, those that were complete, at least the first. */
  private async measureAll(): Promise<Point[]> {
    const points: Point[] = []
    for (const at of combinations(this.scenario.sweep)) {
      try {
        points.push(await this.measureAt(at))
      } catch (error) {
        if (error instanceof Interrupted && points.length > 0) break
        throw error
      }
      if (this.signal.aborted) break
    }
    return points
  }

  private async breaksFirst(point: Point, measure: MeasurePlan = this.measurePlan): Promise<Breaking | null> {
    const { sim, expect: expectations } = this.scenario
    const { plan } = point
    const all = point.replications.length
    const replications = Math.min(all, Math.max(HEADROOM_LEAST, Math.ceil(HEADROOM_SHARE * all)))
    const until = { halfWidth: null, min: replications, max: replications }
    try {
      return await headroomOf(sim, expectations, point, (multiple) =>
        measure(point.at, { ...plan, params: sim.underLoad!(plan.params, multiple), until }),
      )
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error
      return firstUsedUp(sim, point)
    }
  }

  private assumptions(found: Found | null, chosen: Point): Promise<RunDocument['assumptions']> {
    const { scenario, signal } = this
    const metric = this.asked[0]!
    const { value, low, high } = found ?? chosen.metrics[metric.name]!
    const replications = chosen.replications.length
    const until = { halfWidth: null, min: replications, max: replications }
    return assumptionsOf({
      scenario,
      signal,
      at: chosen.at,
      metric: metric.name,
      unit: this.answerUnit,
      answer: { value, interval: low === null || high === null ? null : [low, high] },
      measure: this.probing(until, this.measurePlan),
    })
  }

  /** Measures points of the cheaper world, where the sim has one, with all that a search judges them by. */
  private probing(until: Until, measure: MeasurePlan): ProbeRequest['measure'] {
    const { sim, find } = this.scenario
    return async (at, overrides) => {
      const plan = this.planAt(at, overrides, until)
      const point = await measure(at, { ...plan, params: sim.probe?.(plan.params) ?? plan.params })
      return find ? this.withHeadroom(point, measure) : point
    }
  }

  /** Each case has worlds of its own, which nobody asks for again: they are let go with it. */
  private uncertainty(found: Found | null, chosen: Point): Promise<UncertaintyDocument | null> {
    const { scenario, signal } = this
    const { sim, seed, horizon, find } = scenario
    const metric = this.asked[0]!
    const replications = chosen.replications.length
    const until = { halfWidth: null, min: replications, max: replications }
    const { value } = found ?? chosen.metrics[metric.name]!
    const { samples } = scenario.uncertainty!
    const told = Math.ceil(samples / CASES_TOLD)
    const tell = (answered: number): void =>
      this.options.onPhase?.(`drawing assumptions together: ${answered} of ${samples} cases`, true)
    tell(0)
    return uncertaintyOf({
      scenario,
      signal,
      onCase: (answered) => {
        if (answered % told === 0) tell(answered)
      },
      of: find?.param ?? metric.name,
      unit: this.answerUnit,
      atOnce: this.options.runner.workers,
      answerAt: caseOf({
        scenario,
        at: chosen.at,
        metric: metric.name,
        answer: value,
        measurer: () => {
          const experiment = new Experiment(
            { sim, seed, horizon, judged: judgedValues(scenario) },
            this.options.runner,
          )
          return this.probing(until, (at, plan) =>
            measurePoint(experiment, { at, plan, figures: this.asked, watched: this.asked }, signal),
          )
        },
      }),
    })
  }

  /** Of the searched parameter, else of the figure asked about. */
  private get answerUnit(): string {
    const { sim, find } = this.scenario
    return find ? (quantityAt(sim, find.param)?.unit ?? 'count') : this.asked[0]!.spec.unit
  }

  /** Exact work, each simulated world counted once however many points were judged from it. */
  private countWork(points: readonly Point[]): Record<string, number> {
    const worlds = new Map<string, Point['replications'][number]>()
    for (const { params, replications } of points) {
      replications.forEach((measures, replication) => {
        worlds.set(this.experiment.worldKey(params, replication), measures)
      })
    }
    return sumCounters([...worlds.values()])
  }
}

interface Decision {
  readonly found: Found | null
  readonly isInterrupted: boolean
  readonly expectations: readonly Expectation[]
}

/** A search that found nothing sure, though nothing surely fails, is as undecided as a run that is too short. */
function withDecision(trust: TrustDocument, { found, isInterrupted, expectations }: Decision): TrustDocument {
  const reasons = [...trust.reasons]
  if (isInterrupted) {
    reasons.push({
      code: 'interrupted',
      text: 'stopped early: only what was complete then is told',
      remedy: 'run it again',
    })
  } else if (found && found.value === null && !found.isHopeless) {
    reasons.push({
      code: 'undecided',
      text: 'no value searched surely meets the expectations, and the largest does not surely fail',
      remedy: remedyFor(found.answered, expectations),
    })
  } else return trust
  return { level: trust.level === 'none' ? 'none' : 'weak', reasons }
}

function remedyFor(answered: readonly Point[], expectations: readonly Expectation[]): string {
  const isAny = (holds: typeof isExactly): boolean =>
    answered.some((point) => expectations.some((one) => holds(one, point)))
  if (isAny(isAtItsEnd)) return 'a limit with some room: that a share is exactly 0 or 1 no run can show'
  if (isAny(isExactly)) return 'a limit with some room: that a figure is exactly so much no run can show'
  return 'a wider range, or more replications'
}

function pointDocument({ at, replications, state, metrics, figures, plan }: Point): PointDocument {
  const samples = Object.entries(figures).map(([name, figure]) => [name, [...figure.samples]])
  return {
    at,
    replications: replications.length,
    state,
    ...(plan.time ? { time: plan.time } : {}),
    metrics,
    samples: Object.fromEntries(samples) as Record<string, (number | null)[]>,
  }
}

/** What was asked, whichever file and flags asked it. */
function resolved({
  name,
  question,
  sim,
  horizon,
  seed,
  params,
  sweep,
  find,
  until,
  expect,
  assumptions,
  uncertainty,
}: Scenario) {
  return {
    name,
    question,
    sim: sim.name,
    horizon,
    seed,
    params,
    sweep,
    find,
    until,
    assumptions,
    ...(uncertainty === null ? {} : { uncertainty }),
    expect: expect.map(({ metric, op, value }) => [metric, op, value]),
  }
}
