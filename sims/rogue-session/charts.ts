/** What to look at: what a theft is worth by defence, and what a key's lifetime does. */
import { alike } from '../lab/contract/alike.ts'
import { intervalBars } from '../lab/contract/bars.ts'
import type { ChartSpec, PointResult, Results } from '../lab/contract/sim.ts'
import { forgedAt, LIFETIMES } from './metrics.ts'
import type { RogueParams } from './params.ts'

type Point = PointResult<RogueParams>

export function charts({ points, chosen }: Results<RogueParams>): ChartSpec[] {
  // Bars and lines have attack and defence for a name, so all else is as at the chosen point.
  const thefts = alike(chosen, points, 'attack', 'defence')
  const keys = thefts.filter(({ params }) => params.attack === 'stolen-key')
  return [worthByDefence(thefts), stopped(thefts), ...(keys.length > 0 ? [byLifetime(keys)] : [])]
}

const labelOf = ({ params }: Point): string => `${params.attack}, ${params.defence}`

function worthByDefence(points: readonly Point[]): ChartSpec {
  const bars = points
    .filter(({ params }) => params.attack === 'stolen-key' || params.attack === 'copied-ufrag')
    .map((point) => ({ label: labelOf(point), estimate: point.metrics['forgedTime']! }))
  return intervalBars(bars, {
    name: 'forged-time',
    title: 'What a theft is worth, by what is in force against it',
    description:
      'Bars: seconds of session time that no owner wanted, mean over thefts, those that get nothing included, with the ' +
      '95 % interval.',
    names: 'attack, defence',
    figures: 'forged seconds per theft',
  })
}

function stopped(points: readonly Point[]): ChartSpec {
  const bars = points.map((point) => ({
    label: labelOf(point),
    estimate: point.metrics['p50(timeToStop)']!,
  }))
  return intervalBars(bars, {
    name: 'time-to-stop',
    title: 'Time until a theft is stopped, by what is in force',
    description:
      'Bars: seconds from a thief’s first packet that passes to his last, median over thefts that get anywhere, with the ' +
      '95 % interval.',
    names: 'attack, defence',
    figures: 'seconds',
  })
}

function byLifetime(points: readonly Point[]): ChartSpec {
  const values = points.flatMap(({ params, metrics }) =>
    LIFETIMES.map((lifetime) => ({
      defence: params.defence,
      minutes: lifetime / 60,
      hours: (metrics[forgedAt(lifetime)]?.value ?? 0) / 3600,
    })),
  )
  return {
    name: 'key-lifetime',
    title: 'What a stolen key is worth, by how long keys live',
    description:
      'Lines: hours of sessions per stolen key against the life of a key, one line for each defence, on the same thefts. ' +
      'Both axes are logarithmic.',
    spec: {
      data: { values: values.filter(({ hours }) => hours > 0) },
      mark: { type: 'line', point: true },
      encoding: {
        x: {
          field: 'minutes',
          type: 'quantitative',
          title: 'life of a key, minutes',
          scale: { type: 'log' },
        },
        y: { field: 'hours', type: 'quantitative', title: 'hours of sessions', scale: { type: 'log' } },
        color: { field: 'defence', type: 'nominal', title: 'in force' },
      },
    },
    table: {
      columns: ['defence', 'minutes', 'hours'],
      rows: values.map(({ defence, minutes, hours }) => [defence, minutes, hours]),
    },
  }
}
