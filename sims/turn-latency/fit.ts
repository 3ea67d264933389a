/**
 * Fitting the parameter that nobody publishes, what a token of context costs (`prefillPerToken`), to the points that
 * somebody did. All others stay as assumed: with two or four points, more would fit noise.
 *
 * Between events everything is a sum of means, and the mean is linear in it, so the fit is least squares in closed form.
 * The context at a minute follows from the mean length of a turn, which holds the latency itself: a few rounds settle it.
 */
import { lognormalFrom } from '../lab/kernel/random/lognormal.ts'
import type { TurnLatencyParams } from './params.ts'
import { decode, prefill } from './service.ts'

export interface FitPoint {
  readonly minute: number
  readonly seconds: number
}

/** Mean of a lognormal with this median and 95th percentile over median. */
function meanOf(median: number, spread: number): number {
  const { mu, sigma } = lognormalFrom({ median, p95: spread * median })
  return Math.exp(mu + (sigma * sigma) / 2)
}

/** Tokens in the context at `minute` of a call whose turns take `latency` seconds. */
export function contextAt(params: TurnLatencyParams, minute: number, latency: number): number {
  const talk = meanOf(params.talk, params.turnSpread)
  const reply = meanOf(params.reply, params.turnSpread)
  const perSecond = (talk * params.tokensHeard + reply * params.tokensSpoken) / (talk + reply + latency)
  return Math.min(params.contextLimit, params.instructions + perSecond * minute * 60)
}

/** Mean latency at `minute`, without queueing or backlog. */
export function expectedLatency(params: TurnLatencyParams, minute: number): number {
  let latency = 1
  for (let round = 0; round < 20; round++) {
    latency = transportAndWaits(params, minute) + serviceAt(params, contextAt(params, minute, latency))
  }
  return latency
}

/** What a turn takes beside the inference: endpointing, transport, playout. */
export function transportAndWaits(params: TurnLatencyParams, minute: number): number {
  const { endpointing, endpointingDrift, accessRtt, backboneRtt, relayDelay, telephony, playout } = params
  return (
    endpointing + endpointingDrift * minute + accessRtt + backboneRtt + 2 * relayDelay + telephony + playout
  )
}

/** Mean of prefill and decoding at so many tokens of context. */
export function serviceAt(params: TurnLatencyParams, context: number): number {
  const fresh = Math.min(context, meanOf(params.talk, params.turnSpread) * params.tokensHeard)
  const hit = prefill(params, fresh, context - fresh)
  const miss = prefill(params, context, 0)
  return params.cacheHit * hit + (1 - params.cacheHit) * miss + decode(params, context)
}

/** The `prefillPerToken` of least squares over the points, seconds, at least 0. Needs one point or more. */
export function fit(params: TurnLatencyParams, points: readonly FitPoint[]): number {
  let { prefillPerToken } = params
  for (let round = 0; round < 20; round++) {
    const at = { ...params, prefillPerToken }
    let squares = 0
    let products = 0
    for (const { minute, seconds } of points) {
      const context = contextAt(params, minute, expectedLatency(at, minute))
      const free = serviceAt({ ...params, prefillPerToken: 0 }, context)
      const perToken = serviceAt({ ...params, prefillPerToken: 1 }, context) - free
      squares += perToken * perToken
      products += perToken * (seconds - transportAndWaits(params, minute) - free)
    }
    prefillPerToken = Math.max(0, products / squares)
  }
  return prefillPerToken
}
