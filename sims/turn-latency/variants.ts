/**
 * Counterfactuals: the same callers, one thing changed. What a change saves is the difference to the call as it is, turn
 * by turn on common random numbers, so its interval is far narrower than that of either.
 */
import type { TurnLatencyParams } from './params.ts'

export interface Variant {
  readonly name: string
  /** "with no transport at all": ends the sentence "... s less". */
  readonly label: string
  change(params: TurnLatencyParams): Partial<TurnLatencyParams>
}

/** Tokens that a capped context keeps, and past which a summarised one is summarised; the instructions stay in both. */
const CAP = 4000
const SUMMARISE_AT = 8000
const SHORT_ENDPOINTING = 0.2
const ANYCAST_RTT = 0.01

export const VARIANTS: readonly Variant[] = [
  {
    name: 'noTransport',
    label: 'no transport at all: access, backbone, relay and telephony at zero',
    change: () => ({ accessRtt: 0, backboneRtt: 0, relayDelay: 0, telephony: 0 }),
  },
  { name: 'noRelay', label: 'a relay that takes no time', change: () => ({ relayDelay: 0 }) },
  {
    name: 'anycast',
    label: 'a first hop of 10 ms (anycast)',
    change: ({ accessRtt }) => ({ accessRtt: Math.min(accessRtt, ANYCAST_RTT) }),
  },
  {
    name: 'capped',
    label: 'a context capped at 4,000 tokens (its instructions at least)',
    change: ({ contextLimit, instructions }) => ({
      contextPolicy: 'truncate',
      contextLimit: Math.min(contextLimit, Math.max(CAP, instructions)),
    }),
  },
  {
    name: 'summarised',
    label: 'a context summarised at 8,000 tokens (its instructions and a summary at least)',
    change: ({ contextLimit, instructions, summary }) => ({
      contextPolicy: 'summarise',
      contextLimit: Math.min(contextLimit, Math.max(SUMMARISE_AT, instructions + summary)),
    }),
  },
  { name: 'cached', label: 'earlier context always cached', change: () => ({ cacheHit: 1 }) },
  {
    name: 'promptEndpointing',
    label: 'endpointing after 200 ms, whatever the noise',
    change: ({ endpointing }) => ({
      endpointing: Math.min(endpointing, SHORT_ENDPOINTING),
      endpointingDrift: 0,
    }),
  },
  {
    name: 'twicePool',
    label: 'twice the inference pool',
    change: ({ inferenceServers }) => ({ inferenceServers: 2 * inferenceServers }),
  },
]

/** The metric of what a variant saves late in a call. */
export const savedBy = (name: string): string => `saved(${name})`
