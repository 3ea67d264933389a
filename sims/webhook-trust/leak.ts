/**
 * A secret leaks, and somebody sends forged events with it until nobody trusts it any more. The verifiers are the engine's;
 * what is modelled is who trusts which secret when.
 *
 * A receiver trusts the secret it was given until it is given another one: revoking a secret at the sender ends no forgery.
 * With an overlap the sender signs with both for a while, no delivery fails, and receivers change over at any time of it;
 * revoked at once, all deliveries fail until the receiver changes, which it then does soon. A key of one request is trusted
 * for that request alone, and until its job is over.
 */
import { parseSecret, signatureHeader, type Delivery, type SigningKey } from '../../engines/webhook/core.ts'
import type { ReplicationContext, Series } from '../lab/contract/sim.ts'
import { exponential } from '../lab/kernel/random/exponential.ts'
import type { Stream } from '../lab/kernel/random/stream.ts'
import { START } from './attacked.ts'
import { secretFrom } from './keys.ts'
import type { TrustParams } from './params.ts'
import { OurReceiver } from './receivers.ts'

export interface Leak {
  readonly forged: number
  readonly accepted: number
  /** From the leak to the last forged event that was acted upon, s; 0 for none. */
  readonly lasted: number
  readonly endpoints: number
  /** Jobs of which a forged event would have been believed. */
  readonly jobs: number
  readonly genuine: {
    readonly sent: number
    readonly taken: number
    /** Endpoints that anything was sent to: what becomes of it hangs on when each of them changes over. */
    readonly endpoints: number
  }
  readonly series: Readonly<Record<string, Series>>
}

/** Points of the curve of forged events. */
const STEPS = 200
const BODY = '{"type":"batch.succeeded","data":{"id":"batch_1","output_file_uri":"gs://elsewhere"}}'

/** One endpoint: from when on (s after the leak) it trusts another secret than the leaked one. */
interface Endpoint {
  readonly changesAt: number
}

interface Keys {
  readonly leaked: SigningKey
  readonly fresh: SigningKey
}

export function leak(params: TrustParams, ctx: ReplicationContext): Leak {
  const stream = ctx.stream('leak')
  const [leaked, fresh] = [secretFrom(stream), secretFrom(stream)]
  const endpoints = Array.from({ length: params.endpoints }, (_, i) => endpointOf(params, stream, i === 0))
  const keys: Keys = { leaked: signing(leaked), fresh: signing(fresh) }
  const before = new OurReceiver({ secrets: [leaked] })
  const after = new OurReceiver({ secrets: [fresh] })
  const trusted = ({ changesAt }: Endpoint, at: number): OurReceiver => (at < changesAt ? before : after)
  const tally = { forged: 0, accepted: 0, lasted: 0, jobs: 0, genuine: { sent: 0, taken: 0, endpoints: 0 } }
  const opened = new Set<number>()
  const curve = new Float64Array(STEPS)
  endpoints.forEach((endpoint, number) => {
    for (const at of moments(params.span, params.forgeEvery, stream)) {
      tally.forged++
      const delivery = signedWith([keys.leaked], `forged_${number}_${tally.forged}`, at)
      if (trusted(endpoint, at).take(delivery, START + at) !== 'accepted') continue
      tally.accepted++
      tally.lasted = Math.max(tally.lasted, at)
      opened.add(number)
      curve[Math.floor((at / params.span) * STEPS)]!++
    }
    const sentBefore = tally.genuine.sent
    for (const at of moments(params.span, params.genuineEvery, stream)) {
      tally.genuine.sent++
      const live = liveKeys(params, endpoint, at, keys)
      const delivery = signedWith(live, `genuine_${number}_${tally.genuine.sent}`, at)
      if (trusted(endpoint, at).take(delivery, START + at) === 'accepted') tally.genuine.taken++
    }
    if (tally.genuine.sent > sentBefore) tally.genuine.endpoints++
    tally.jobs += jobsOpen(params, endpoint)
  })
  return { ...tally, endpoints: opened.size, series: { forgedEvents: seriesOf(curve, params) } }
}

/** `isLeaky`: of keys per request, the leaked one belongs to a job of this endpoint. */
function endpointOf(params: TrustParams, stream: Stream, isLeaky: boolean): Endpoint {
  const { secret, detection, overlap, deploy, jobLength } = params
  const draw = stream.uniform()
  if (secret === 'static-overlap') return { changesAt: detection + overlap * draw }
  if (secret === 'static-at-once') return { changesAt: detection + deploy * draw }
  // Somewhere in its life when its key leaks; the rotation of anything else does not matter to it.
  return { changesAt: isLeaky ? jobLength * (1 - draw) : 0 }
}

/** What the sender signs with at `at`. */
function liveKeys(
  { secret, detection, overlap }: TrustParams,
  { changesAt }: Endpoint,
  at: number,
  { leaked, fresh }: Keys,
): SigningKey[] {
  if (secret === 'per-request') return [at < changesAt ? leaked : fresh]
  if (at < detection) return [leaked]
  return secret === 'static-overlap' && at < detection + overlap ? [fresh, leaked] : [fresh]
}

/** Jobs that run at some time of the span while the endpoint trusts the leaked secret. */
function jobsOpen({ secret, jobsAtOnce, jobLength, span }: TrustParams, { changesAt }: Endpoint): number {
  if (changesAt === 0) return 0
  if (secret === 'per-request') return 1
  return jobsAtOnce * (1 + Math.min(changesAt, span) / jobLength)
}

const signing = (secret: string): SigningKey => ({ key: parseSecret(secret), expires: null })

function signedWith(keys: readonly SigningKey[], id: string, at: number): Delivery {
  const timestamp = Math.floor(START + at)
  const signature = signatureHeader(keys, id, timestamp, BODY, 1000 * timestamp)
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signature,
  }
  return { headers, body: Buffer.from(BODY) }
}

/** Poisson moments in `span`, one in `every` seconds in the mean. */
function* moments(span: number, every: number, stream: Stream): Generator<number> {
  for (let at = exponential(stream, every); at < span; at += exponential(stream, every)) yield at
}

function seriesOf(curve: Float64Array, { span, secret }: TrustParams): Series {
  let sum = 0
  return {
    unit: 'count',
    label: `forged events acted upon, ${secret}`,
    t: Array.from(curve, (_, i) => ((i + 1) * span) / STEPS),
    values: Array.from(curve, (count) => (sum += count)),
  }
}
