/**
 * Fitting the parameter that nobody publishes, what a token of context costs (`prefillPerToken`), to the points that
 * somebody did. All others stay as assumed: with two or four points, more would fit noise.
 *
 * Between events everything is a sum of means, and the mean is linear in it, so the fit is least squares in closed form.
 * The context at a minute follows from the mean length of a turn, which holds the latency itself: a few rounds settle it.
 */
import { normalQuantile } from '../lab/analysis/normal.ts'
import { lognormalFrom } from '../lab/kernel/random/lognormal.ts'
import { summarised } from './context.ts'
import type { TurnLatencyParams } from './params.ts'
import { decode, prefill } from './service.ts'

export interface FitPoint {
  readonly minute: number
  readonly seconds: number
}

interface Moments {
  readonly mean: number
  readonly variance: number
}

/** Of a lognormal with this median and 95th percentile over median. */
function momentsOf(median: number, spread: number): Moments {
  const { mu, sigma } = lognormalFrom({ median, p95: spread * median })
  const mean = Math.exp(mu + (sigma * sigma) / 2)
  return { mean, variance: mean * mean * Math.expm1(sigma * sigma) }
}

/** Mean tokens in the context at `minute` of a call whose turns take `latency` seconds. */
export function contextAt(params: TurnLatencyParams, minute: number, latency: number): number {
  const { tokensHeard, tokensSpoken, instructions, contextPolicy, contextLimit } = params
  const talk = momentsOf(params.talk, params.turnSpread)
  const reply = momentsOf(params.reply, params.turnSpread)
  const perTurn = talk.mean * tokensHeard + reply.mean * tokensSpoken
  const perSecond = perTurn / (talk.mean + reply.mean + latency)
  const said = perSecond * minute * 60
  if (contextPolicy !== 'summarise') return Math.min(contextLimit, instructions + said)
  // Tokens said by then, over calls: those of a turn, less what its length leaves to the others, scatter by so much.
  const scatter = (of: Moments, tokens: number): number => (tokens - perSecond) ** 2 * of.variance
  const spread = Math.sqrt(
    (scatter(talk, tokensHeard) + scatter(reply, tokensSpoken)) * (perTurn === 0 ? 0 : said / perTurn),
  )
  // The turn that passes the limit is said to its end: what it has beyond it goes with the rest.
  const turnVariance = talk.variance * tokensHeard ** 2 + reply.variance * tokensSpoken ** 2
  const beyond = perTurn === 0 ? 0 : (perTurn + turnVariance / perTurn) / 2
  const tokens = DEVIATIONS.map((z) => summarisedAfter(params, Math.max(0, said + z * spread), beyond))
  return tokens.reduce((sum, one) => sum + one, 0) / tokens.length
}

/** Normal deviations that stand for all calls, each for as many: they pass the limit at different minutes. */
const DEVIATIONS = Array.from({ length: 40 }, (_, i) => normalQuantile((i + 0.5) / 40))

/** Tokens in a context after so many were said, when it is summarised as often as it is full and `beyond`. */
function summarisedAfter(params: TurnLatencyParams, said: number, beyond: number): number {
  const { instructions, contextLimit } = params
  const sinceFull = said - (contextLimit - instructions + beyond)
  if (sinceFull < 0) return Math.min(contextLimit, instructions + said)
  const floor = summarised(params)
  const cycle = contextLimit - floor + beyond
  return Math.min(contextLimit, floor + (cycle === 0 ? 0 : sinceFull % cycle))
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
  const fresh = Math.min(context, momentsOf(params.talk, params.turnSpread).mean * params.tokensHeard)
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
