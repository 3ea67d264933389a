/** The answer in one sentence: where the time goes, and what a callback takes off it. */
import { formatQuantity } from '../lab/contract/quantity.ts'
import type { Headline, PointResult, Results } from '../lab/contract/sim.ts'
import { METRICS, type MetricName } from './metrics.ts'
import type { BatchParams } from './params.ts'
import { WAYS } from './ways.ts'

type Point = PointResult<BatchParams>

export function answer({ points, chosen, verdict }: Results<BatchParams>): Headline {
  const { value, low, high } = chosen.metrics['mean(total)']!
  const text =
    verdict === 'overloaded'
      ? 'More batch work comes than is left room for, and nothing expires: the queue grows without end.'
      : sentence(callbackBeside(chosen, points))
  return { text, value, unit: 's', low, high }
}

/** A callback under the chosen point's other parameters: what the question is about. Else the chosen point itself. */
function callbackBeside(chosen: Point, points: readonly Point[]): Point {
  const others = ({ at }: Point): string => JSON.stringify({ ...at, way: null })
  const isCallback = ({ params }: Point): boolean => WAYS[params.way].learning.kind === 'webhook'
  if (isCallback(chosen)) return chosen
  return points.find((point) => isCallback(point) && others(point) === others(chosen)) ?? chosen
}

function sentence(point: Point): string {
  const { metrics } = point
  const shown = (name: MetricName): string => {
    const value = metrics[name]?.value ?? null
    return value === null ? 'an unknown part' : formatQuantity(value, METRICS[name].unit)
  }
  const { value, low, high } = metrics['mean(total)']!
  if (value === null) return 'No job has a result.'
  const interval =
    low === null || high === null ? '' : ` (${formatQuantity(low, 's')} to ${formatQuantity(high, 's')})`
  const time = `Of ${formatQuantity(value, 's')}${interval} from submit to result the queue holds ${shown('queueShare')}`
  return `${time}; ${saving(point, shown)} ${costs(point, shown)} Of all jobs ${shown('lost')} expire without a result; of the results ${shown('unheard')} are never heard of, ${shown('fetchedLate')} cannot be fetched for an hour or more and ${shown('notFetchable')} never.`
}

type Shown = (name: MetricName) => string

function saving({ params, metrics }: Point, shown: Shown): string {
  const { label } = WAYS[params.way]
  const valueOf = (name: MetricName | 'mean(notice)'): number => metrics[name]?.value ?? 0
  if (params.way === 'poll-1min') return `${label} adds ${formatQuantity(valueOf('mean(notice)'), 's')}.`
  const saved = valueOf('saved')
  const what = `the callback (${label})`
  const way = WAYS[params.way].learning.kind === 'webhook' ? what : label
  if (saved <= 0) return `${way} adds ${formatQuantity(-saved, 's')} to polling every minute.`
  const worth = metrics['worthUnder']?.value ?? null
  const where = worth === null ? 'for no job' : `only for jobs under ${formatQuantity(worth, 's')}`
  return `${way} removes ${shown('saved')}, ${shown('savedShare')}, against polling every minute. It is worth 5 % ${where}.`
}

const costs = ({ params }: Point, shown: Shown): string =>
  params.way === 'poll-1min'
    ? `It makes ${shown('requests')} requests a job.`
    : `It makes ${shown('requests')} requests a job, polling ${shown('pollRequests')}.`
