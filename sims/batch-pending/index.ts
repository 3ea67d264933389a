/**
 * A model's batch queue: how long jobs are PENDING behind interactive load, what expires, and what a callback is worth
 * beside that.
 *
 *     queue.ts     the world: slots, tiers, expiry          ways.ts      how the end of a job becomes known
 *     presets.ts   calm, busy, stuck                        notice.ts    the news and the fetch, job by job
 *     published.ts what users report                        theory.ts    the known queues it reduces to
 *     unheard.ts   webhooks that are given up
 */
import { defineSim } from '../lab/contract/sim.ts'
import { answer } from './answer.ts'
import { canGrow } from './capacity.ts'
import { charts } from './charts.ts'
import { METRICS, OBSERVATIONS } from './metrics.ts'
import { judge, simulate, type BatchWorld } from './model.ts'
import { batchParams, type BatchParams } from './params.ts'
import { predictions } from './theory.ts'

const PROBED = 3 * 86_400

export const batchPending = defineSim<BatchParams, BatchWorld>({
  name: 'batch-pending',
  summary:
    'Batch jobs behind interactive load: time in the queue, what expires, and what a callback saves against polling.',
  starter: 'batch-pending-72h',
  params: batchParams,
  metrics: METRICS,
  observations: OBSERVATIONS,
  // The queue does not know how its jobs are waited for.
  judged: [
    'way',
    'pollInterval',
    'pollFirst',
    'pollCap',
    'dispatch',
    'receiverOutages',
    'receiverOutage',
    'attemptFails',
    'resultSize',
    'fetchRate',
    'unfetchable',
    'fetchOutage',
    'retention',
  ],
  replicate: simulate,
  judge: (params, worlds) => judge(params, worlds[0]!),
  answer,
  charts,
  theory: predictions,
  // How a parameter moves the answer shows in three days as well.
  probe: (params) => ({ ...params, span: Math.min(params.span, PROBED) }),
  // Where jobs expire or are cancelled, more work makes more of them leave, and nothing is used up.
  resources: ({ params, metrics }) => {
    const load = metrics['batchLoad']?.value ?? null
    return canGrow(params) && load !== null ? [{ name: 'batch capacity', multiple: 1 / load }] : []
  },
})
