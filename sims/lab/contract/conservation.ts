/**
 * Conservation (invariant 1): whatever was injected is completed, queued, running, dropped or expired, and nothing
 * is counted twice. Counts are whole and compared exactly: one lost customer in a billion is a bug, not noise.
 */
import type { InvariantSample } from './invariant.ts'

/** Conservation (invariant 1): injected = completed + queued + running + dropped + expired. */
export interface Flow {
  injected: number
  completed: number
  queued: number
  running: number
  dropped: number
  expired: number
}

/** Checks one replication's flow; `detail` names the difference, or the count that is negative or not whole. */
export function conserves(flow: Flow): Omit<InvariantSample, 'name'> {
  const { injected, completed, queued, running, dropped, expired } = flow
  const parts = { injected, completed, queued, running, dropped, expired }
  for (const [name, count] of Object.entries(parts)) {
    if (!(Number.isSafeInteger(count) && count >= 0)) {
      return { ok: false, detail: `${name} is ${count}, not a whole number` }
    }
  }
  const found = completed + queued + running + dropped + expired
  if (found === injected) return { ok: true }
  const difference = injected - found
  const what = difference > 0 ? `${difference} lost` : `${-difference} too many`
  return { ok: false, detail: `injected ${injected}, accounted for ${found}: ${what}` }
}
