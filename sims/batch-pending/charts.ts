/** What to look at: which jobs a way is worth it for, and where the time goes. */
import type { ZodType } from 'zod'
import { alike } from '../lab/contract/alike.ts'
import { formatQuantity, quantityOf } from '../lab/contract/quantity.ts'
import type { ChartSpec, PointResult, Results, Unit } from '../lab/contract/sim.ts'
import { batchParams, type BatchParams } from './params.ts'
import { PUBLISHED } from './published.ts'
import { labelOf, pollingOf, WAYS, type WayName } from './ways.ts'
import { savedShareAt, WORTH } from './worth.ts'

type Point = PointResult<BatchParams>

export function charts({ points, chosen }: Results<BatchParams>): ChartSpec[] {
  return [savedByDuration(points, chosen), timeByStage(points)]
}

const SHORTEST = 60
const LONGEST = 6 * 86_400
const STEP = Math.SQRT2
/** A logarithmic axis has no zero: what saves less is left out. */
const LEAST = 1e-5

/** A point of each way, all else as at the chosen one; ways that wait longer than polling have no line. */
function savedByDuration(points: readonly Point[], chosen: Point): ChartSpec {
  const byWay = new Map<WayName, Point>()
  for (const point of [chosen, ...alike(chosen, points, 'way')]) {
    if (!byWay.has(point.params.way)) byWay.set(point.params.way, point)
  }
  const savedAt = (point: Point, duration: number): number =>
    savedShareAt(point.params, duration, point.metrics['mean(notice)']?.value ?? Infinity)
  const lines = [...byWay.values()].flatMap((point) => {
    const rows = []
    for (let duration = SHORTEST; duration <= LONGEST; duration *= STEP) {
      const share = savedAt(point, duration)
      if (share >= LEAST) rows.push({ way: labelOf(point.params), duration, share })
    }
    return rows
  })
  const callback =
    [...byWay.values()].find(({ params }) => WAYS[params.way].learning.kind === 'webhook') ?? null
  const reports =
    callback === null
      ? []
      : PUBLISHED.map(({ seconds, source, what, preset }) => ({
          preset,
          duration: seconds,
          share: Math.max(LEAST, savedAt(callback, seconds)),
          source,
          what,
        }))
  const x = {
    field: 'duration',
    type: 'quantitative',
    scale: { type: 'log' },
    title: 'seconds from submission to the end of the job',
  }
  const y = {
    field: 'share',
    type: 'quantitative',
    scale: { type: 'log' },
    axis: { format: '.1~p' },
    title: `share of the time saved, against ${pollingOf(chosen.params)}`,
  }
  return {
    name: 'saved-by-duration',
    title: 'Which jobs a callback is worth it for',
    description:
      'Lines: the share of the time from submission to the news that each way saves in a job of this duration, against ' +
      `${pollingOf(chosen.params)}; a way that is slower has no line. Points: published durations of jobs, by regime, on ` +
      'the line of the callback. The rule marks 5 %.',
    spec: {
      layer: [
        {
          data: { values: lines },
          mark: { type: 'line' },
          encoding: { x, y, color: { field: 'way', type: 'nominal', title: null } },
        },
        {
          data: { values: reports },
          mark: { type: 'point', filled: true, size: 60, color: 'black' },
          encoding: {
            x,
            y,
            shape: {
              field: 'preset',
              type: 'nominal',
              title: 'published',
              legend: { orient: 'bottom-left', direction: 'vertical' },
            },
          },
        },
        {
          data: { values: [{ share: WORTH }] },
          mark: { type: 'rule', strokeDash: [4, 4] },
          encoding: { y },
        },
      ],
    },
    table: {
      columns: ['way', 'seconds', 'share saved'],
      rows: lines.map(({ way, duration, share }) => [way, duration, share]),
    },
  }
}

const STAGES = [
  ['queue', 'queueShare'],
  ['run', 'runShare'],
  ['notice', 'noticeShare'],
  ['fetch', 'fetchShare'],
] as const

const unitOf = (param: string): Unit => {
  const schema = (batchParams.shape as Readonly<Record<string, ZodType>>)[param]
  return (schema && quantityOf(schema)?.unit) ?? 'count'
}

function timeByStage(points: readonly Point[]): ChartSpec {
  const rows = points.flatMap(({ at, params, metrics }) => {
    const total = metrics['mean(total)']?.value ?? null
    if (total === null) return []
    const others = Object.entries(at).filter(([name]) => name !== 'way')
    const named = others.map(([name, value]) =>
      typeof value === 'number' ? formatQuantity(value, unitOf(name)) : value,
    )
    const point = [...named, labelOf(params)].join(', ')
    return STAGES.map(([stage, metric], order) => ({
      point,
      stage,
      order,
      hours: (total * (metrics[metric]?.value ?? 0)) / 3600,
    }))
  })
  return {
    name: 'time-by-stage',
    title: 'Where the time from submission to the result goes',
    description:
      'Bars: mean hours of the jobs whose result was had, stacked: in the queue, running, until the news, fetching.',
    spec: {
      data: { values: rows },
      mark: 'bar',
      encoding: {
        y: { field: 'point', type: 'nominal', title: null, sort: null },
        x: { field: 'hours', type: 'quantitative', stack: 'zero', title: 'hours, mean' },
        color: { field: 'stage', type: 'nominal', title: null, sort: STAGES.map(([stage]) => stage) },
        order: { field: 'order' },
      },
    },
    table: {
      columns: ['point', 'stage', 'hours'],
      rows: rows.map(({ point, stage, hours }) => [point, stage, hours]),
    },
  }
}
