/**
 * The memory of agents: Markdown fragments in a sparse array, read, written and searched by many over one event loop.
 * The engine is the real one; time is what it counts, at rates that are parameters.
 *
 *     params.ts     what can be asked               answer.ts   the sentence
 *     requests.ts   who asks what, and when         charts.ts   the waits beside each other
 *     loop.ts       the event loop in virtual time  metrics.ts  what is measured
 *     model.ts      one replication                 live.ts     the same over real sockets
 */
import { defineSim, type Measures } from '../lab/contract/sim.ts'
import { answer } from './answer.ts'
import { charts } from './charts.ts'
import { live } from './live.ts'
import { METRICS, OBSERVATIONS } from './metrics.ts'
import { simulate } from './model.ts'
import { agentMemoryParams, type AgentMemoryParams } from './params.ts'
import { predictions } from './theory.ts'

export const agentMemory = defineSim<AgentMemoryParams>({
  name: 'agent-memory',
  summary:
    'Agents read, write and search Markdown fragments in one sparse array: how long a read waits behind searches.',
  starter: 'agent-memory',
  params: agentMemoryParams,
  metrics: METRICS,
  observations: OBSERVATIONS,
  horizons: ['span'],
  replicate: (params: AgentMemoryParams, ctx): Measures => simulate(params, ctx),
  answer,
  charts,
  resources: ({ metrics }) => {
    const busy = metrics['utilisation']?.value ?? null
    return busy === null || busy === 0 ? [] : [{ name: 'event loop', multiple: 1 / busy }]
  },
  theory: predictions,
  // What an assumption does to the answer shows without the servers that it is compared with.
  probe: (params) => ({ ...params, counterfactuals: 'none' }),
  live,
})
