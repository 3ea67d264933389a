/** What the trust check cannot know: that the run was stopped, or that its search decided nothing. */
import type { TrustDocument } from '../contract/document.ts'
import type { Point } from './fold.ts'
import { isAtItsEnd, isExactly, wantsThird } from './judgement.ts'
import type { Expectation } from './scenario/expectation.ts'
import type { Found } from './search.ts'

interface Decision {
  readonly found: Found | null
  readonly isInterrupted: boolean
  readonly expectations: readonly Expectation[]
}

/** A search that found nothing sure, though not every value surely fails, is as undecided as a run that is too short. */
export function withDecision(
  trust: TrustDocument,
  { found, isInterrupted, expectations }: Decision,
): TrustDocument {
  const reasons = [...trust.reasons]
  if (isInterrupted) {
    reasons.push({
      code: 'interrupted',
      text: 'stopped early: only what was complete then is told',
      remedy: 'run it again',
    })
  } else if (found && found.value === null && !found.isHopeless) {
    reasons.push({
      code: 'undecided',
      text: 'no value searched surely meets the expectations, and not every one surely fails',
      remedy: remedyFor(found.answered, expectations),
    })
  } else return trust
  return { level: trust.level === 'none' ? 'none' : 'weak', reasons }
}

function remedyFor(answered: readonly Point[], expectations: readonly Expectation[]): string {
  const isAny = (holds: typeof isExactly): boolean =>
    answered.some((point) => expectations.some((one) => holds(one, point)))
  if (isAny(isAtItsEnd)) return 'a limit with some room: that a share is exactly 0 or 1 no run can show'
  if (isAny(isExactly)) return 'a limit with some room: that a figure is exactly so much no run can show'
  if (isAny(wantsThird)) return '--replications 3: two say too little of how far a percentile may be off'
  return 'a wider range, or more replications'
}
