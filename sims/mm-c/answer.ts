/** The answer in one sentence. */
import { asked, HEADROOM } from '../lab/contract/asked.ts'
import { formatQuantity, quantityOf } from '../lab/contract/quantity.ts'
import type { Headline, Horizon, PointResult, Results } from '../lab/contract/sim.ts'
import { loadOfSpan } from './arrivals.ts'
import { mmcShape, type MmcParams } from './params.ts'

type Point = PointResult<MmcParams>

export function answer({ chosen, found, horizon, limits }: Results<MmcParams>): Headline {
  const { value, low, high, unit } = asked(chosen, limits, isWithoutRoom(chosen) ? 'lost' : 'mean(wait)')
  const said = sentence(chosen, horizon, Object.keys(limits))
  const least = found?.value ?? null
  const text =
    found === undefined || least === null
      ? capitalised(said)
      : `${smallestOf(found.param, formatQuantity(least, unitOf(found.param)))}: ${said}`
  return { text, value, unit, low, high }
}

const isWithoutRoom = ({ params }: Point): boolean => params.waitingRoom === 0

function sentence(point: Point, horizon: Horizon, expected: readonly string[]): string {
  const { params, state, metrics } = point
  const load = loadOfSpan(params)
  const servers = params.servers === 1 ? 'one server' : `${params.servers} servers`
  if (state === 'overloaded') {
    const verb = params.servers === 1 ? 'is' : 'are'
    return `${servers} ${verb} overloaded: customers arrive ${load.toFixed(2)} times as fast as they can be served.`
  }
  const valueOf = (metric: string): number | null => metrics[metric]?.value ?? null
  const at = `at ${formatQuantity(load, 'share')} load on ${servers}`
  if (valueOf('customers') === 0) return `${at} no customer came.`
  const over = horizon === 'steady' ? 'in the steady state' : overSpan(params)
  const [lost, abandoned] = [valueOf('lost'), valueOf('abandoned')]
  const share = (value: number): string => formatQuantity(value, 'share')
  if (isWithoutRoom(point) && lost !== null) {
    return `${at} without room to wait ${share(lost)} of customers are lost ${over}${others(point, expected, ['lost'])}.`
  }
  const wait = valueOf('mean(wait)')
  const delayed = valueOf('delayed')
  // A mean of nothing but zeros is no figure where too few were seen.
  if (wait === null || delayed === null) return `${at} nobody was seen to wait.`
  const [urgent, other] = [valueOf('mean(urgentWait)'), valueOf('mean(otherWait)')]
  const more = [
    ...(lost === null ? [] : [`, ${share(lost)} find no room`]),
    ...(abandoned === null ? [] : [`, ${share(abandoned)} lose patience`]),
    ...(urgent === null || other === null
      ? []
      : [`; the urgent wait ${formatQuantity(urgent, 's')}, the others ${formatQuantity(other, 's')}`]),
    others(point, expected, TOLD),
    ...(state === 'backlogged' ? [', with a backlog left at the end'] : []),
  ].join('')
  return `${at} the mean wait is ${formatQuantity(wait, 's')} ${over}; ${share(delayed)} of customers wait${more}.`
}

/** Figures that the sentence has in it wherever there are any. */
const TOLD = ['mean(wait)', 'delayed', 'lost', 'abandoned', 'mean(urgentWait)', 'mean(otherWait)']

/** What else is expected, by the name that the scenario gives it. */
function others({ metrics }: Point, expected: readonly string[], told: readonly string[]): string {
  const clauses = expected.flatMap((name) => {
    const figure = told.includes(name) || name === HEADROOM ? undefined : metrics[name]
    return figure === undefined || figure.value === null
      ? []
      : [`; ${name} is ${formatQuantity(figure.value, figure.unit)}`]
  })
  return clauses.join('')
}

function overSpan({ span = 0, warmUp = 0 }: MmcParams): string {
  const start = warmUp === 0 ? 'from an empty start' : `after ${formatQuantity(warmUp, 's')} of warm-up`
  return `over ${formatQuantity(span, 's')} ${start}`
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function unitOf(param: string): string {
  const schema = mmcShape[param as keyof MmcParams]
  return quantityOf(schema)?.unit ?? 'count'
}

/** `20 servers are the fewest that will do`, but `arrivalRate 18/s is the least that will do`. */
function smallestOf(param: string, quantity: string): string {
  if (param !== 'servers') return `${param} ${quantity} is the least that will do`
  const servers = quantity.replace(/ servers$/, '')
  return servers === '1' ? 'One server is enough' : `${servers} servers are the fewest that will do`
}
