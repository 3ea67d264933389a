/** The answer in one sentence. */
import { formatQuantity } from '../lab/contract/quantity.ts'
import { isOverloaded } from '../lab/contract/overload.ts'
import type { Headline, Results } from '../lab/contract/sim.ts'
import type { AgentMemoryParams } from './params.ts'

export function answer({ chosen }: Results<AgentMemoryParams>): Headline {
  const { metrics, params, replications, state } = chosen
  const of = (name: string): number | null => metrics[name]?.value ?? null
  const wait = metrics['p99(argetWait)']
  /** A server's wait, or why it has none. */
  const said = (name: string, utilisation: string): string => {
    if (isOverloaded(utilisation, replications)) return 'no bound at all, as it would be overloaded,'
    const value = of(`p99(${name})`)
    if (value !== null) return formatQuantity(value, 's')
    // A percentile wants many searches that hold somebody up.
    const mean = of(`mean(${name})`)
    return mean === null ? 'unknown' : `${formatQuantity(mean, 's')} in the mean`
  }
  const perGB = of('fragmentsPerGB')
  const held = perGB === null ? '' : ` A gigabyte holds ${formatQuantity(perGB, 'fragments')}.`
  const compared = params.redis === 'none' ? ' No Redis with arrays was given to compare with.' : ''
  const busy = of('utilisation')
  const waits =
    state === 'overloaded'
      ? `The event loop is overloaded: ${formatQuantity(params.searches, '1/s')} ARGREPs and what else is asked take ${busy === null ? 'more time than there is' : `${busy.toFixed(1)} times the time there is`}, and an ARGET waits the longer the later it comes.`
      : `${wait?.value == null ? '' : '99 of 100 '}ARGETs are answered within ${said('argetWait', 'utilisation')} while ${formatQuantity(params.searches, '1/s')} ARGREPs run; ` +
        `${said('atOnceWait', 'atOnceUtilisation')} if those did not yield, ${said('unboundedWait', 'unboundedUtilisation')} without a budget either.`
  const text = `${waits}${held}${compared}`
  return {
    text,
    value: wait?.value ?? null,
    unit: 's',
    low: wait?.low ?? null,
    high: wait?.high ?? null,
  }
}
