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
  /** Seconds that there were at its begin. */
  readonly left: number
  readonly late: AbortController
  timer: ReturnType<typeof setTimeout> | undefined
}

/** Of all who are asked the same. */
export class Patience {
  /** The longest that an answer has taken, seconds. */
  private longest: number | null = null
  private readonly waits = new Set<Wait>()
  private readonly left: () => number
  private readonly hurries: boolean
  private readonly asksAgain: boolean

  /**
   * `left`: seconds that there are for an answer; how soon others have answered counts where one `hurries`. Who is silent
   * then is left half the time where one `asksAgain`.
   */
  constructor(left: () => number, how: { readonly hurries?: boolean; readonly asksAgain?: boolean } = {}) {
    this.left = left
    this.hurries = how.hurries ?? true
    this.asksAgain = how.asksAgain ?? false
  }

  /** What is asked ends with the signal's reason, a Silence, when it has taken too long. */
  async wait<T>(ask: (late: AbortSignal) => Promise<T>): Promise<T> {
    const begin = performance.now()
    const wait: Wait = {
      begin,
      waited: 0,
      looked: begin,
      left: this.left(),
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
    const seconds = Math.min(this.most(wait), this.enough()) - look(wait)
    if (seconds > 0) {
      wait.timer = setTimeout(() => this.arm(wait), 1000 * Math.min(LOOK_SECONDS, seconds))
      return
    }
    // What came meanwhile is taken in first.
    setImmediate(() => wait.late.abort(this.silence(wait)))
  }

  private most({ left }: Wait): number {
    const spared = this.asksAgain && this.longest !== null ? left / 2 : left
    // What was begun in the last moment gets one.
    return Math.max(1, Math.min(MOST_SECONDS, spared))
  }

  /** Seconds for who is silent where others have answered. */
  private enough(): number {
    if (this.longest === null || !this.hurries) return Infinity
    return Math.max(LEAST_SECONDS, TIMES * this.longest)
  }

  private silence(wait: Wait): Silence {
    const { longest } = this
    const { waited } = wait
    const seconds = `${waited.toFixed(waited < 10 ? 1 : 0)} s`
    const cut = this.most(wait) < Math.min(MOST_SECONDS, this.enough())
    if (longest === null) return new Silence(`no answer within ${seconds}`, false, cut)
    const took = `the other side took ${longest.toFixed(1)} s`
    if (waited >= Math.max(HANGS_SECONDS, HANGS_TIMES * longest))
      return new Silence(`had not ended after ${seconds}, ${took}`, true, cut)
    return new Silence(`no answer within ${seconds}, where ${took}`, false, cut)
  }
}

/** Seconds that this one has been waited for. */
function look(wait: Wait): number {
  const now = performance.now()
  wait.waited += Math.min((now - wait.looked) / 1000, LOOK_SECONDS + MOST_LATE_SECONDS)
  wait.looked = now
  return wait.waited
}

const secondsSince = ({ begin }: Wait): number => (performance.now() - begin) / 1000
