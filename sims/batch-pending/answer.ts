/** The answer in one sentence: where the time goes, and what a callback takes off it. */
import { alike } from '../lab/contract/alike.ts'
import { asked, askedWords, type Asked } from '../lab/contract/asked.ts'
import { foundIn } from '../lab/contract/found.ts'
import { formatQuantity } from '../lab/contract/quantity.ts'
import type { Headline, PointResult, Results } from '../lab/contract/sim.ts'
import { canGrow } from './capacity.ts'
import { METRICS, type MetricName } from './metrics.ts'
import { batchParams, type BatchParams } from './params.ts'
import { labelOf, pollingOf, WAYS } from './ways.ts'

type Point = PointResult<BatchParams>

/** Speaks of the callback, and of polling beside it, where all else is as at the chosen point. */
export function answer({ points, chosen, found, limits, verdict }: Results<BatchParams>): Headline {
  const ways = [chosen, ...alike(chosen, points, 'way')]
  const point = ways.find(isCallback) ?? chosen
  const figure = asked(point, limits, isPolling(point) ? 'mean(notice)' : 'savedShare')
  const { value, unit, low, high } = figure
  const said = verdict === 'overloaded' ? overloaded(point) : sentence(point, ways.find(isPolling), figure)
  return { text: `${foundIn(batchParams, found)}${said}`, value, unit, low, high, at: point.at }
}

const isCallback = ({ params }: Point): boolean => WAYS[params.way].learning.kind === 'webhook'
const isPolling = ({ params }: Point): boolean => params.way === 'poll-1min'

const overloaded = ({ params }: Point): string =>
  `More batch work comes than is left room for, and ${canGrow(params) ? 'nothing' : 'too little of it'} expires or is ` +
  'cancelled: the queue grows without end.'

const shownOf =
  ({ metrics }: Point): Shown =>
  (name) => {
    const value = metrics[name]?.value ?? null
    return value === null ? 'an unknown part' : formatQuantity(value, METRICS[name].unit)
  }

function sentence(point: Point, polling: Point | undefined, figure: Asked): string {
  const shown = shownOf(point)
  const { value, low, high } = point.metrics['mean(total)']!
  if (value === null) return 'No job has a result.'
  const interval =
    low === null || high === null ? '' : ` (${formatQuantity(low, 's')} to ${formatQuantity(high, 's')})`
  const time = `Of ${formatQuantity(value, 's')}${interval} from submit to result the queue holds ${shown('queueShare')}`
  return [
    `${time}; ${saving(point, shown)}`,
    costs(point, shown),
    losses(shown, point === polling ? undefined : polling),
    ...(isTold(figure, point) ? [] : [askedWords(figure)]),
  ].join(' ')
}

const TOLD: ReadonlySet<string> = new Set([
  'mean(total)',
  'queueShare',
  'requests',
  'lost',
  'unheard',
  'fetchedLate',
  'notFetchable',
])

/** Whether the sentence has this figure in it. */
function isTold({ name }: Asked, point: Point): boolean {
  if (isPolling(point)) return name === 'mean(notice)' || TOLD.has(name)
  const isSaving = (point.metrics['saved']?.value ?? 0) > 0
  return TOLD.has(name) || (isSaving && ['saved', 'savedShare', 'pollRequests'].includes(name))
}

function losses(shown: Shown, polling: Point | undefined): string {
  const late = (of: Shown): string =>
    `${of('fetchedLate')} cannot be fetched for an hour or more, ${of('notFetchable')} never`
  const polled = polling === undefined ? '' : ` (polled from the API: ${late(shownOf(polling))})`
  return `Of all jobs ${shown('lost')} expire without a result; of the results ${shown('unheard')} are never heard of, ${late(shown)}${polled}.`
}

type Shown = (name: MetricName) => string

function saving({ params, metrics }: Point, shown: Shown): string {
  const label = labelOf(params)
  const valueOf = (name: MetricName | 'mean(notice)'): number => metrics[name]?.value ?? 0
  if (params.way === 'poll-1min') return `${label} adds ${formatQuantity(valueOf('mean(notice)'), 's')}.`
  const saved = metrics['saved']?.value ?? null
  const what = `the callback (${label})`
  const way = WAYS[params.way].learning.kind === 'webhook' ? what : label
  if (saved === null) return `${way} removes an unknown part of it.`
  if (saved <= 0) return `${way} adds ${formatQuantity(-saved, 's')} to ${pollingOf(params)}.`
  return `${way} removes ${shown('saved')}, ${shown('savedShare')}, against ${pollingOf(params)}. ${worth(metrics['worthUnder']?.value ?? null)}`
}

/** `worthUnder` is 0 where no job is so short. */
function worth(under: number | null): string {
  if (under === null) return 'For which jobs it is worth 5 % is not known.'
  return `It is worth 5 % ${under === 0 ? 'for no job' : `only for jobs under ${formatQuantity(under, 's')}`}.`
}

const costs = ({ params }: Point, shown: Shown): string =>
  params.way === 'poll-1min'
    ? `It makes ${shown('requests')} requests a job.`
    : `It makes ${shown('requests')} requests a job, polling ${shown('pollRequests')}.`
