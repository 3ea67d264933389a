/**
 * Ways to learn that a job is done, and to get its result. What is published of each is noted with it; what is not is an
 * assumption here and said to be one.
 *
 * A webhook is delivered by the policies of `engines/webhook`, so a receiver that is down costs what it would cost.
 */
import { formatQuantity } from '../lab/contract/quantity.ts'

export const WAY_NAMES = [
  'poll-1min',
  'poll-doubling-capped',
  'poll-doubling',
  'gemini-webhook',
  'openai-webhook',
  'replicate-events',
  'modal-4-hops',
  'modal-20-hops',
  'eventarc-pubsub',
] as const
export type WayName = (typeof WAY_NAMES)[number]

/** How the end of a job becomes known. */
export type Learning =
  | { readonly kind: 'looks'; readonly pauses: 'fixed' | 'capped' | 'doubling' }
  | { readonly kind: 'webhook'; readonly policy: string; readonly events: 'end' | 'progress' }
  /** The request itself is answered when the job is done, `requests` times `hop` seconds at most. */
  | { readonly kind: 'wait'; readonly requests: number; readonly hop: number }

export interface Way {
  readonly label: string
  readonly learning: Learning
  /** From the provider's API, from the submitter's own storage, or in what brought the news. */
  readonly result: 'api' | 'storage' | 'inside'
  readonly source: string
}

export const WAYS: Readonly<Record<WayName, Way>> = {
  'poll-1min': {
    label: 'polling at fixed intervals',
    learning: { kind: 'looks', pauses: 'fixed' },
    result: 'api',
    source: 'Anthropic’s sample: retrieve the batch, sleep 60 s, until it has ended',
  },
  'poll-doubling-capped': {
    label: 'polling, doubled to a cap',
    learning: { kind: 'looks', pauses: 'capped' },
    result: 'api',
    source: 'common practice; first pause and cap are parameters',
  },
  'poll-doubling': {
    label: 'polling, doubled for ever',
    learning: { kind: 'looks', pauses: 'doubling' },
    result: 'api',
    source: 'what a backoff without a cap does',
  },
  'gemini-webhook': {
    label: 'Gemini’s webhook, Cloud Storage',
    learning: { kind: 'webhook', policy: 'gemini-24h', events: 'end' },
    result: 'storage',
    source: 'batch.succeeded carries output_file_uri (gs://); "24 hours using exponential backoff"',
  },
  'openai-webhook': {
    label: 'OpenAI’s webhook',
    // Retried for up to 72 h by an unpublished schedule; the specification’s example lasts 75 h.
    learning: { kind: 'webhook', policy: 'standard-webhooks', events: 'end' },
    result: 'api',
    source: 'batch.completed by Standard Webhooks, then the output file',
  },
  'replicate-events': {
    label: 'Replicate’s events',
    // No schedule of retries is published: the specification’s example stands in for it.
    learning: { kind: 'webhook', policy: 'standard-webhooks', events: 'progress' },
    result: 'inside',
    source: 'start, output (at most every 500 ms) and completed, each with the full prediction as its body',
  },
  'modal-4-hops': {
    label: 'Modal’s wait, 4 redirects',
    learning: { kind: 'wait', requests: 5, hop: 150 },
    result: 'inside',
    source: '150 s a request, then 303; urllib gives up after 12.5 min',
  },
  'modal-20-hops': {
    label: 'Modal’s wait, 20 redirects',
    learning: { kind: 'wait', requests: 20, hop: 150 },
    result: 'inside',
    source: '150 s a request, then 303; browsers give up after 50 min',
  },
  'eventarc-pubsub': {
    label: 'Eventarc with Pub/Sub',
    learning: { kind: 'webhook', policy: 'eventarc', events: 'end' },
    result: 'storage',
    source: 'Pub/Sub push: 10 s doubled to 600 s, kept 24 h; output in Cloud Storage',
  },
}

interface Asked {
  readonly way: WayName
  /** Seconds. */
  readonly pollInterval: number
}

/** `polling every minute`: what every way is compared with. */
export const pollingOf = ({ pollInterval }: Pick<Asked, 'pollInterval'>): string =>
  `polling every ${pollInterval === 60 ? 'minute' : formatQuantity(pollInterval, 's')}`

/** A way for people, with the interval where it has one. */
export const labelOf = (asked: Asked): string =>
  asked.way === 'poll-1min' ? pollingOf(asked) : WAYS[asked.way].label
