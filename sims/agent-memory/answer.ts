/** The answer in one sentence. */
import { formatQuantity } from '../lab/contract/quantity.ts'
import type { Headline, Results } from '../lab/contract/sim.ts'
import type { AgentMemoryParams } from './params.ts'

export function answer({ chosen }: Results<AgentMemoryParams>): Headline {
  const { metrics, params, state } = chosen
  const of = (name: string): number | null => metrics[name]?.value ?? null
  const wait = metrics['p99(argetWait)']
  const said = (name: string): string => {
    const value = of(name)
    return value === null ? 'unknown' : formatQuantity(value, 's')
  }
  const perGB = of('fragmentsPerGB')
  const held = perGB === null ? '' : ` A gigabyte holds ${formatQuantity(perGB, 'fragments')}.`
  const compared = params.redis === 'none' ? ' No Redis with arrays was given to compare with.' : ''
  const load = state === 'overloaded' ? 'The event loop is overloaded. ' : ''
  const text =
    `${load}99 of 100 ARGETs are answered within ${said('p99(argetWait)')} while ${formatQuantity(params.searches, '1/s')} ARGREPs run; ` +
    `${said('p99(atOnceWait)')} if those did not yield, ${said('p99(unboundedWait)')} without a budget either.${held}${compared}`
  return {
    text,
    value: wait?.value ?? null,
    unit: 's',
    low: wait?.low ?? null,
    high: wait?.high ?? null,
  }
}
