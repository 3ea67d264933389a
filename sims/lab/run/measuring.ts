/**
 * Measures the points of one scenario: each as long as its question needs, with its headroom where that is asked for, under
 * more load, and as assumptions would have it.
 */
import type { At } from '../contract/document.ts'
import { declaredFigures, type NamedFigure } from '../contract/figure.ts'
import type { ProbeRequest } from './assumptions.ts'
import { Experiment } from './experiment.ts'
import { sumCounters, type Point } from './fold.ts'
import { combinations } from './grid.ts'
import { firstUsedUp, headroomOf, withHeadroom, type Breaking } from './headroom.ts'
import { judgedValues } from './judged.ts'
import { surelyFails } from './judgement.ts'
import { planPoint, scoutOf, type Plan } from './plan.ts'
import { Interrupted, measurePoint } from './point.ts'
import type { Runner } from './runner.ts'
import { HEADROOM } from './scenario/expectation.ts'
import { paramsAt, type Scenario, type Until } from './scenario/load.ts'

/** Share of the replications, and at least how many, behind each step of the search for what breaks first. */
const HEADROOM_SHARE = 0.2
const HEADROOM_LEAST = 5

/** A scout's word is taken only when chance would say so once in ten thousand times. */
const HOPELESS = 0.9999

type MeasurePlan = (at: At, plan: Plan) => Promise<Point>

export class Measuring {
  readonly figures: readonly NamedFigure[]
  /** What the question is about: the figures of its expectations, else the sim's first. */
  readonly asked: readonly NamedFigure[]
  private readonly scenario: Scenario
  private readonly runner: Runner
  private readonly signal: AbortSignal
  private readonly experiment: Experiment

  constructor(scenario: Scenario, runner: Runner, signal: AbortSignal) {
    this.scenario = scenario
    this.runner = runner
    this.signal = signal
    this.experiment = this.openExperiment()
    const declared = declaredFigures(scenario.sim)
    const named = new Map(declared.map((figure) => [figure.name, figure]))
    const asked = scenario.expect.flatMap(({ figure }) => figure ?? [])
    for (const figure of asked) named.set(figure.name, figure)
    this.figures = [...named.values()]
    this.asked =
      asked.length > 0 ? [...new Map(asked.map((one) => [one.name, one])).values()] : declared.slice(0, 1)
  }

  private openExperiment(): Experiment {
    const { sim, seed, horizon } = this.scenario
    return new Experiment({ sim, seed, horizon, judged: judgedValues(this.scenario) }, this.runner)
  }

  private planAt(at: At, overrides: At, until?: Until): Plan {
    const { scenario } = this
    const plan = planPoint(scenario, paramsAt(scenario, { ...at, ...overrides }), this.asked)
    return until === undefined ? plan : { ...plan, until }
  }

  async measureAt(at: At, until?: Until): Promise<Point> {
    const plan = this.planAt(at, {}, until)
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
  async measureAll(): Promise<Point[]> {
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

  async breaksFirst(point: Point, measure: MeasurePlan = this.measurePlan): Promise<Breaking | null> {
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

  /** Measures points of the cheaper world, where the sim has one, with all that a search judges them by. */
  probing(until: Until, measure: MeasurePlan = this.measurePlan): ProbeRequest['measure'] {
    const { sim, find } = this.scenario
    return async (at, overrides) => {
      const plan = this.planAt(at, overrides, until)
      const point = await measure(at, { ...plan, params: sim.probe?.(plan.params) ?? plan.params })
      return find ? this.withHeadroom(point, measure) : point
    }
  }

  /** The same in worlds of its own, which nobody asks for again: they are let go with it. */
  probingApart(until: Until): ProbeRequest['measure'] {
    const experiment = this.openExperiment()
    const { asked, signal } = this
    return this.probing(until, (at, plan) =>
      measurePoint(experiment, { at, plan, figures: asked, watched: asked }, signal),
    )
  }

  /** Exact work, each simulated world counted once however many points were judged from it. */
  countWork(points: readonly Point[]): Record<string, number> {
    const worlds = new Map<string, Point['replications'][number]>()
    for (const { params, replications } of points) {
      replications.forEach((measures, replication) => {
        worlds.set(this.experiment.worldKey(params, replication), measures)
      })
    }
    return sumCounters([...worlds.values()])
  }
}
