/**
 * The replications of one scenario, each simulated once: points that differ only in judged parameters share worlds,
 * and a point that is asked for twice (by the search, by the tornado) is measured once.
 */
import type { Horizon, Measures, Sim } from '../contract/sim.ts'
import { canonicalJson } from '../contract/canonical.ts'
import type { Runner } from './runner.ts'

export interface ExperimentSetting {
  readonly sim: Sim
  readonly seed: number
  readonly horizon: Horizon
  /** For every judged parameter, the values that may be asked for. */
  readonly judged: Readonly<Record<string, readonly number[]>>
}

export class Experiment {
  readonly sim: Sim
  private readonly seed: number
  private readonly horizon: Horizon
  private readonly judged: Readonly<Record<string, readonly number[]>>
  private readonly runner: Runner
  private readonly worlds = new Map<string, Promise<readonly unknown[]>>()
  private readonly measured = new Map<string, Promise<Measures>>()

  constructor({ sim, seed, horizon, judged }: ExperimentSetting, runner: Runner) {
    this.sim = sim
    this.seed = seed
    this.horizon = horizon
    this.judged = judged
    this.runner = runner
  }

  /** What replication number `replication` measures under these parameters. */
  measures(params: unknown, replication: number): Promise<Measures> {
    const key = `${replication} ${canonicalJson(params)}`
    let measures = this.measured.get(key)
    if (!measures) {
      measures = this.world(params, replication).then((worlds) => this.sim.judge(params, worlds))
      this.measured.set(key, measures)
    }
    return measures
  }

  /** Names the world a point is judged from: parameters that only `judge` reads are left out. */
  worldKey(params: unknown, replication: number): string {
    const judged = new Set<string>(this.sim.judged)
    const simulated = Object.entries(params as object).filter(([name]) => !judged.has(name))
    return `${replication} ${canonicalJson(Object.fromEntries(simulated))}`
  }

  private world(params: unknown, replication: number): Promise<readonly unknown[]> {
    const key = this.worldKey(params, replication)
    let world = this.worlds.get(key)
    if (!world) {
      const parts = this.sim.parts?.(params) ?? 1
      // A world must not depend on which judged value was asked first, so it always sees the same one.
      const fixed = Object.fromEntries(Object.entries(this.judged).map(([name, values]) => [name, values[0]]))
      const task = {
        sim: this.sim.name,
        params: { ...(params as object), ...fixed },
        seed: this.seed,
        horizon: this.horizon,
        replication,
        judged: this.judged,
      }
      world = Promise.all(Array.from({ length: parts }, (_, part) => this.runner.run({ ...task, part })))
      this.worlds.set(key, world)
    }
    return world
  }
}
