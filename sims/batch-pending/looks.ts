/** Polling: when somebody who looks now and then sees that a job is done, and how often they looked. */
import type { BatchParams } from './params.ts'

export interface Seen {
  /** After the submission, s; at least when it happened. */
  readonly at: number
  /** Looks until then; the first is at the submission. */
  readonly looks: number
}

/** Looks `interval` apart see something that happens `after` seconds after the first. */
export function seenEvery(interval: number, after: number): Seen {
  const pauses = Math.ceil(after / interval)
  return { at: Math.max(after, pauses * interval), looks: pauses + 1 }
}

/** Pauses that are doubled from `first` up to `cap` (Infinity: for ever). */
export function seenDoubling(first: number, cap: number, after: number): Seen {
  let at = 0
  let looks = 1
  let pause = first
  while (at < after && pause < cap) {
    at += pause
    pause *= 2
    looks++
  }
  if (at >= after) return { at, looks }
  const rest = seenEvery(cap, after - at)
  return { at: Math.max(after, at + rest.at), looks: looks + rest.looks - 1 }
}

export type Pauses = 'fixed' | 'capped' | 'doubling'
export type LookParams = Pick<BatchParams, 'pollInterval' | 'pollFirst' | 'pollCap'>

/** As the parameters say. */
export function seen(pauses: Pauses, { pollInterval, pollFirst, pollCap }: LookParams, after: number): Seen {
  if (pauses === 'fixed') return seenEvery(pollInterval, after)
  return seenDoubling(pollFirst, pauses === 'capped' ? pollCap : Infinity, after)
}
