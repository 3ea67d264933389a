/**
 * Fault injection: dies by SIGKILL, as `kill -9` would have it, at the n-th passing of a named point.
 *
 * The points are the places where what is durable, what was promised and what was sent come apart. Without a plan a
 * point costs a comparison.
 */
export const FAULT_POINTS = [
  'accept-posted',
  'before-commit',
  'after-commit',
  'accept-durable',
  'send-started',
  'response-received',
  'outcome-durable',
  'keys-merged',
  'checkpointed',
] as const
export type FaultPoint = (typeof FAULT_POINTS)[number]

export interface FaultPlan {
  readonly point: FaultPoint
  /** Which passing is the last: 1 for the first. */
  readonly passing: number
}

/** Called at every point. */
export type Fault = (point: FaultPoint) => void

export function faultOf(plan: FaultPlan | undefined): Fault {
  if (plan === undefined) return () => {}
  let left = plan.passing
  return (point) => {
    if (point === plan.point && --left === 0) process.kill(process.pid, 'SIGKILL')
  }
}
