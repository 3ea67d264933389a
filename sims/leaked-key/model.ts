/** One replication: thefts that have nothing to do with each other, each with a thief and an owner of its own. */
import { LogHistogram } from '../lab/analysis/histogram.ts'
import { exponential } from '../lab/kernel/random/exponential.ts'
import { lognormal, lognormalFrom } from '../lab/kernel/random/lognormal.ts'
import type { Measures, ReplicationContext } from '../lab/contract/sim.ts'
import { CONTROLS, mostSpent } from './controls.ts'
import { STEP, type LeakedKeyParams } from './params.ts'
import { steal, type End } from './theft.ts'

/** An owner who is asleep takes so many times the median: the 95th percentile. */
const RESPONSE_SPREAD = 6
/** Minutes between two values of the chart. */
const CHART_STEP = 30
/** Sums of a few thousand minutes are off by this much. */
const ROUNDING = 1e-9

export function simulate(params: LeakedKeyParams, ctx: ReplicationContext): Measures {
  const { control: name, thefts, billingLag, budget, noticed } = params
  const control = CONTROLS[name]
  const thieves = ctx.stream('thieves')
  const owners = ctx.stream('owners')
  const bursts = ctx.stream('bursts')
  const rates = thiefRates(params)
  const response = lognormalFrom({
    median: params.alertResponse,
    p95: RESPONSE_SPREAD * params.alertResponse,
  })
  const limit = mostSpent(control, billingLag) * (1 + ROUNDING)
  const minutes = Math.ceil(noticed / STEP)
  const over = new Float64Array(Math.floor(minutes / CHART_STEP) + 1)
  const spend = new LogHistogram({ min: 1e-3 })
  const ends: Record<End, number> = {
    'never used': 0,
    capped: 0,
    'revoked after the alert': 0,
    'revoked after the bill': 0,
  }
  let [most, usable, isWithin] = [0, 0, true]
  for (let i = 0; i < thefts; i++) {
    const thief = {
      begins: exponential(thieves, params.firstAbuse),
      rate: lognormal(thieves, rates.mu, rates.sigma),
      burstScv: params.burstScv,
    }
    const owner = { billingLag, budget, noticed, response: lognormal(owners, response.mu, response.sigma) }
    const theft = steal(thief, control, owner, bursts)
    spend.add(theft.spent)
    most = Math.max(most, theft.spent)
    usable += theft.ended
    ends[theft.end]++
    if (theft.spent > limit) isWithin = false
    for (let j = 0; j < over.length; j++) over[j]! += theft.after[j * CHART_STEP]! / thefts
    ctx.progress(i / thefts, i)
  }
  const share = (end: End): number => ends[end] / thefts
  const revoked = ends['revoked after the alert'] + ends['revoked after the bill']
  return {
    metrics: {
      mostSpent: most,
      capped: share('capped'),
      alerted: share('revoked after the alert'),
      unused: share('never used'),
      usable: usable / thefts,
    },
    // Where there is no cap, or no alert, no theft ends by it.
    unseen: {
      ...(control.cap === Infinity ? { capped: 0 } : {}),
      ...(control.alerts ? {} : { alerted: 0 }),
    },
    counted: { capped: { of: thefts }, alerted: { of: thefts }, unused: { of: thefts } },
    observations: { spend: spend.toData() },
    state: 'stable',
    flow: {
      injected: thefts,
      completed: revoked,
      queued: 0,
      running: 0,
      dropped: ends.capped,
      expired: ends['never used'],
    },
    little: [],
    invariants: [
      {
        name: 'no theft costs more than the cap and the spend limit times the billing lag',
        ok: isWithin,
      },
    ],
    series: {
      spent: {
        unit: 'dollars',
        label: 'spend since the leak, mean',
        t: Array.from(over, (_, j) => j * CHART_STEP * STEP),
        values: [...over],
      },
    },
    counters: { thefts, minutes: thefts * minutes },
  }
}

/** The rate of a thief: lognormal with the mean and the spread of the parameters. */
function thiefRates({ abuseRate, rateSpread }: LeakedKeyParams): { mu: number; sigma: number } {
  const { sigma } = lognormalFrom({ median: 1, p95: rateSpread })
  return { mu: Math.log(abuseRate) - (sigma * sigma) / 2, sigma }
}
