/**
 * The tornado chart: one bar for each uncertain assumption, from the answer at its low end to the answer at its high
 * end, the most influential on top. A reader sees at a glance which number to find out first.
 *
 * Each row carries its words above its bar instead of beside an axis, so that long labels need no room at the left
 * and the chart reads the same on a phone. An end without an answer (nothing in the searched range meets the
 * expectations, or there is no steady state) lies beyond what was looked at: its bar runs to the edge and says so.
 */
import { formatQuantity } from '../../sims/lab/contract/quantity.ts'
import type { AssumptionDocument, RunDocument } from '../../sims/lab/contract/document.ts'
import type { ChartSpec } from '../../sims/lab/contract/sim.ts'
import type { ReportInput } from '../input.ts'
import { effectName, interval, quantity } from '../wording/words.ts'
import { wrap } from './wrap.ts'

const ROW = 48
/** Lines of a label: as one on a desk, broken to this width on a phone. */
const LINE = 15
const PHONE_LABEL = 262
/** A plot this wide has room for a label in one line. */
const DESK_PLOT = 440

type Effect = NonNullable<AssumptionDocument['effect']>
type Probed = AssumptionDocument & { readonly effect: Effect }

/** The tornado of a run, or null when no assumption was probed or none has an answer at any end. */
export function tornadoChart(document: RunDocument, labels: ReportInput['metricLabels']): ChartSpec | null {
  const probed = document.assumptions.filter((one): one is Probed => one.effect !== undefined)
  const first = probed[0]
  if (first === undefined) return null
  const { of, unit, mid } = first.effect
  const ends = probed
    .flatMap(({ effect }) => [effect.low, effect.mid, effect.high])
    .filter((end) => end !== null)
  if (ends.length === 0) return null
  const scale = scaleOf(ends)
  const name = effectName(of, labels)
  return {
    name: 'tornado',
    title: 'Which assumption matters',
    description: describe(first, name),
    spec: spec(
      probed.map((one, row) => rowOf(one, row, scale.edge)),
      scale.domain,
      mid,
      name,
      unit,
    ),
    table: {
      columns: ['assumption', 'its range', `${name} at low`, 'at middle', 'at high'],
      rows: probed.map(({ label, low, high, unit: own, effect }) => [
        label,
        interval(low, high, own),
        quantity(effect.low, unit, 'no answer'),
        quantity(effect.mid, unit, 'no answer'),
        quantity(effect.high, unit, 'no answer'),
      ]),
    },
  }
}

function describe({ label, effect }: Probed, name: string): string {
  const span = interval(effect.low, effect.high, effect.unit)
  const middle =
    effect.mid === null
      ? ''
      : ` The marks show it with all at their middle: ${formatQuantity(effect.mid, effect.unit)}.`
  return (
    `How ${name} moves when one assumption goes across its range and the others stay at their middle. ` +
    `It moves most with \u201c${label}\u201d${span === null ? '' : `: ${span}`}.${middle}`
  )
}

/** Room at both ends for the words there; never below zero when nothing is. */
function scaleOf(values: readonly number[]): { domain: [number, number]; edge: number } {
  const low = Math.min(...values)
  const high = Math.max(...values)
  const room = (high - low || Math.abs(high) || 1) * 0.28
  const edge = high + room
  return { domain: [low >= 0 ? Math.max(0, low - room) : low - room, edge], edge }
}

interface Row {
  readonly row: number
  readonly label: string
  /** The same from its last line up. */
  readonly lines: readonly string[]
  readonly from: number
  readonly to: number
  readonly fromText: string
  readonly toText: string
  /** The words of an end that runs off the chart. */
  readonly openText: string
}

function rowOf({ label, low, high, unit, effect }: Probed, row: number, edge: number): Row {
  const ends = [
    { value: effect.low ?? edge, open: effect.low === null, text: formatQuantity(low, unit) },
    { value: effect.high ?? edge, open: effect.high === null, text: formatQuantity(high, unit) },
  ].toSorted((a, b) => a.value - b.value)
  const [from, to] = ends as [(typeof ends)[0], (typeof ends)[0]]
  return {
    row,
    label,
    lines: wrap(label, 12, 400, PHONE_LABEL).toReversed(),
    from: from.open ? (effect.mid ?? edge) : from.value,
    to: to.value,
    fromText: from.open ? '' : from.text,
    toText: to.open ? '' : to.text,
    openText: to.open ? `${to.text}: no answer \u2192` : '',
  }
}

const words = (style: string, field: string, mark: object, encoding: object = {}, where = 'true') => ({
  transform: [{ filter: { not: { field, equal: '' } } }, { filter: where }],
  mark: { type: 'text', style, ...mark },
  encoding: { text: { field }, ...encoding },
})

function spec(
  rows: readonly Row[],
  domain: readonly [number, number],
  middle: number | null,
  name: string,
  unit: string,
): Record<string, unknown> {
  const end = { field: 'to', type: 'quantitative' }
  const most = Math.max(...rows.map(({ lines }) => lines.length))
  const values = rows.map(({ lines, ...row }) => ({
    ...row,
    ...Object.fromEntries(Array.from({ length: most }, (_, i) => [`line${i}`, lines[i] ?? ''])),
  }))
  const left = { x: { value: 0 } }
  return {
    height: rows.length * (ROW + LINE * (most - 1)),
    data: { values },
    encoding: {
      y: {
        field: 'row',
        type: 'quantitative',
        axis: null,
        scale: { domain: [-0.62, rows.length - 0.38], nice: false, zero: false, reverse: true },
      },
      x: {
        field: 'from',
        type: 'quantitative',
        title: unit === 'count' ? name : `${name}, ${unit}`,
        scale: { domain, nice: false, zero: false },
        axis: { grid: true },
      },
    },
    layer: [
      words('label', 'label', { dy: -19 }, left, `width >= ${DESK_PLOT}`),
      ...Array.from({ length: most }, (_, i) =>
        words('label', `line${i}`, { dy: -19 - LINE * i }, left, `width < ${DESK_PLOT}`),
      ),
      { mark: { type: 'bar', height: 16, cornerRadius: 2 }, encoding: { x2: { field: 'to' } } },
      words('note', 'fromText', { align: 'right', dx: -6 }),
      words('note', 'toText', { align: 'left', dx: 6 }, { x: end }),
      words('bar-label', 'openText', {}, { x: end }),
      ...(middle === null
        ? []
        : [
            {
              mark: { type: 'tick', style: 'middle', orient: 'vertical', size: 22 },
              encoding: { x: { datum: middle } },
            },
          ]),
    ],
  }
}
