/**
 * The service's clock: ms since 1970 as they were at the start, and from there by the monotonic clock. A step of the wall
 * clock, forward or back, moves no timer. (Signatures carry the wall clock's time, for receivers compare it with theirs.)
 */
export type Clock = () => number

export function openClock(): Clock {
  const origin = Date.now() - performance.now()
  return () => origin + performance.now()
}

/** The same, ahead by so many ms. */
export function shifted(clock: Clock, by: number): Clock {
  return by === 0 ? clock : () => clock() + by
}
