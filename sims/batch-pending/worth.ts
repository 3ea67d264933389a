/** For jobs of which duration a way is worth it: what it saves of the time, against polling every `pollInterval`. */
import { pollDelay } from '../lab/analysis/theory/index.ts'
import { seen, type Pauses } from './looks.ts'
import type { BatchParams } from './params.ts'
import { WAYS } from './ways.ts'

/** A saving that is worth the trouble. */
export const WORTH = 0.05

/** Durations that are looked at for what a way is worth: a second to a month, 24 an octave. */
const SHORTEST = 1
const LONGEST = 30 * 86_400
const STEP = 2 ** (1 / 24)

/** Mean delay of a way for a job of this duration: of looks over the durations of half an octave either way. */
export function noticeAt(params: BatchParams, duration: number, meanNotice: number): number {
  const { learning } = WAYS[params.way]
  if (learning.kind === 'wait') return duration <= learning.requests * learning.hop ? 0 : Infinity
  return learning.kind === 'looks' ? looksAt(learning.pauses, params, duration) : meanNotice
}

const LOOKS = 96
/** After so many pauses of one length the delay no longer depends on the duration. */
const MANY = 20

function looksAt(pauses: Pauses, params: BatchParams, duration: number): number {
  const pause = pauses === 'fixed' ? params.pollInterval : pauses === 'capped' ? params.pollCap : Infinity
  if (duration > MANY * pause) return pollDelay(pause)
  let sum = 0
  for (let i = 0; i < LOOKS; i++) {
    const one = duration * 2 ** ((i + 0.5) / LOOKS - 0.5)
    sum += Math.max(0, seen(pauses, params, one).at - one)
  }
  return sum / LOOKS
}

/** Share of the time that this way saves, against polling every `pollInterval`, in a job of this duration; negative where it costs. */
export function savedShareAt(params: BatchParams, duration: number, meanNotice: number): number {
  const polled = looksAt('fixed', params, duration)
  return (polled - noticeAt(params, duration, meanNotice)) / (duration + polled)
}

/** The longest duration for which this way saves 5 % or more; 0 where there is none. */
export function worthUnder(params: BatchParams, meanNotice: number): number {
  for (let duration = LONGEST; duration >= SHORTEST; duration /= STEP) {
    if (savedShareAt(params, duration, meanNotice) >= WORTH) return duration
  }
  return 0
}
