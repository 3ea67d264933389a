/**
 * One replication: the queue is simulated once (`replicate`), and every way to learn of results is judged from the same
 * jobs (`judge`), so that a sweep over ways compares ways and not luck.
 */
import { POLICIES } from '../../engines/webhook/core.ts'
import { LogHistogram } from '../lab/analysis/histogram.ts'
import type { Measures, ReplicationContext } from '../lab/contract/sim.ts'
import { CANCELLED, EXPIRED, PARTIAL, RUNNING, SUCCEEDED } from './job.ts'
import type { MetricName } from './metrics.ts'
import { Notices, type FinishedJob } from './notice.ts'
import type { BatchParams } from './params.ts'
import { BatchQueue, type QueueWorld } from './queue.ts'
import { MOST_IN_A_JOB } from './sizes.ts'
import { chanceOfGivingUp } from './unheard.ts'
import { WAYS } from './ways.ts'
import { worthUnder } from './worth.ts'

export interface BatchWorld {
  readonly queue: QueueWorld
  /** From which the judges draw. */
  readonly seed: number
}

export function simulate(params: BatchParams, ctx: ReplicationContext): BatchWorld {
  return { queue: new BatchQueue(params, ctx).run(), seed: ctx.stream('notices').uint32() }
}

/** A result that cannot be had for so long, s, is late. */
const LATE = 3600

export function judge(params: BatchParams, { queue, seed }: BatchWorld): Measures {
  const { jobs } = queue
  const polling = new Notices(params, 'poll-1min', seed)
  const way = new Notices(params, params.way, seed)
  const total = new LogHistogram()
  const jobTime = new LogHistogram()
  const pendingTime = new LogHistogram()
  const notice = new LogHistogram()
  const sum = { queue: 0, run: 0, notice: 0, fetch: 0, saved: 0, polled: 0 }
  const count = { results: 0, unheard: 0, gone: 0, late: 0, lost: 0, partial: 0, cancelled: 0 }
  let [requests, pollRequests, known] = [0, 0, 0]
  for (let i = 0; i < jobs.submitted.length; i++) {
    const state = jobs.state[i]!
    const submitted = jobs.submitted[i]!
    const started = jobs.started[i]!
    const ended = jobs.ended[i]!
    const began = Number.isNaN(started) ? ended : started
    // What is still PENDING when the run is over has no time to tell.
    if (Number.isNaN(began)) continue
    pendingTime.add(began - submitted)
    if (state === RUNNING) continue
    if (state === CANCELLED) {
      count.cancelled++
      continue
    }
    jobTime.add(ended - submitted)
    if (state === EXPIRED) count.lost++
    if (state === PARTIAL) count.partial++
    const hasResult = state === SUCCEEDED || state === PARTIAL
    const job: FinishedJob = { submitted, started, ended, answers: hasResult ? jobs.done[i]! : 0 }
    const heard = way.heard(job)
    const fetched = way.fetched(job, heard)
    const polled = polling.heard(job)
    const polledFetch = polling.fetched(job, polled)
    known++
    requests += heard.requests + fetched.requests
    pollRequests += polled.requests + polledFetch.requests
    if (!hasResult) continue
    if (heard.after < Infinity) notice.add(heard.after)
    count.results++
    sum.polled += ended - submitted + polled.after + (fetched.after < Infinity ? fetched.after : 0)
    if (heard.after === Infinity) count.unheard++
    else if (fetched.after === Infinity) count.gone++
    else {
      if (fetched.after >= LATE) count.late++
      total.add(ended - submitted + heard.after + fetched.after)
      sum.queue += began - submitted
      sum.run += ended - began
      sum.notice += heard.after
      sum.fetch += fetched.after
      sum.saved += polled.after - heard.after
    }
  }
  const all = jobs.submitted.length
  const ofAll = (part: number): number | null => (all === 0 ? null : part / all)
  const ofResults = (part: number): number | null => (count.results === 0 ? null : part / count.results)
  const ofTime = (part: number): number | null => (total.sum === 0 ? null : part / total.sum)
  const meanNotice = notice.count === 0 ? null : notice.sum / notice.count
  return {
    metrics: {
      queueShare: ofTime(sum.queue),
      runShare: ofTime(sum.run),
      noticeShare: ofTime(sum.notice),
      fetchShare: ofTime(sum.fetch),
      saved: count.results === 0 ? null : sum.saved / count.results,
      savedShare: sum.polled === 0 ? null : sum.saved / sum.polled,
      worthUnder: meanNotice === null ? null : worthUnder(params, meanNotice),
      requests: known === 0 ? null : requests / known,
      pollRequests: known === 0 ? null : pollRequests / known,
      lost: ofAll(count.lost),
      partial: ofAll(count.partial),
      cancelled: ofAll(count.cancelled),
      unheard: ofResults(count.unheard),
      notFetchable: ofResults(count.gone),
      fetchedLate: ofResults(count.late),
      // Where nothing at all is left for batch, it has no size.
      batchLoad: Number.isFinite(queue.load) ? queue.load : null,
      batchUse: queue.batchUse,
      interactiveUse: queue.interactiveUse,
      interactiveWait: queue.interactiveWait,
    },
    observations: {
      total: total.toData(),
      jobTime: jobTime.toData(),
      pendingTime: pendingTime.toData(),
      notice: notice.toData(),
    },
    wholes: {
      queueShare: total.sum,
      runShare: total.sum,
      noticeShare: total.sum,
      fetchShare: total.sum,
      saved: count.results,
      savedShare: sum.polled,
    },
    unseen: { ...impossible(params), ...givenUp(params) },
    counted: {
      lost: { of: all },
      partial: { of: all },
      cancelled: { of: all },
      unheard: { of: count.results },
      notFetchable: { of: count.results },
      fetchedLate: { of: count.results },
    },
    // Each result is withheld by a draw of its own; that its webhook is given up, too, where the receiver has no outages.
    chances: {
      fetchedLate: count.results,
      ...(isWebhook(params) && params.receiverOutages === 0 ? { unheard: count.results } : {}),
    },
    level: queue.pending.values,
    state: queue.state,
    flow: queue.flow,
    little: queue.little,
    invariants: [
      { name: 'causality: submitted <= started <= ended', ok: queue.inOrder },
      { name: 'no slot idle while a request could use it', ok: queue.workConserving },
      { name: 'every slot is idle, lent or at work', ok: queue.slotsAddUp },
    ],
    series: { pending: queue.pending },
    counters: { events: queue.events, jobs: queue.flow.injected },
  }
}

const isWebhook = ({ way }: BatchParams): boolean => WAYS[way].learning.kind === 'webhook'

/** Of the results that a webhook brings, those whose deliveries are given up: known beforehand, however seldom it is seen. */
function givenUp(params: BatchParams): Record<string, number> {
  const { learning } = WAYS[params.way]
  return learning.kind === 'webhook'
    ? { unheard: chanceOfGivingUp(POLICIES.get(learning.policy)!, params) }
    : {}
}

/** What these parameters rule out: a share that is 0 for such a reason is 0, however few replications say so. */
function impossible(params: BatchParams): Record<string, number> {
  const { learning, result } = WAYS[params.way]
  const isSoonFetched = (MOST_IN_A_JOB * params.resultSize) / params.fetchRate < LATE
  const never: readonly (readonly [MetricName, boolean])[] = [
    ['savedShare', params.way === 'poll-1min'],
    ['noticeShare', learning.kind === 'wait'],
    ['fetchShare', result === 'inside'],
    ['unheard', learning.kind === 'looks'],
    ['fetchedLate', isSoonFetched && (result !== 'api' || params.unfetchable === 0)],
    ['notFetchable', result === 'inside'],
    ['cancelled', params.cancelAfter === undefined],
    ['partial', params.runExpiry === undefined || params.unfinished === 'lost'],
    ['lost', params.pendingExpiry === undefined && params.runExpiry === undefined],
  ]
  return Object.fromEntries(never.filter(([, isRuledOut]) => isRuledOut).map(([name]) => [name, 0]))
}
