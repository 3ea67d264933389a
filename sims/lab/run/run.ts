/**
 * A run: scenario -> points x replications -> results -> answer, as one document.
 *
 * With `find`, points are measured where the bisection asks; all values of a judged parameter come from the same
 * worlds, so those are measured everywhere and the knee can be drawn. Interruption ends the measuring, not the
 * telling: what is complete is told, and marked unfinished.
 */
import type { ChartSpec, Results, Series } from '../contract/sim.ts'
import { RUN_SCHEMA, type RunDocument, type UncertaintyDocument } from '../contract/document.ts'
import { assumptionsOf, caseOf } from './assumptions.ts'
import { checkPoint, theoryOf } from './checks.ts'
import { digestOf } from '../contract/canonical.ts'
import { withDecision } from './decision.ts'
import { distributionCharts } from './distribution-chart.ts'
import { sweepCharts } from './sweep-chart.ts'
import type { Point } from './fold.ts'
import { combinations } from './grid.ts'
import { judgeExpectation } from './judgement.ts'
import { Measuring } from './measuring.ts'
import type { Runner } from './runner.ts'
import type { Scenario } from './scenario/load.ts'
import { quantityAt } from './scenario/params.ts'
import { search, type Found } from './search.ts'
import { nearestLimits, tell, worstOf } from './telling.ts'
import { pointDocument, resolved } from './told.ts'
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

/** How often progress is told of the cases in which all assumptions are drawn. */
const CASES_TOLD = 32

export async function runScenario(scenario: Scenario, options: RunOptions): Promise<RunOutcome> {
  const run = new Run(scenario, options)
  return run.outcome()
}

class Run {
  private readonly scenario: Scenario
  private readonly options: RunOptions
  private readonly signal: AbortSignal
  private readonly measuring: Measuring

  constructor(scenario: Scenario, options: RunOptions) {
    this.scenario = scenario
    this.options = options
    this.signal = options.signal ?? new AbortController().signal
    this.measuring = new Measuring(scenario, options.runner, this.signal)
  }

  async outcome(): Promise<RunOutcome> {
    const { scenario, signal, measuring } = this
    const { sim, expect: expectations, find } = scenario
    const phase = this.options.onPhase ?? (() => {})
    let points: Point[]
    let found: Found | null = null
    if (find) {
      phase(`searching ${find.param}`)
      found = await search({
        scenario,
        grid: combinations(scenario.sweep),
        measure: (at, until) => measuring.measureAt(at, until),
        isJudged: sim.judged?.includes(find.param) ?? false,
        signal,
      })
      points = found.points
    } else {
      phase('measuring')
      points = await measuring.measureAll()
    }
    const answered = found ? found.answered : points
    const chosen = worstOf(expectations, answered)
    const { trust: checked } = trustOf(scenario, answered, measuring.asked)
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
      limits: nearestLimits(expectations, chosen),
    }

    phase('looking for what breaks first')
    const breaksFirst = (await measuring.breaksFirst(chosen))?.first ?? null
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
      counters: measuring.countWork(points),
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
      ...(Object.keys(this.atUnits).length === 0 ? {} : { atUnits: this.atUnits }),
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
        ...distributionCharts(sim, chosen, expectations),
      ],
      series: chosen.replications[0]?.series ?? {},
      metricLabels: Object.fromEntries(
        measuring.figures.map(({ name, spec: { label, unit } }) => [name, { label, unit }]),
      ),
      warnings: found?.warnings ?? [],
    }
  }

  private assumptions(found: Found | null, chosen: Point): Promise<RunDocument['assumptions']> {
    const { scenario, signal } = this
    const metric = this.measuring.asked[0]!
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
      measure: this.measuring.probing(until),
    })
  }

  private uncertainty(found: Found | null, chosen: Point): Promise<UncertaintyDocument | null> {
    const { scenario, signal } = this
    const { find } = scenario
    const metric = this.measuring.asked[0]!
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
        measurer: () => this.measuring.probingApart(until),
      }),
    })
  }

  private get atUnits(): Record<string, string> {
    const { sim, sweep, find } = this.scenario
    const asked = [...sweep.map(({ param }) => param), ...(find ? [find.param] : [])]
    return Object.fromEntries(
      asked.flatMap((param) => {
        const unit = quantityAt(sim, param)?.unit
        return unit === undefined ? [] : [[param, unit]]
      }),
    )
  }

  /** Of the searched parameter, else of the figure asked about. */
  private get answerUnit(): string {
    const { sim, find } = this.scenario
    return find ? (quantityAt(sim, find.param)?.unit ?? 'count') : this.measuring.asked[0]!.spec.unit
  }
}
