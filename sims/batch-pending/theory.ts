/**
 * Closed forms, where the batch queue is a known one: jobs of one request that are in the queue at once, no day, nothing
 * withheld, one tier. Then it is
 *
 *     M/M/c+M                 submitters cancel (Erlang A)
 *     M/M/1+D                 jobs expire, one slot
 *     M/M/c, two priorities   interactive requests first (Cobham; Kella & Yechiali), one law of request times
 *     M/G/1 with vacations    one slot, idle slots are lent
 *     M/M/c, M/G/1            none of these
 *
 * and with them what polling adds where jobs take hours. A scenario with days, tiers and big jobs has no closed form.
 */
import {
  cobham,
  cobhamServers,
  erlangA,
  fixedPatience,
  mg1,
  mmc,
  pollDelay,
  vacationWait,
} from '../lab/analysis/theory/index.ts'
import type { TheoryPrediction } from '../lab/contract/sim.ts'
import { batchLoad } from './capacity.ts'
import type { BatchParams } from './params.ts'
import { regimeOf } from './presets.ts'

export function predictions(params: BatchParams): TheoryPrediction[] {
  return [...queuePredictions(params), ...pollPredictions(params)]
}

function queuePredictions(params: BatchParams): TheoryPrediction[] {
  if (!isPlain(params)) return []
  const { jobRate, requestTime, slots, lease, cancelAfter, pendingExpiry } = params
  const isExponential = params.requestLaw === 'exponential'
  const scv = isExponential ? 1 : params.requestScv
  const hasInteractive = regimeOf(params).interactiveLoad > 0
  const traits = [hasInteractive, lease > 0, cancelAfter !== undefined, pendingExpiry !== undefined]
  if (traits.filter(Boolean).length > 1) return []
  const wait = (name: string, expected: number | null | undefined): TheoryPrediction[] =>
    expected === null || expected === undefined
      ? []
      : [{ name: `mean time PENDING, ${name}`, metric: 'mean(pendingTime)', expected }]
  if (cancelAfter !== undefined) {
    const queue = isExponential ? erlangA(jobRate, requestTime, slots, cancelAfter) : null
    if (queue === null) return []
    const name = 'M/M/c+M (Erlang A)'
    return [
      ...wait(name, queue.meanWait),
      { name: `jobs cancelled, ${name}`, metric: 'cancelled', expected: queue.abandoned },
    ]
  }
  if (pendingExpiry !== undefined) {
    if (!isExponential || slots > 1 || params.expiryEnforced < 1) return []
    const queue = fixedPatience(jobRate, requestTime, pendingExpiry)
    const name = 'M/M/1 with fixed patience'
    return [
      ...wait(name, queue.meanWait),
      { name: `jobs expired, ${name}`, metric: 'lost', expected: queue.lost },
    ]
  }
  if (lease > 0) {
    if (slots > 1) return []
    const vacation = { mean: lease, scv: 0 }
    return wait('M/G/1 with vacations', vacationWait(jobRate, requestTime, scv, vacation))
  }
  if (hasInteractive) return wait('two priorities', batchWait(params, isExponential, scv))
  if (slots === 1) return wait('M/G/1', mg1(jobRate, requestTime, scv)?.meanWait)
  return isExponential ? wait('M/M/c (Erlang C)', mmc(jobRate, requestTime, slots)?.meanWait) : []
}

/** The wait of the less urgent of two classes. */
function batchWait(params: BatchParams, isExponential: boolean, scv: number): number | null {
  const { jobRate, requestTime, interactiveTime, slots } = params
  const questions = (regimeOf(params).interactiveLoad * slots) / interactiveTime
  if (slots === 1) {
    const classes = [
      { arrivalRate: questions, meanService: interactiveTime, scv },
      { arrivalRate: jobRate, meanService: requestTime, scv },
    ]
    return cobham(classes)[1]!
  }
  if (!isExponential || interactiveTime !== requestTime) return null
  return cobhamServers([questions, jobRate], requestTime, slots)[1]!
}

/** One request a job, all jobs alike, every hour like the next. */
function isPlain(params: BatchParams): boolean {
  const { withheld } = regimeOf(params)
  return (
    params.jobRequests === 1 &&
    params.jobSpread === 1 &&
    withheld === 0 &&
    params.dayTrough === params.dayPeak &&
    params.upperTier === 0 &&
    params.setup === 0 &&
    params.runExpiry === undefined
  )
}

/** With this much work in one of the slower regimes jobs wait for hours. */
const MUCH = 0.7

/** Jobs that wait for hours succeed anywhere between two looks. (They expire on the minute: those have no result.) */
function pollPredictions(params: BatchParams): TheoryPrediction[] {
  const { way, preset, pollInterval } = params
  if (way !== 'poll-1min' || preset === 'calm' || pollInterval > 60 || batchLoad(params) < MUCH) return []
  return [
    {
      name: 'mean delay of looks at a fixed interval: half of it',
      metric: 'mean(notice)',
      expected: pollDelay(pollInterval),
    },
  ]
}
