/** The answer in one sentence. */
import { formatQuantity, quantityOf } from '../lab/contract/quantity.ts'
import type { Headline, Horizon, PointResult, Results } from '../lab/contract/sim.ts'
import { mmcParams, offeredLoad, type MmcParams } from './params.ts'

type Point = PointResult<MmcParams>

export function answer({ chosen, found, horizon }: Results<MmcParams>): Headline {
  if (found) {
    const unit = unitOf(found.param)
    const value = found.value
    const text =
      value === null
        ? ''
        : `${smallestOf(found.param, formatQuantity(value, unit))}: ${sentence(chosen, horizon)}`
    return { text, value, unit, low: null, high: null }
  }
  const { value, low, high } = chosen.metrics['mean(wait)']!
  return { text: capitalised(sentence(chosen, horizon)), value, unit: 's', low, high }
}

function sentence({ params, state, metrics }: Point, horizon: Horizon): string {
  const load = offeredLoad(params)
  const servers = params.servers === 1 ? 'one server' : `${params.servers} servers`
  if (state === 'overloaded') {
    const verb = params.servers === 1 ? 'is' : 'are'
    return `${servers} ${verb} overloaded: customers arrive ${load.toFixed(2)} times as fast as they can be served.`
  }
  const wait = metrics['mean(wait)']?.value ?? null
  const delayed = metrics['delayed']?.value ?? null
  const over =
    horizon === 'steady'
      ? 'in the steady state'
      : `over ${formatQuantity(params.span ?? 0, 's')} from an empty start`
  const at = `at ${formatQuantity(load, 'share')} load on ${servers}`
  if (wait === null || delayed === null) return `${at} no customer came.`
  const backlog = state === 'backlogged' ? ', with a backlog left at the end' : ''
  return `${at} the mean wait is ${formatQuantity(wait, 's')} ${over}; ${formatQuantity(delayed, 'share')} of customers wait${backlog}.`
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function unitOf(param: string): string {
  const schema = mmcParams.shape[param as keyof MmcParams]
  return quantityOf(schema)?.unit ?? 'count'
}

/** `20 servers are the fewest that will do`, but `arrivalRate 18/s is the least that will do`. */
function smallestOf(param: string, quantity: string): string {
  return param === 'servers'
    ? `${named(param, quantity)} are the fewest that will do`
    : `${named(param, quantity)} is the least that will do`
}

/** `20 servers`, but `arrivalRate 18/s`. */
function named(param: string, quantity: string): string {
  return param === 'servers' ? `${quantity.replace(/ servers$/, '')} servers` : `${param} ${quantity}`
}
