/**
 * One theft, minute by minute: what the thief would spend, what the limits let through, when the key is dead.
 *
 * The spend limit is counted at once, over any ten minutes; cap and alert see what was spent `billingLag` ago. A cap that
 * sees everything at once is never passed.
 */
import { gamma } from '../lab/kernel/random/gamma.ts'
import type { Stream } from '../lab/kernel/random/stream.ts'
import { LIMIT_WINDOW, type Control } from './controls.ts'
import { STEP } from './params.ts'

export interface Thief {
  /** After the leak, s. */
  readonly begins: number
  /** Dollars in ten minutes, if nothing holds the thief back. */
  readonly rate: number
  readonly burstScv: number
}

export interface Owner {
  readonly billingLag: number
  readonly budget: number
  /** From the alert to the revoked key, s. */
  readonly response: number
  /** When the bill is seen without any alert, s after the leak. */
  readonly noticed: number
}

export type End = 'never used' | 'capped' | 'revoked after the alert' | 'revoked after the bill'

export interface Theft {
  /** Dollars in all, and after each minute since the leak. */
  readonly spent: number
  readonly after: Float64Array
  readonly end: End
  /** When the key was dead or out of money, s after the leak. */
  readonly ended: number
}

const WINDOW = LIMIT_WINDOW / STEP

export function steal(thief: Thief, control: Control, owner: Owner, bursts: Stream): Theft {
  const steps = Math.ceil(owner.noticed / STEP)
  const after = new Float64Array(steps + 1)
  const first = Math.ceil(thief.begins / STEP)
  const lag = Math.ceil(owner.billingLag / STEP)
  let revoked = Infinity
  let end: End = first < steps ? 'revoked after the bill' : 'never used'
  let ended = owner.noticed
  let burst = 1
  let capped = false
  for (let step = 0; step < steps; step++) {
    const before = after[step]!
    // Drawn to the end, so that a limit moves nobody else's draws.
    if (step >= first && (step - first) % WINDOW === 0) burst = burstOf(bursts, thief.burstScv)
    // What is billed by the end of this minute, without what is spent in it.
    const billed = after[Math.max(0, step + 1 - Math.max(1, lag))]!
    if (control.alerts && revoked === Infinity && billed >= owner.budget) {
      revoked = step * STEP + owner.response
    }
    if (!capped && billed >= control.cap) {
      capped = true
      ended = step * STEP
      end = 'capped'
    }
    const isOver = capped || step * STEP >= revoked
    const wanted = step < first || isOver ? 0 : (thief.rate * burst) / WINDOW
    const inWindow = before - after[Math.max(0, step + 1 - WINDOW)]!
    const room = lag === 0 ? control.cap - before : Infinity
    after[step + 1] = before + Math.min(wanted, Math.max(0, control.spendLimit - inWindow), room)
  }
  if (revoked < ended) {
    ended = revoked
    end = 'revoked after the alert'
  }
  return { spent: after[steps]!, after, end, ended }
}

const burstOf = (stream: Stream, scv: number): number => (scv === 0 ? 1 : gamma(stream, 1 / scv, scv))
