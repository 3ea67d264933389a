/** Closed form where one applies: a call in which nothing grows, on a pool in which hardly anybody waits. */
import { ratesOf } from '../lab/contract/arrival-load.ts'
import type { TheoryPrediction } from '../lab/contract/sim.ts'
import type { TurnLatencyParams } from './params.ts'
import { decode, prefill } from './service.ts'

/** Turns of a call, at most: speech and reply at their medians and no latency. */
const turnsOf = ({ callLength, talk, reply }: TurnLatencyParams): number => callLength / (talk + reply)

/** With this many servers for each that is needed nobody waits long enough to matter. */
const IDLE_FACTOR = 3

export function predictions(params: TurnLatencyParams): TheoryPrediction[] {
  const { tokensHeard, tokensSpoken, audioLag, endpointingDrift, instructions, cacheHit } = params
  if (tokensHeard + tokensSpoken + audioLag + endpointingDrift > 0) return []
  const filling =
    cacheHit * prefill(params, 0, instructions) + (1 - cacheHit) * prefill(params, instructions, 0)
  const service = filling + decode(params, instructions)
  const rate =
    params.load === undefined ? params.callRate : Math.max(...ratesOf(params.load, params.callRate))
  const offered = rate * turnsOf(params) * service
  if (params.inferenceServers < IDLE_FACTOR * offered) return []
  const { accessRtt, backboneRtt, telephony, relayDelay, endpointing, playout } = params
  const transport = accessRtt + backboneRtt + telephony + 2 * relayDelay
  const expected = endpointing + transport + service + playout
  return [1, 5, 12].map((minute) => ({
    name: `sum of the stages' means in minute ${minute}: nothing grows, nobody waits`,
    metric: `latencyAtMinute${minute}`,
    expected,
  }))
}
