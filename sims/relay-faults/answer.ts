/** The answer in one sentence: what a fault costs those whom it cuts off, and what is used up first in the storm. */
import { alike } from '../lab/contract/alike.ts'
import { asked, askedWords } from '../lab/contract/asked.ts'
import { foundIn } from '../lab/contract/found.ts'
import { formatQuantity, quantityOf } from '../lab/contract/quantity.ts'
import type { Headline, Headroom, PointResult, Results } from '../lab/contract/sim.ts'
import type { Fault } from './faults.ts'
import { relayFaultsParams, type RelayFaultsParams } from './params.ts'

type Point = PointResult<RelayFaultsParams>

const FAULT: Readonly<Record<Fault, string>> = {
  'relay-crash': 'A relay that crashes',
  'rolling-restart': 'Restarting all relays in turn',
  'pod-drain': 'A pod that drains',
  'pod-loss': 'A pod that dies',
  'key-rotation': 'Removing the old key',
  'nat-rebinding': 'NATs that rebind',
  'region-loss': 'The loss of a region',
}

/** The load multiple at which handshakes wait longer than clients do, and at which the fullest host is full. */
export function resources({ params, metrics }: Point): Headroom[] {
  const uses: [string, number][] = [
    ['DTLS handshakes', (metrics['handshakeWait']?.value ?? 0) / params.attemptTimeout],
    ['relay CPU', metrics['relayUtilisation']?.value ?? 0],
  ]
  return uses
    .flatMap(([name, used]) => (used > 0 ? [{ name, multiple: 1 / used }] : []))
    .toSorted((a, b) => a.multiple - b.multiple)
}

export function answer({ points, chosen, found, limits }: Results<RelayFaultsParams>): Headline {
  const figure = asked(chosen, limits, 'mean(outage)')
  const { name, value, unit, low, high } = figure
  const others = points.filter((point) => point !== chosen)
  const said = [
    sentence(chosen),
    ...(TOLD.has(name) ? [] : [askedWords(figure)]),
    ...remedy(chosen, others),
    ...otherFaults(chosen, points),
  ].join(' ')
  return { text: `${foundIn(relayFaultsParams, found)}${said}`, value, unit, low, high }
}

/** Figures that the sentence has in it. */
const TOLD: ReadonlySet<string> = new Set([
  'cut',
  'mean(outage)',
  'mean(lostPackets)',
  'lostCalls',
  'timeToBack',
])

const outageOf = ({ metrics }: Point): number => metrics['mean(outage)']?.value ?? Infinity

function sentence(point: Point): string {
  const { metrics, params } = point
  const shown = (name: string, unit: string): string => {
    const value = metrics[name]?.value ?? null
    return value === null ? 'an unknown number' : formatQuantity(value, unit)
  }
  const back = metrics['timeToBack']?.value ?? null
  const until = back === null ? 'none comes back' : `99 % are back after ${formatQuantity(back, 's')}`
  return (
    `${FAULT[params.fault]} cuts off ${shown('cut', 'calls')} for ${shown('mean(outage)', 's')} each ` +
    `(${shown('mean(lostPackets)', 'packets')}); ${shown('lostCalls', 'share')} of them are lost, ${until}.`
  )
}

/** The same fault where least is lost to it, named by all that is otherwise there. */
function remedy(chosen: Point, others: readonly Point[]): string[] {
  const same = others.filter(({ params }) => params.fault === chosen.params.fault)
  const best = same.toSorted((a, b) => outageOf(a) - outageOf(b))[0]
  if (best === undefined || !isBetter(best, chosen)) return []
  return [`With ${differences(best, chosen)} a cut lasts ${formatQuantity(outageOf(best), 's')}.`]
}

const isBetter = (best: Point, chosen: Point): boolean => outageOf(best) < 0.9 * outageOf(chosen)

function differences(point: Point, from: Point): string {
  const differs = Object.entries(point.at).filter(([path, value]) => value !== from.at[path])
  return new Intl.ListFormat('en-GB').format(differs.map(([path, value]) => nameOf(path, value)))
}

/** What the service decides on how callers come back. */
const DECIDED = ['cache', 'steering', 'retry'] as const

/** The other faults that were asked about, each with what it lasts where least is done about it and where most is. */
function otherFaults(chosen: Point, points: readonly Point[]): string[] {
  const known = alike(chosen, points, 'fault', ...DECIDED).filter((point) => outageOf(point) < Infinity)
  const clauses = [...Map.groupBy(known, ({ params }) => params.fault)].flatMap(([fault, group]) => {
    if (fault === chosen.params.fault) return []
    const sorted = group.toSorted((a, b) => outageOf(a) - outageOf(b))
    const [best, worst] = [sorted[0]!, sorted.at(-1)!]
    const lasts = `${uncapitalised(FAULT[fault])} ${formatQuantity(outageOf(worst), 's')}`
    return isBetter(best, worst)
      ? [`${lasts} (with ${differences(best, worst)} ${formatQuantity(outageOf(best), 's')})`]
      : [lasts]
  })
  return clauses.length === 0 ? [] : [`Other faults cut calls off for: ${clauses.join('; ')}.`]
}

const uncapitalised = (text: string): string =>
  /^[A-Z][a-z ]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text

const NAMES: Readonly<Record<string, string>> = {
  'cache none': 'no shared route cache',
  'cache shared': 'a shared route cache',
  'steering geo': 'steering by names',
  'steering anycast': 'anycast',
  'retry fixed': 'fixed retries',
  'retry jittered': 'jittered retries',
}

function nameOf(path: string, value: number | string): string {
  if (typeof value === 'string') return NAMES[`${path} ${value}`] ?? `${path} = ${value}`
  const schema = Object.entries(relayFaultsParams.shape).find(([name]) => name === path)?.[1]
  const unit = schema && quantityOf(schema)?.unit
  return `${path} = ${unit === undefined ? value : formatQuantity(value, unit)}`
}
