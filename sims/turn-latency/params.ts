/** The parameters of a voice call, turn by turn; base units once parsed. */
import { z } from 'zod'
import { arrivalLoad, rateOrLoad, type ArrivalLoad } from '../lab/contract/arrival-load.ts'
import { choice, count, duration, integer, rate, share, uncertain } from '../lab/contract/quantity.ts'

/** Turns of one replication, at most: minutes of work. */
const MOST_CALLS = 200_000

export const CONTEXT_POLICIES = ['grow', 'truncate', 'summarise'] as const

/** As written: what each parameter may be, for those who quote one. */
export const turnLatencyShape = z.strictObject({
  callRate: uncertain(rate({ above: 0 }))
    .optional()
    .describe('calls that begin in a second, Poisson; with a load of one’s own, nothing'),
  load: arrivalLoad().describe('calls that begin, by interval, counted from the start of the measured span'),
  callLength: duration({ above: 0, max: 7200 })
    .prefault('15min')
    .describe('length of every call: all minutes of a call are seen equally often'),
  span: duration({ above: 0 }).prefault('30min').describe('virtual time measured, after one call length'),

  talk: uncertain(duration({ above: 0 }))
    .prefault('4s')
    .describe('what a caller says in a turn, median'),
  reply: uncertain(duration({ above: 0 }))
    .prefault('7s')
    .describe('what is answered in a turn, median'),
  turnSpread: share({ min: 1, max: 20 })
    .prefault('300%')
    .describe('95th percentile over median of both, lognormal'),

  endpointing: uncertain(duration())
    .prefault('500ms')
    .describe('silence after which a turn counts as over (voice activity detection)'),
  endpointingDrift: uncertain(duration())
    .prefault('0s')
    .describe('what noise adds to that per minute of the call'),

  accessRtt: uncertain(duration()).prefault('40ms').describe('round trip from the caller to the relay'),
  backboneRtt: uncertain(duration())
    .prefault('10ms')
    .describe('round trip from the relay to the region that infers'),
  relayDelay: uncertain(duration()).prefault('100us').describe('what the relay itself adds, one way'),
  telephony: uncertain(duration()).prefault('0s').describe('what a telephone network adds, both ways in all'),
  playout: uncertain(duration()).prefault('60ms').describe('jitter buffer and playout'),

  audioLag: uncertain(share({ max: 10 }))
    .prefault('0%')
    .describe('how far recognition falls behind per second of speech (0 %: it keeps up)'),
  lagDrains: choice(['in-silence', 'never'])
    .prefault('in-silence')
    .describe('whether that backlog is worked off while the caller is silent'),

  tokensHeard: uncertain(rate()).prefault('10/s').describe('tokens per second of caller’s audio'),
  tokensSpoken: uncertain(rate()).prefault('20/s').describe('tokens per second of answered audio'),
  instructions: uncertain(count()).prefault(1000).describe('tokens of instructions and tools'),
  contextPolicy: choice(CONTEXT_POLICIES)
    .prefault('grow')
    .describe('beyond the limit: refuse nothing, drop the oldest, or replace all by a summary'),
  contextLimit: uncertain(count({ above: 0 }))
    .prefault('32k')
    .describe('tokens that a context may hold'),
  summary: uncertain(count()).prefault(1000).describe('tokens that a summary leaves'),

  prefillPerToken: uncertain(duration()).prefault('50us').describe('prefill per token that is not cached'),
  attentionAt10k: uncertain(duration())
    .prefault('100ms')
    .describe('what attention adds to the prefill of 10,000 uncached tokens (it grows with the square)'),
  cacheHit: uncertain(share())
    .prefault('50%')
    .describe('turns whose earlier context is still cached, so that only the new tokens are prefilled'),
  firstAudio: uncertain(duration({ above: 0 }))
    .prefault('300ms')
    .describe('decoding to the first audio at an empty context, mean'),
  decodePer10k: uncertain(duration())
    .prefault('50ms')
    .describe('what 10,000 tokens of context add to that (reading keys and values)'),
  serviceScv: count({ max: 25 })
    .prefault(0.25)
    .describe('squared coefficient of variation of decoding to first audio, gamma'),
  counterfactuals: choice(['all', 'none'])
    .prefault('all')
    .describe('whether every change is simulated too: nine worlds in place of one'),
  inferenceServers: integer({ min: 1, max: 1_000_000, unit: 'servers' }).describe(
    'turns that are prefilled at once, one queue',
  ),
})

type Written = z.output<typeof turnLatencyShape>

/** As run: a load of the user's own has a mean rate too. */
interface Rates {
  readonly callRate: number
  readonly load?: ArrivalLoad
}

export const turnLatencyParams = turnLatencyShape
  .transform(({ callRate, load, ...rest }, ctx): Omit<Written, keyof Rates> & Rates => {
    const asked = { rateName: 'callRate', rate: callRate, load, spanName: 'span', span: rest.span }
    const rate = rateOrLoad(asked, ctx)
    return { ...rest, callRate: rate, ...(load === undefined ? {} : { load }) }
  })
  .refine(({ instructions, contextLimit }) => instructions <= contextLimit, {
    message: 'impossible: instructions that no context has room for (more than contextLimit)',
    path: ['instructions'],
  })
  .refine(({ callRate, callLength, span }) => callRate * (callLength + span) <= MOST_CALLS, {
    message: 'impossible: more than 200k calls in one replication (callRate x (callLength + span))',
    path: ['span'],
  })

export type TurnLatencyParams = z.infer<typeof turnLatencyParams>
