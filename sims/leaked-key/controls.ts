/**
 * What may stand between a stolen API key and its owner's bill. The limits are those that Gemini publishes for its tiers:
 * what may be spent in ten minutes, and in a month (ai.google.dev, rate limits and billing).
 */

export const CONTROL_NAMES = [
  'uncapped',
  'alert',
  'spend-limit-only',
  'cap-only',
  'tier-1',
  'tier-2',
  'tier-3',
] as const
export type ControlName = (typeof CONTROL_NAMES)[number]

export interface Control {
  readonly label: string
  /** Dollars in any ten minutes, and in all; Infinity for no limit. */
  readonly spendLimit: number
  readonly cap: number
  /** Whether the owner is told when a budget is used up, and revokes the key. */
  readonly alerts: boolean
}

const NONE = { spendLimit: Infinity, cap: Infinity, alerts: false }

export const CONTROLS: Readonly<Record<ControlName, Control>> = {
  uncapped: { ...NONE, label: 'no control until the bill is seen' },
  alert: { ...NONE, label: 'a budget alert', alerts: true },
  'spend-limit-only': { ...NONE, label: 'Tier 1’s limit per ten minutes alone', spendLimit: 10 },
  'cap-only': { ...NONE, label: 'Tier 1’s cap alone', cap: 250 },
  'tier-1': { ...NONE, label: 'Tier 1', spendLimit: 10, cap: 250 },
  'tier-2': { ...NONE, label: 'Tier 2', spendLimit: 50, cap: 2000 },
  // Published as "20,000+": the least that it is.
  'tier-3': { ...NONE, label: 'Tier 3', spendLimit: 200, cap: 20_000 },
}

/** Seconds over which the spend limit is counted. */
export const LIMIT_WINDOW = 600

/** The most that a theft can cost: the cap, and what is spent before the bill knows. Infinity where there is no cap. */
export const mostSpent = ({ cap, spendLimit }: Control, billingLag: number): number =>
  billingLag === 0 ? cap : cap + spendLimit * Math.ceil(billingLag / LIMIT_WINDOW)

/** The published case: 180 dollars became 82,314.44 in 48 h, 11 to 12 February 2026, without any cap. */
export const PUBLISHED_SPEND = 82_314.44
