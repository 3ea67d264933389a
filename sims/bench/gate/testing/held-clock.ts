/**
 * The clock of who waits, in a test's hands: no test waits for what never comes, and none gives up on a busy machine.
 *
 * It stands still, but while all who are waited for are those that never answer.
 */
import { vi } from 'vitest'
import { Patience } from '../patience.ts'

type Wait = <T>(this: Patience, ask: (late: AbortSignal) => Promise<T>) => Promise<T>

/** How many were asked, how many of these have answered, and how many are waited for no longer. */
let asked = 0
let answers = 0
let over = 0

/** From now on, until it is let go. What looks at the real clock has to have done so. */
export function holdClock(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  asked = answers = over = 0
  const wait = Object.getOwnPropertyDescriptor(Patience.prototype, 'wait')!.value as Wait
  vi.spyOn(Patience.prototype, 'wait').mockImplementation(async function (this: Patience, ask) {
    asked++
    try {
      const answer = await wait.call(this, ask)
      answers++
      return answer
    } finally {
      over++
    }
  })
}

export function letClockGo(): void {
  vi.useRealTimers()
  vi.restoreAllMocks()
}

const realTimeout = setTimeout
const pause = (ms: number): Promise<void> => new Promise((done) => void realTimeout(done, ms))

/** How often it is looked whether time is to pass, milliseconds. */
const LOOK_MS = 10
/** What passes then. */
const STEP_SECONDS = 10

export interface When {
  /** So many are waited for. */
  readonly hanging?: number
  /** At least so many have answered. */
  readonly answered?: number
  /**
   * How many have hung so far, by what they said of it themselves: time passes only while so many of them as are waited for
   * have not been given up. Where others that work are asked one at a time, nothing else tells them from those that hang.
   */
  readonly hung?: () => number
}

/** What `ending` ends with. Time passes again and again as long as `when` says. */
export async function passTime<T>(
  ending: Promise<T>,
  { hanging = 1, answered = 0, hung }: When = {},
): Promise<T | Error> {
  const state: { ended?: T | Error } = {}
  void ending.then(
    (value) => (state.ended = value),
    (error: Error) => (state.ended = error),
  )
  const isTime = (): boolean =>
    asked - over === hanging && answers >= answered && (hung?.() ?? Infinity) >= over - answers + hanging
  while (state.ended === undefined) {
    await pause(LOOK_MS)
    if (isTime()) vi.advanceTimersByTime(1000 * STEP_SECONDS)
  }
  return state.ended
}
