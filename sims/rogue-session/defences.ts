/**
 * What thieves do, and what a service does against them. A defence names everything that is in force; the rungs are
 * compared each by itself, and all together.
 */

export const ATTACKS = ['stolen-key', 'copied-ufrag', 'replay', 'thief-inside'] as const
export type Attack = (typeof ATTACKS)[number]

/** Whether the thief is at work during the owner's call, and so at the owner's media. */
export const isBesideOwner = ({ attack }: { readonly attack: Attack }): boolean =>
  attack === 'replay' || attack === 'thief-inside'

export const DEFENCES = ['none', 'single-use', 'consent', 'kill', 'all'] as const
export type Defence = (typeof DEFENCES)[number]

export interface InForce {
  /** An ephemeral key opens one session; else as many as wanted until it expires. */
  readonly singleUse: boolean
  /** A pod ends a session whose own client has not answered for the consent timeout (RFC 7675), whoever else sends checks. */
  readonly consent: boolean
  /** What is detected is revoked, and put on the deny list of every relay. */
  readonly kill: boolean
}

const NOTHING: InForce = { singleUse: false, consent: false, kill: false }

export const IN_FORCE: Readonly<Record<Defence, InForce>> = {
  none: NOTHING,
  'single-use': { ...NOTHING, singleUse: true },
  consent: { ...NOTHING, consent: true },
  kill: { ...NOTHING, kill: true },
  all: { singleUse: true, consent: true, kill: true },
}
