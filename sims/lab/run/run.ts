/**
 * A run: scenario -> points x replications -> results -> answer, as one document.
 *
 * With `find`, points are measured where the bisection asks; all values of a judged parameter come from the same
 * worlds, so those are measured everywhere and the knee can be drawn. Interruption ends the measuring, not the
 * telling: what is complete is answered, and marked.
 */
import type { ChartSpec, PointResult, Results, Series } from '../contract/sim.ts'
import { assumptionsOf } from './assumptions.ts'
import { checkPoint, theoryOf } from './checks.ts'
import type { At, RunDocument } from '../contract/document.ts'
import { RUN_SCHEMA } from '../contract/document.ts'
import { digestOf } from '../contract/canonical.ts'
import { Experiment } from './experiment.ts'
import { sumCounters } from './fold.ts'
import { combinations } from './grid.ts'
import { judgeExpectation, verdictOf } from './judgement.ts'
import { judgedValues } from './judged.ts'
import { Interrupted, measurePoint, type Watched } from './point.ts'
import type { Runner } from './runner.ts'
import { paramsAt, type Scenario } from './scenario/load.ts'
import { search, type Found } from './search.ts'

export interface RunOptions {
  readonly runner: Runner
  /** Aborted by Ctrl-C. */
  readonly signal?: AbortSignal
  /** The command that gives this run again, for the document. */
  readonly reproduce: string
  /** What is being done, for a person who waits. */
  readonly onPhase?: (phase: string) => void
}

export interface RunOutcome {
  readonly document: RunDocument
  readonly charts: readonly ChartSpec[]
  readonly series: Readonly<Record<string, Series>>
  readonly warnings: readonly string[]
}

type Point = PointResult<unknown>

export async function runScenario(scenario: Scenario, options: RunOptions): Promise<RunOutcome> {
  const { sim, expect: expectations, find } = scenario
  const signal = options.signal ?? new AbortController().signal
  const phase = options.onPhase ?? (() => {})
  const warnings: string[] = []
  const experiment = new Experiment(sim, scenario.seed, judgedValues(scenario), options.runner)
  const watched = watchedMetrics(scenario)
  const grid = combinations(scenario.sweep)
  const measure = (at: At, until = scenario.until): Promise<Point> =>
    measurePoint(experiment, { at, params: paramsAt(scenario, at) }, until, watched, signal)

  let points: Point[]
  let found: Found | null = null
  if (find) {
    phase(`searching ${find.param}`)
    const isJudged = sim.judged?.includes(find.param) ?? false
    found = await search({ scenario, grid, measure, isJudged, signal })
    points = found.points
    warnings.push(...found.warnings)
  } else {
    phase('measuring')
    points = await measureAll(grid, measure, signal)
  }

  const answered = found ? found.answered : points
  const verdict = found?.value ? 'pass' : verdictOf(expectations, answered)
  const results: Results<unknown> = {
    question: scenario.question,
    points,
    ...(find && found ? { found: { param: find.param, value: found.value, searched: find.values } } : {}),
    chosen: answered[0] ?? null,
    verdict,
    limits: Object.fromEntries(expectations.map(({ metric, op, value }) => [metric, { op, value }])),
  }

  phase('probing assumptions')
  const assumptions = await assumptionsOf(scenario, options.runner, signal, watched[0].name)
  const answer = sim.answer(results)
  const interrupted = signal.aborted
  const body: Omit<RunDocument, 'digest'> = {
    schema: RUN_SCHEMA,
    scenario: scenario.name,
    question: scenario.question,
    environment: scenario.environment,
    sim: sim.name,
    mode: 'virtual',
    seed: scenario.seed,
    verdict,
    answer: interrupted ? { ...answer, text: `Interrupted, from what was complete: ${answer.text}` } : answer,
    points: points.map(({ at, replications, state, metrics }) => {
      return { at, replications: replications.length, state, metrics }
    }),
    expectations: answered.flatMap((point) => expectations.map((one) => judgeExpectation(one, point))),
    invariants: points.flatMap(checkPoint),
    theory: answered.flatMap((point) => theoryOf(sim, point)),
    assumptions,
    counters: countWork(experiment, points),
    ...(interrupted ? { interrupted } : {}),
    reproduce: options.reproduce,
  }
  return {
    document: { ...body, digest: digestOf(body) },
    charts: sim.charts(results),
    series: results.chosen?.replications[0]?.series ?? {},
    warnings,
  }
}

/**
 * The metrics that the stopping rule watches: those that `expect` names, else the sim's first. One that lies far from
 * its limit (a loss of zero) need not be known to 3 % of itself: 3 % of the limit will do.
 */
function watchedMetrics({ sim, expect: expectations, until }: Scenario): [Watched, ...Watched[]] {
  const share = until.halfWidth ?? 0
  const limits = new Map(expectations.map(({ metric, value }) => [metric, share * Math.abs(value)]))
  const [first, ...rest] = [...limits].map(([name, enough]) => ({ name, enough }))
  return first ? [first, ...rest] : [{ name: Object.keys(sim.metrics)[0]! }]
}

/** All points; when interrupted, those that were complete, at least the first. */
async function measureAll(
  grid: readonly At[],
  measure: (at: At) => Promise<Point>,
  signal: AbortSignal,
): Promise<Point[]> {
  const points: Point[] = []
  for (const at of grid) {
    try {
      points.push(await measure(at))
    } catch (error) {
      if (error instanceof Interrupted && points.length > 0) break
      throw error
    }
    if (signal.aborted) break
  }
  return points
}

/** Exact work, each simulated world counted once however many points were judged from it. */
function countWork(experiment: Experiment, points: readonly Point[]): Record<string, number> {
  const worlds = new Map<string, Point['replications'][number]>()
  for (const { params, replications } of points) {
    replications.forEach((measures, replication) => {
      worlds.set(experiment.worldKey(params, replication), measures)
    })
  }
  return sumCounters([...worlds.values()])
}
