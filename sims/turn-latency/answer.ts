/** The answer: what a turn takes as a call goes on, which stage gains, how much is transport, and what could give it back. */
import { asked, askedWords, type Asked } from '../lab/contract/asked.ts'
import { foundIn } from '../lab/contract/found.ts'
import { formatQuantity } from '../lab/contract/quantity.ts'
import type { Headline, Measures, PointResult, Results, Series } from '../lab/contract/sim.ts'
import { EARLY, LATE } from './metrics.ts'
import { turnLatencyShape, type TurnLatencyParams } from './params.ts'
import { STAGES, type Stage } from './stages.ts'
import { savedBy, VARIANTS } from './variants.ts'

type Point = PointResult<TurnLatencyParams>

export function answer({ chosen, found, limits }: Results<TurnLatencyParams>): Headline {
  const figure = asked(chosen, limits, 'drift')
  const { value, unit, low, high } = figure
  // Whatever the verdict: of a run that was stopped it says only that.
  const said = chosen.state === 'overloaded' ? 'The inference pool is overloaded.' : sentence(chosen, figure)
  return { text: `${foundIn(turnLatencyShape, found)}${said}`, value, unit, low, high }
}

/** Figures that the sentence about the twelve minutes has in it. */
const TOLD: ReadonlySet<string> = new Set(['drift', 'latencyAtMinute1', 'latencyAtMinute12'])

function sentence(point: Point, figure: Asked): string {
  const whole = twelveMinutes(point)
  const isTold = whole !== null && TOLD.has(figure.name)
  return [
    ...(isTold || figure.value === null ? [] : [figureWords(figure)]),
    whole ?? 'The calls are too short to have a twelfth minute.',
    ...transport(point.replications),
    ...(whole === null ? [] : remedies(point)),
  ].join(' ')
}

const WHEN: Readonly<Record<string, string>> = {
  earlyLatency: 'in the first two minutes',
  lateLatency: 'past ten minutes',
}

/** `Half of the turns past ten minutes take at most 5.2 s.` */
function figureWords(figure: Asked): string {
  const { name, value } = figure
  const [, percentile, observation = ''] = /^p([\d.]+)\((\w+)\)$/.exec(name) ?? []
  const when = WHEN[observation]
  if (value === null || percentile === undefined || when === undefined) return askedWords(figure)
  const share = percentile === '50' ? 'Half' : `${percentile} %`
  return `${share} of the turns ${when} take at most ${formatQuantity(value, 's')}.`
}

/** What a turn gains, and the stage that gains most; null where no call has a twelfth minute. */
function twelveMinutes({ metrics, replications }: Point): string | null {
  const [early, late, drift] = ['latencyAtMinute1', 'latencyAtMinute12', 'drift'].map(
    (name) => metrics[name]?.value ?? null,
  ) as [number | null, number | null, number | null]
  if (early === null || late === null || drift === null) return null
  const takes = `A turn takes ${formatQuantity(early, 's')} in minute 1 and ${formatQuantity(late, 's')} in minute 12`
  if (drift <= 0) return `${takes}: it gains nothing.`
  const most = gainingMost(replications)
  const stage = most === null ? '' : `, ${most.stage} alone ${formatQuantity(most.seconds, 's')}`
  return `${takes}: it gains ${formatQuantity(drift, 's')}${stage}.`
}

/** The stage that gains most from minute 1 to minute 12, mean over replications; null where none gains. */
function gainingMost(replications: readonly Measures[]): { stage: Stage; seconds: number } | null {
  const gains = STAGES.map((stage) => {
    const each = replications.flatMap(({ series }) => {
      const [early, late] = [EARLY, LATE].map((minute) => valueAt(series?.[stage], minute))
      return early === undefined || late === undefined ? [] : [late - early]
    })
    return { stage, seconds: each.reduce((sum, one) => sum + one, 0) / Math.max(1, each.length) }
  })
  const most = gains.toSorted((a, b) => b.seconds - a.seconds)[0]!
  return most.seconds > 0 ? most : null
}

const valueAt = (series: Series | undefined, minute: number): number | undefined =>
  series === undefined ? undefined : series.values[series.t.indexOf(60 * minute)]

/** What the way to the service and back takes, the same in every turn. */
function transport(replications: readonly Measures[]): string[] {
  const each = replications.flatMap(({ series }) => valueAt(series?.['transport'], EARLY) ?? [])
  const mean = each.reduce((sum, one) => sum + one, 0) / each.length
  return each.length === 0 ? [] : [`Transport takes ${formatQuantity(mean, 's')} of every turn.`]
}

/** Told apart from what a service could do: without a relay, or without any way to it, there is no call. */
const NO_REMEDY: ReadonlySet<string> = new Set(['noTransport', 'noRelay'])

/** Nothing where nobody asked what could give it back. */
function remedies({ metrics }: Point): string[] {
  const [best] = VARIANTS.flatMap(({ name, label }) => {
    const value = metrics[savedBy(name)]?.value ?? null
    return NO_REMEDY.has(name) || value === null ? [] : [{ name, label, value }]
  }).toSorted((a, b) => b.value - a.value)
  if (best === undefined) return []
  /** What lies within the noise of zero, on either side of it, is no gift. */
  const shown = (name: string): string => {
    const saved = metrics[savedBy(name)]
    const value = saved?.value ?? null
    return value !== null && (saved?.low ?? 0) > 0 ? formatQuantity(value, 's') : 'nothing that shows'
  }
  return [`The relay can give back ${shown('noRelay')}; ${best.label} gives back ${shown(best.name)}.`]
}
