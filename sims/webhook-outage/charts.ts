/** What to look at: the outage over time, the way up and the way down, and what each policy pays for what it saves. */
import { alike } from '../lab/contract/alike.ts'
import { formatQuantity } from '../lab/contract/quantity.ts'
import type { ChartSpec, Results } from '../lab/contract/sim.ts'
import { valueOf, type Point } from './edge.ts'
import { placed } from './labels.ts'
import type { OutageParams } from './params.ts'

export function charts({ points, chosen }: Results<OutageParams>): ChartSpec[] {
  const policies = new Set(points.map(({ params }) => params.policy))
  return [
    overTime(chosen),
    ...(chosen.params.hysteresis === 'measured' ? [hysteresis(alike(chosen, points, 'policy', 'load'))] : []),
    ...(policies.size > 1 && chosen.params.hysteresis === 'none' ? [attemptsAgainstLateness(points)] : []),
  ]
}

const SERIES = ['offered', 'goodput', 'capacity'] as const

/** A logarithmic axis begins at this share of what is highest: what is less, nothing too, is drawn there. */
const LEAST = 1e-3

function overTime({ params, replications }: Point): ChartSpec {
  const series = replications[0]?.series ?? {}
  const hours = params.before + params.outage + params.after > 4 * 3600
  const unit = hours ? 'hours' : 'minutes'
  const length = hours ? 3600 : 60
  const values = SERIES.flatMap((name) =>
    (series[name]?.t ?? []).map((t, i) => ({
      what: series[name]!.label,
      time: (t - params.before) / length,
      rate: series[name]!.values[i]!,
    })),
  )
  const shaded = [{ from: 0, to: params.outage / length }]
  const x = {
    field: 'time',
    type: 'quantitative',
    title: `${unit} since the outage began`,
    scale: { nice: false },
  }
  const least = LEAST * Math.max(...values.map(({ rate }) => rate))
  return {
    name: 'over-time',
    title: `Attempts, deliveries and capacity, ${params.policy}`,
    description:
      `Attempts and deliveries a second in one replication, and what the receiver could do; the lowest line of the logarithmic ` +
      `scale stands for nothing too. Shaded: the outage. Under ${params.policy} at ${formatQuantity(params.load, 'share')} load.`,
    spec: {
      layer: [
        {
          data: { values: shaded },
          mark: { type: 'rect', opacity: 0.12, color: 'black' },
          encoding: { x: { field: 'from', type: 'quantitative' }, x2: { field: 'to' } },
        },
        {
          data: { values: values.map((row) => ({ ...row, rate: Math.max(row.rate, least) })) },
          mark: { type: 'line', interpolate: 'step' },
          encoding: {
            x,
            y: {
              field: 'rate',
              type: 'quantitative',
              scale: { type: 'log', domainMin: least },
              title: 'a second',
            },
            color: { field: 'what', type: 'nominal', title: null },
          },
        },
      ],
    },
    table: {
      columns: ['what', unit, 'a second'],
      rows: values.map(({ what, time, rate }) => [what, time, rate]),
    },
  }
}

const WAYS = [
  ['goodputUpwards', 'without any outage'],
  ['goodputAfter', 'after the outage'],
  ['goodputDownwards', 'coming down from a collapse'],
] as const

function hysteresis(points: readonly Point[]): ChartSpec {
  const values = WAYS.flatMap(([metric, way]) =>
    points.flatMap((point) => {
      const goodput = valueOf(point, metric)
      const { policy, load } = point.params
      return goodput === null ? [] : [{ policy, way, load, goodput }]
    }),
  )
  const facet = {
    field: 'policy',
    type: 'nominal',
    title: null,
    sort: null,
    header: { labelAnchor: 'start', labelPadding: 22 },
  }
  return {
    name: 'hysteresis',
    title: 'Goodput against load, on the way up and on the way down',
    description:
      'Deliveries for each message that comes, long after: without any outage, after one, and coming down from a collapse at a ' +
      'higher load. Where the lines part, the same load has two steady states.',
    spec: {
      data: { values },
      facet,
      columns: 1,
      spec: {
        height: 90,
        mark: { type: 'line', point: true },
        encoding: {
          x: { field: 'load', type: 'quantitative', title: 'load', axis: { format: '.0%' } },
          y: { field: 'goodput', type: 'quantitative', title: 'goodput' },
          color: { field: 'way', type: 'nominal', title: null, sort: WAYS.map(([, way]) => way) },
        },
      },
    },
    table: {
      columns: ['policy', 'way', 'load', 'goodput'],
      rows: values.map(({ policy, way, load, goodput }) => [policy, way, load, goodput]),
    },
  }
}

const unnamed = (why: string, points: readonly Point[]): string =>
  points.length === 0
    ? ''
    : ` Not shown, for ${why}: ${points.map(({ params }) => params.policy).join(', ')}.`

/** Areas of points by what is lost, px: of none and of all. By the most that is lost, the legend of a run that loses little would fill a street. */
const SIZES = [60, 900] as const

function attemptsAgainstLateness(points: readonly Point[]): ChartSpec {
  const unfinished = points.filter((point) => (valueOf(point, 'undelivered') ?? 0) > 0)
  const idle = points.filter(
    (point) => !unfinished.includes(point) && valueOf(point, 'lastDelivery') === null,
  )
  const missing =
    unnamed('the run ended before all events had', unfinished) + unnamed('nothing is delivered', idle)
  const drawn = points.flatMap((point) => {
    const attempts = valueOf(point, 'attempts')
    const last = valueOf(point, 'lastDelivery')
    if (attempts === null || last === null) return []
    return [{ policy: point.params.policy, attempts, hours: last / 3600, lost: valueOf(point, 'lost') ?? 0 }]
  })
  // A policy has as many points as loads are swept beside it.
  const values = drawn.map((row, i) => ({ ...row, row: i }))
  const x = {
    field: 'hours',
    type: 'quantitative',
    title: 'hours from the return to the last delivery',
  }
  const y = { field: 'attempts', type: 'quantitative', scale: { type: 'log' }, title: 'attempts an event' }
  return {
    name: 'attempts-lateness',
    title: 'What each policy pays, and how late it is',
    description:
      'Each point is a policy: attempts an event of the outage against the time to the last delivery; the larger the point, the ' +
      `more events are lost.${missing}`,
    spec: {
      data: { values },
      layer: [
        {
          mark: { type: 'point', filled: true, opacity: 0.7 },
          encoding: {
            x,
            y,
            size: {
              field: 'lost',
              type: 'quantitative',
              title: 'lost',
              scale: { domain: [0, 1], range: SIZES },
              legend: { format: '.0%', values: [0, 0.2, 0.4, 0.6] },
            },
          },
        },
        ...placed(
          values.map(({ policy, attempts, hours, lost }) => ({
            label: policy,
            x: hours,
            y: attempts,
            radius: Math.sqrt((SIZES[0] + (SIZES[1] - SIZES[0]) * lost) / Math.PI),
          })),
        ).map(({ align, dx, dy, rows }) => ({
          transform: [{ filter: { field: 'row', oneOf: rows } }],
          mark: { type: 'text', align, dx, dy },
          encoding: { x, y, text: { field: 'policy', type: 'nominal' } },
        })),
      ],
    },
    table: {
      columns: ['policy', 'attempts an event', 'hours to the last delivery', 'lost'],
      rows: values.map(({ policy, attempts, hours, lost }) => [policy, attempts, hours, lost]),
    },
  }
}
