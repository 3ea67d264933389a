/** One replication: the call as it is, and each counterfactual on the same callers. */
import { LogHistogram } from '../lab/analysis/histogram.ts'
import type { Measures, PointState, ReplicationContext, Series } from '../lab/contract/sim.ts'
import { simulateCalls, type CallsWorld } from './calls.ts'
import { drawAhead } from './draws.ts'
import { EARLY, LATE, MIDDLE } from './metrics.ts'
import type { TurnLatencyParams } from './params.ts'
import { meanLatency, meanStage, STAGES, type StageWorld } from './stages.ts'
import { savedBy, VARIANTS } from './variants.ts'

/** A pool this busy has more work than it does: callers who wait hold back their next turn, so it never shows 100 %. */
const SATURATED = 0.99

export function simulate(params: TurnLatencyParams, ctx: ReplicationContext): Measures {
  const draws = drawAhead(params, ctx)
  const base = simulateCalls(params, draws, ctx, true)
  const at = (world: StageWorld, minute: number): number | null => meanLatency(world, minute)
  const late = at(base.stages, LATE)
  const early = at(base.stages, EARLY)
  const variants = params.counterfactuals === 'all' ? VARIANTS : []
  const worlds = variants.map((variant) => {
    const world = simulateCalls({ ...params, ...variant.change(params) }, draws, ctx, false)
    return { name: variant.name, world }
  })
  const saved = worlds.map(({ name, world }): [string, number | null] => {
    const changed = at(world.stages, LATE)
    return [savedBy(name), late === null || changed === null ? null : late - changed]
  })
  const { injected, completed, queued, running } = base
  return {
    metrics: {
      drift: late === null || early === null ? null : late - early,
      latencyAtMinute1: early,
      latencyAtMinute5: at(base.stages, MIDDLE),
      latencyAtMinute12: late,
      queueing: base.meanWait,
      poolUtilisation: base.utilisation,
      ...Object.fromEntries(VARIANTS.map(({ name }) => [savedBy(name), null])),
      ...Object.fromEntries(saved),
    },
    observations: {
      earlyLatency: base.stages.early,
      lateLatency: base.stages.late,
    },
    chances: base.fates ?? {},
    state: stateOf(base),
    flow: { injected, completed, queued, running, dropped: 0, expired: 0 },
    little: [base.waiting],
    invariants: [
      {
        name: 'causality: spoken <= asked <= started <= heard',
        ok: base.inOrder && worlds.every(({ world }) => world.inOrder),
      },
      {
        name: 'counterfactuals meet the same callers',
        ok: worlds.every(({ world }) => world.calls === base.calls),
      },
    ],
    series: { ...stageSeries(base.stages), ...latencySeries(base.stages) },
    counters: {
      calls: base.calls,
      events: worlds.reduce((sum, { world }) => sum + world.events, base.events),
    },
  }
}

const stateOf = ({ utilisation }: CallsWorld): PointState =>
  utilisation >= SATURATED ? 'overloaded' : 'stable'

/** Quantiles of turn latency by minute of the call, for the band around it. */
export const LATENCY_QUANTILES = { 'latency p5': 0.05, 'latency p50': 0.5, 'latency p95': 0.95 } as const

function latencySeries({ latency }: StageWorld): Record<string, Series> {
  const minutes = latency.flatMap((data, minute) =>
    data.count > 0 ? [{ minute, turns: LogHistogram.fromData(data) }] : [],
  )
  return Object.fromEntries(
    Object.entries(LATENCY_QUANTILES).map(([name, p]) => [
      name,
      {
        unit: 's',
        label: `${name} of all turns, by age of the call`,
        t: minutes.map(({ minute }) => 60 * minute),
        values: minutes.map(({ turns }) => turns.quantile(p)!),
      },
    ]),
  )
}

/** Each stage by minute of the call; `t` is the age of the call, seconds. */
function stageSeries(stages: StageWorld): Record<string, Series> {
  const minutes = Array.from({ length: stages.minutes }, (_, minute) => minute).filter(
    (minute) => stages.turns[minute]! > 0,
  )
  return Object.fromEntries(
    STAGES.map((stage) => [
      stage,
      {
        unit: 's',
        label: `${stage}, by age of the call`,
        t: minutes.map((minute) => 60 * minute),
        values: minutes.map((minute) => meanStage(stages, stage, minute)!),
      },
    ]),
  )
}
