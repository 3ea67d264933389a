/** The answer in one sentence: what a fault costs those whom it cuts off, and what is used up first in the storm. */
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

export function answer({ points, chosen, found }: Results<RelayFaultsParams>): Headline {
  const { value, low, high } = chosen.metrics['mean(outage)']!
  const others = points.filter((point) => point !== chosen)
  const said = [sentence(chosen), ...remedy(chosen, others)].join(' ')
  return { text: `${foundIn(relayFaultsParams, found)}${said}`, value, unit: 's', low, high }
}

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
  const mean = ({ metrics }: Point): number => metrics['mean(outage)']?.value ?? Infinity
  const best = same.toSorted((a, b) => mean(a) - mean(b))[0]
  if (best === undefined || !(mean(best) < 0.9 * mean(chosen))) return []
  const differs = Object.entries(best.at).filter(([path, value]) => value !== chosen.at[path])
  const named = differs.map(([path, value]) => nameOf(path, value))
  const all = new Intl.ListFormat('en-GB').format(named)
  return [`With ${all} it is ${formatQuantity(mean(best), 's')}.`]
}

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
