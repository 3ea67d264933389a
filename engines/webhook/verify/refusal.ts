/** Why a delivery is refused. A refusal names its reason: refusing for the wrong one is a fault too. */
export const REASONS = [
  'missing header',
  'repeated header',
  'bad id',
  'bad timestamp',
  'too old',
  'too new',
  'bad signature header',
  'no known version',
  'no match',
  'no keys',
  'bad token',
  'wrong algorithm',
  'unknown key',
  'wrong audience',
  'wrong issuer',
  'expired',
  'missing claim',
] as const
export type Reason = (typeof REASONS)[number]

export class Refused extends Error {
  override readonly name = 'Refused'
  readonly reason: Reason

  constructor(reason: Reason, detail = '') {
    super(detail === '' ? reason : `${reason}: ${detail}`)
    this.reason = reason
  }
}

/** The caller's mistake, not the sender's: a parsed body, a key that is none, a time that is no number. */
export class Misused extends TypeError {
  override readonly name = 'Misused'
}

/**
 * A moment or a length of time, seconds. Every comparison with NaN is false: a check against one would let all pass.
 * @throws Misused
 */
export function finite(value: number, what: string): number {
  if (Number.isFinite(value)) return value
  throw new Misused(`${what} must be a finite number of seconds`)
}

/** An option that is at least `least`, Infinity included. @throws Misused */
export function atLeast(least: number, value: number, what: string): number {
  if (typeof value === 'number' && value >= least) return value
  throw new Misused(`${what} must be a number of ${least} or more`)
}
