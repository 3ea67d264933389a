/** The answer in one sentence; what breaks first is the servers, at one over the load. */
import { formatQuantity, quantityOf } from '../lab/contract/quantity.ts'
import type { Answer, PointResult, Results } from '../lab/contract/sim.ts'
import { mmcParams, offeredLoad, type MmcParams } from './params.ts'

type Point = PointResult<MmcParams>

export function answer({ chosen, found }: Results<MmcParams>): Answer {
  const breaksFirst = chosen ? { name: 'servers', multiple: 1 / offeredLoad(chosen.params) } : null
  const nothing = { value: null, low: null, high: null, breaksFirst }
  if (found) {
    const unit = unitOf(found.param)
    if (found.value === null) {
      const largest = formatQuantity(found.searched.at(-1)!, unit)
      return { ...nothing, unit, text: `Not even ${named(found.param, largest)} meets the expectations.` }
    }
    const { value, low, high } = found.value
    const text = `${smallestOf(found.param, formatQuantity(value, unit))}${chosen ? `: ${sentence(chosen)}` : '.'}`
    return { text, value, unit, low, high, breaksFirst }
  }
  if (!chosen) return { ...nothing, unit: 's', text: 'Nothing was measured.' }
  const { value, low, high } = chosen.metrics['mean(wait)']!
  return { text: capitalised(sentence(chosen)), value, unit: 's', low, high, breaksFirst }
}

function sentence({ params, state, metrics }: Point): string {
  const load = offeredLoad(params)
  const servers = params.servers === 1 ? 'one server' : `${params.servers} servers`
  if (state === 'overloaded') {
    const verb = params.servers === 1 ? 'is' : 'are'
    return `${servers} ${verb} overloaded: customers arrive ${load.toFixed(2)} times as fast as they can be served.`
  }
  const wait = metrics['mean(wait)']?.value ?? null
  const delayed = metrics['delayed']?.value ?? null
  const at = `at ${formatQuantity(load, 'share')} load on ${servers}`
  if (wait === null || delayed === null) return `${at} no customer came.`
  const backlog = state === 'backlogged' ? ', with a backlog left at the end' : ''
  return `${at} the mean wait is ${formatQuantity(wait, 's')}; ${formatQuantity(delayed, 'share')} of customers wait${backlog}.`
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
