/**
 * Three regimes of a batch queue. Published reports of how long batches take fall into minutes, hours and days, whoever the
 * provider is, so a queue is not slow or fast by nature: it depends on what interactive load leaves, and on what is
 * withheld. The figures are assumptions that put a queue into its regime; none is fitted to a report.
 */

export const PRESETS = ['calm', 'busy', 'stuck'] as const
export type Preset = (typeof PRESETS)[number]

export interface Regime {
  /** Mean share of the slots that interactive requests take. */
  readonly interactiveLoad: number
  /** Share of the slots that batch may not have, and from when until when; seconds of virtual time. */
  readonly withheld: number
  readonly withheldFrom: number
  readonly withheldUntil: number
}

const DAY = 86_400

export const REGIMES: Readonly<Record<Preset, Regime>> = {
  calm: { interactiveLoad: 0.4, withheld: 0, withheldFrom: 0, withheldUntil: Infinity },
  // In the evening interactive load takes nearly all, and the backlog of the day is worked off at night.
  busy: { interactiveLoad: 0.75, withheld: 0.5, withheldFrom: 0, withheldUntil: Infinity },
  // Most of a week in which a model's batch capacity is as good as gone.
  stuck: { interactiveLoad: 0.7, withheld: 0.97, withheldFrom: 2 * DAY, withheldUntil: 8 * DAY },
}

/** What a scenario says itself goes before the preset. */
export interface RegimeParams {
  readonly preset: Preset
  readonly interactiveLoad?: number | undefined
  readonly withheld?: number | undefined
  readonly withheldFrom?: number | undefined
  readonly withheldUntil?: number | undefined
}

export function regimeOf(params: RegimeParams): Regime {
  const regime = REGIMES[params.preset]
  return {
    interactiveLoad: params.interactiveLoad ?? regime.interactiveLoad,
    withheld: params.withheld ?? regime.withheld,
    withheldFrom: params.withheldFrom ?? regime.withheldFrom,
    withheldUntil: params.withheldUntil ?? regime.withheldUntil,
  }
}
