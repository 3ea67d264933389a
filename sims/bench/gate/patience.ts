/**
 * How long a side is waited for that does not answer. As long as there is time, for want of anything to go by; once
 * another has answered, many times what that took.
 */
const MOST_SECONDS = 300
/** Nobody is given up earlier for the others' sake. */
const LEAST_SECONDS = 20
const TIMES = 20
/** Where the budget leaves less than that: silent for so long, and for so many times what another took, is to hang. */
const HANGS_SECONDS = 3
const HANGS_TIMES = 10

/** Nothing came in time. */
export class Silence extends Error {
  override readonly name = 'Silence'
  /** Others have answered that long ago that this one never will. */
  readonly hangs: boolean
  /** It was the budget that left no more time: that says nothing of who was asked, unless it hangs. */
  readonly cut: boolean

  constructor(message: string, hangs: boolean, cut = false) {
    super(message)
    this.hangs = hangs
    this.cut = cut
  }
}

/**
 * The clock is looked at this often, and no look finds more than a second beyond: while the whole machine stood still, or we
 * did, nobody was waited for.
 */
const LOOK_SECONDS = 1
const MOST_LATE_SECONDS = 1

interface Wait {
  readonly begin: number
  /** Seconds waited up to the last look, and when that was. */
  waited: number
  looked: number
  /** Seconds. */
  readonly most: number
  readonly late: AbortController
  timer: ReturnType<typeof setTimeout> | undefined
}

/** Of all who are asked the same. */
export class Patience {
  /** The longest that an answer has taken, seconds. */
  private longest: number | null = null
  private readonly waits = new Set<Wait>()
  private readonly left: () => number

  /** `left`: seconds that there are for an answer. */
  constructor(left: () => number) {
    this.left = left
  }

  /** What is asked ends with the signal's reason, a Silence, when it has taken too long. */
  async wait<T>(ask: (late: AbortSignal) => Promise<T>): Promise<T> {
    const begin = performance.now()
    const wait: Wait = {
      begin,
      waited: 0,
      looked: begin,
      // What was begun in the last moment gets one.
      most: Math.max(1, Math.min(MOST_SECONDS, this.left())),
      late: new AbortController(),
      timer: undefined,
    }
    this.waits.add(wait)
    this.arm(wait)
    try {
      const answer = await ask(wait.late.signal)
      this.longest = Math.max(this.longest ?? 0, secondsSince(wait))
      for (const other of this.waits) this.arm(other)
      return answer
    } finally {
      clearTimeout(wait.timer)
      this.waits.delete(wait)
    }
  }

  private arm(wait: Wait): void {
    clearTimeout(wait.timer)
    const enough = this.longest === null ? Infinity : enoughAfter(this.longest)
    const seconds = Math.min(wait.most, enough) - look(wait)
    if (seconds > 0) {
      wait.timer = setTimeout(() => this.arm(wait), 1000 * Math.min(LOOK_SECONDS, seconds))
      return
    }
    // What came meanwhile is taken in first.
    setImmediate(() => wait.late.abort(this.silence(wait)))
  }

  private silence(wait: Wait): Silence {
    const { longest } = this
    const { waited } = wait
    const said = `no answer within ${waited.toFixed(waited < 10 ? 1 : 0)} s`
    if (longest === null) return new Silence(said, false, wait.most < MOST_SECONDS)
    return new Silence(
      `${said}, where the other side took ${longest.toFixed(1)} s`,
      waited >= Math.max(HANGS_SECONDS, HANGS_TIMES * longest),
      wait.most < Math.min(MOST_SECONDS, enoughAfter(longest)),
    )
  }
}

/** Seconds for who is silent where another took so many. */
const enoughAfter = (longest: number): number => Math.max(LEAST_SECONDS, TIMES * longest)

/** Seconds that this one has been waited for. */
function look(wait: Wait): number {
  const now = performance.now()
  wait.waited += Math.min((now - wait.looked) / 1000, LOOK_SECONDS + MOST_LATE_SECONDS)
  wait.looked = now
  return wait.waited
}

const secondsSince = ({ begin }: Wait): number => (performance.now() - begin) / 1000
