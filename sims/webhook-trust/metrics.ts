/** What webhook-trust measures, and how each figure is named to the reader. */
import type { MetricSpec } from '../lab/contract/sim.ts'
import type { VerifierName } from './attacked.ts'

/** Metric of the attacks that a verifier lets through. */
export const ACCEPTED = {
  ours: 'acceptedOurs',
  standardwebhooks: 'acceptedReference',
  openai: 'acceptedOpenai',
  replicate: 'acceptedReplicate',
} as const satisfies Record<VerifierName, string>

/** As the answer speaks of them. */
export const VERIFIER_LABELS: Readonly<Record<VerifierName, string>> = {
  ours: 'ours',
  standardwebhooks: 'the reference library',
  openai: 'OpenAI’s rules',
  replicate: 'Replicate’s rules',
}

export const METRICS = {
  acceptedOurs: { unit: 'count', label: 'attacks that our receiver acts upon' },
  mutatedAccepted: { unit: 'count', label: 'mutated attacks that our receiver acts upon' },
  acceptedReference: { unit: 'count', label: 'attacks that the reference library accepts' },
  acceptedOpenai: { unit: 'count', label: 'attacks that the rules of OpenAI’s SDK accept' },
  acceptedReplicate: { unit: 'count', label: 'attacks that the rules of Replicate’s SDK accept' },
  tokensOurs: {
    unit: 'count',
    label: 'genuine tokens with another body that our receiver acts upon',
  },
  tokensGuide: {
    unit: 'count',
    label: 'genuine tokens with another body that the documented sample accepts',
  },
  keyFetches: { unit: 'count', label: 'fetches of the key set in the flood' },
  keyFetchesSample: { unit: 'count', label: 'fetches in the flood at one a delivery' },
  newKeyTaken: { unit: 's', label: 'from a rotation in the flood to the first delivery taken under it' },
  forgedEvents: { unit: 'count', label: 'forged events with the leaked secret that are acted upon' },
  forgedFor: { unit: 's', label: 'from the leak to the last forged event acted upon' },
  forgedEndpoints: { unit: 'count', label: 'endpoints that act upon a forged event' },
  openJobs: { unit: 'count', label: 'jobs of which forged events are believed' },
  genuineRefused: { unit: 'share', label: 'genuine deliveries refused for their secret' },
} as const satisfies Record<string, MetricSpec>

export type MetricName = keyof typeof METRICS
