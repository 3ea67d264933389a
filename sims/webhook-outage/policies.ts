/**
 * The policies a scenario may name: every one of the engine's, and quick retries, which many clients have and for which
 * theory knows the edge of collapse.
 */
import { POLICIES, type Policy } from '../../engines/webhook/core.ts'

const QUICK = { 'quick-1': 1, 'quick-2': 2, 'quick-3': 3 } as const
type Quick = keyof typeof QUICK

export const POLICY_NAMES = [...POLICIES.keys(), ...Object.keys(QUICK)] as [string, ...string[]]

/** What a scenario may lay over a policy; times in seconds. */
export interface PolicyChange {
  /** When the attempts after the first are made, counted from it. */
  readonly schedule?: readonly number[] | undefined
  readonly timeout?: number | undefined
}

/** How many retries without a pause a policy makes; null for one with pauses. */
export const quickRetries = (name: string): number | null => QUICK[name as Quick] ?? null

/** The policy of this name, with what the scenario changes. */
export function policyOf(name: string, { schedule, timeout }: PolicyChange): Policy {
  const known = quickRetries(name) === null ? POLICIES.get(name)! : quick(name as Quick)
  const delays = schedule?.map((at, i) => 1000 * (at - (schedule[i - 1] ?? 0)))
  return {
    ...known,
    ...(delays === undefined ? {} : { delays, retries: delays.length, window: null }),
    ...(timeout === undefined ? {} : { timeout: 1000 * timeout }),
  }
}

/** Retries at once, then gives up: Outpost's policy has none of what would slow it down. */
function quick(name: Quick): Policy {
  const retries = QUICK[name]
  return { ...POLICIES.get('outpost')!, name, source: 'no published policy', delays: [0], retries }
}

/** "Svix's schedule", as the answer speaks of it. */
export function nameOf(policy: string): string {
  const retries = quickRetries(policy)
  if (retries !== null) return `${WORDS[retries - 1]!} quick ${retries === 1 ? 'retry' : 'retries'}`
  return NAMES[policy] ?? policy
}

const WORDS = ['one', 'two', 'three'] as const
const NAMES: Readonly<Record<string, string>> = {
  'standard-webhooks': 'Standard Webhooks',
  svix: 'Svix',
  outpost: 'Outpost',
  convoy: 'Convoy',
  hook0: 'Hook0',
  eventarc: 'Eventarc',
  'gemini-24h': 'the schedule assumed for Gemini',
}
