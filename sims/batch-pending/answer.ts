/** The answer in one sentence: where the time goes, and what a callback takes off it. */
import { formatQuantity } from '../lab/contract/quantity.ts'
import type { Headline, PointResult, Results } from '../lab/contract/sim.ts'
import { METRICS, type MetricName } from './metrics.ts'
import type { BatchParams } from './params.ts'
import { labelOf, pollingOf, WAYS } from './ways.ts'

type Point = PointResult<BatchParams>

export function answer({ points, chosen, verdict }: Results<BatchParams>): Headline {
  const point = beside(chosen, points, isCallback) ?? chosen
  const { value, low, high } = point.metrics['mean(total)']!
  const text =
    verdict === 'overloaded'
      ? 'More batch work comes than is left room for, and nothing expires: the queue grows without end.'
      : sentence(point, beside(point, points, isPolling))
  return { text, value, unit: 's', low, high, at: point.at }
}

const isCallback = ({ params }: Point): boolean => WAYS[params.way].learning.kind === 'webhook'
const isPolling = ({ params }: Point): boolean => params.way === 'poll-1min'

/** The point itself or the first like it in all but the way, if any is of this kind. */
function beside(
  point: Point,
  points: readonly Point[],
  isOfKind: (point: Point) => boolean,
): Point | undefined {
  const others = ({ at }: Point): string => JSON.stringify({ ...at, way: null })
  return [point, ...points].find((one) => isOfKind(one) && others(one) === others(point))
}

const shownOf =
  ({ metrics }: Point): Shown =>
  (name) => {
    const value = metrics[name]?.value ?? null
    return value === null ? 'an unknown part' : formatQuantity(value, METRICS[name].unit)
  }

function sentence(point: Point, polling: Point | undefined): string {
  const shown = shownOf(point)
  const { value, low, high } = point.metrics['mean(total)']!
  if (value === null) return 'No job has a result.'
  const interval =
    low === null || high === null ? '' : ` (${formatQuantity(low, 's')} to ${formatQuantity(high, 's')})`
  const time = `Of ${formatQuantity(value, 's')}${interval} from submit to result the queue holds ${shown('queueShare')}`
  return `${time}; ${saving(point, shown)} ${costs(point, shown)} ${losses(shown, point === polling ? undefined : polling)}`
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
  const saved = valueOf('saved')
  const what = `the callback (${label})`
  const way = WAYS[params.way].learning.kind === 'webhook' ? what : label
  if (saved <= 0) return `${way} adds ${formatQuantity(-saved, 's')} to ${pollingOf(params)}.`
  const worth = metrics['worthUnder']?.value ?? null
  const where = worth === null ? 'for no job' : `only for jobs under ${formatQuantity(worth, 's')}`
  return `${way} removes ${shown('saved')}, ${shown('savedShare')}, against ${pollingOf(params)}. It is worth 5 % ${where}.`
}

const costs = ({ params }: Point, shown: Shown): string =>
  params.way === 'poll-1min'
    ? `It makes ${shown('requests')} requests a job.`
    : `It makes ${shown('requests')} requests a job, polling ${shown('pollRequests')}.`
