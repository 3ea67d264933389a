/**
 * What a gate has found so far, benchmark by benchmark: what is settled, what was let through by name while the rest is not
 * known yet, and what was not measured.
 */
import { acceptanceOf, type AcceptFile, type Kind } from './accept.ts'
import type { Contest } from './contest.ts'
import type { Counted } from './counting.ts'
import type { GateBenchmark } from './document.ts'
import { SideFailed } from './duel.ts'
import { Refused } from './refused.ts'
import { rank, type NotMeasured } from './verdict.ts'

type Accepted = NonNullable<GateBenchmark['accepted']>
type Outcome = GateBenchmark['outcome']

export class Findings {
  readonly notMeasured: NotMeasured[] = []
  private readonly accept: AcceptFile
  private readonly today: string
  private readonly done = new Map<string, GateBenchmark>()
  private readonly counted = new Map<string, Counted>()
  private readonly letThrough = new Map<string, { readonly why: string; readonly accepted: Accepted }>()

  /** `today` as 2027-01-31. */
  constructor(accept: AcceptFile, today: string) {
    this.accept = accept
    this.today = today
  }

  /** Worst first. */
  get benchmarks(): readonly GateBenchmark[] {
    return [...this.done.values()].toSorted((a, b) => rank(a) - rank(b))
  }

  has(outcome: Outcome): boolean {
    return [...this.done.values()].some((one) => one.outcome === outcome)
  }

  /** Nothing more can be found of it. */
  isSettled(id: string): boolean {
    return this.done.has(id) || this.notMeasured.some((one) => one.id === id)
  }

  /** Whether this kind is let through today. */
  accepts(id: string, kind: Kind): boolean {
    return this.acceptance(id, kind)?.expired === false
  }

  leaveOut(id: string, why: string): void {
    if (!this.isSettled(id)) this.notMeasured.push({ id, why })
  }

  /** What was counted is told of it whatever becomes of it. */
  count(id: string, counted: Counted): void {
    this.counted.set(id, counted)
  }

  settle(
    { id, laidOver }: Pick<Contest, 'id' | 'laidOver'>,
    outcome: Outcome,
    /** Null where all is said by what was let through. */
    why: string | null,
    timed: Partial<GateBenchmark> = {},
  ): void {
    const counted = this.counted.get(id)
    const through = this.letThrough.get(id)
    this.done.set(id, {
      id,
      outcome: outcome === 'pass' && through !== undefined ? 'accepted' : outcome,
      why: [through?.why, why].filter((text) => typeof text === 'string').join('; '),
      ratio: null,
      low: null,
      high: null,
      order: null,
      memory: null,
      timing: null,
      counters: counted?.counters ?? [],
      laidOver,
      accepted: through?.accepted ?? null,
      ...timed,
      notes: [...(counted?.notes ?? []), ...(timed.notes ?? [])],
    })
  }

  /** By its counts alone, where it has any; `untimed` says why. */
  settleCounted(contest: Contest, untimed: string): void {
    const { id } = contest
    if (!this.counted.has(id) || this.isSettled(id)) return
    const why = this.letThrough.has(id) ? untimed : `it does no more work than at base; ${untimed}`
    this.settle(contest, 'pass', why)
  }

  /** `kind`: of what was asked. What does not end where base does has more of it, and may be let through as that. */
  settleFailed(contest: Contest, error: unknown, kind: 'work' | 'time'): void {
    if (error instanceof Refused) this.settle(contest, 'refused', error.message)
    else if (!(error instanceof SideFailed)) throw error
    else if (error.side === 'base' && error.message === 'there is no such row') {
      this.settle(contest, 'new', 'base has no such benchmark')
    } else if (error.side === 'base' && contest.laidOver.length > 0) {
      this.settle(contest, 'changed', `base cannot be asked head's question: ${error.message}`)
    } else if (error.side === 'head' && error.hangs) {
      const why = `head ${error.message.replace('the other side', 'base')}`
      if (this.passes(contest, 'fail', kind, why)) this.settle(contest, 'pass', null)
    } else this.settle(contest, 'refused', `${error.side}: ${error.message}`)
  }

  /**
   * Whether what is bad was accepted by name, each kind for itself: then the rest is looked into as if nothing had been
   * found. Settles the benchmark where it was not.
   */
  passes(
    contest: Contest,
    outcome: 'fail' | 'refused',
    kind: Kind,
    why: string,
    said: Partial<GateBenchmark> = {},
  ): boolean {
    const { id } = contest
    const accepted = this.acceptance(id, kind)
    if (accepted === null || accepted.expired) {
      this.settle(contest, outcome, why, { ...said, ...(accepted && { accepted }) })
      return false
    }
    const before = this.letThrough.get(id)
    this.letThrough.set(id, {
      why: before === undefined ? why : `${before.why}; ${why}`,
      accepted: before === undefined ? accepted : bothOf(before.accepted, accepted),
    })
    return true
  }

  private acceptance(id: string, kind: Kind): Accepted | null {
    const found = acceptanceOf(this.accept, id, kind, this.today)
    if (found === null) return null
    const { reason, until } = found.entry
    return { reason, until, expired: found.expired }
  }
}

/** What two entries of the file say, as one: until the first of them runs out. */
function bothOf(one: Accepted, other: Accepted): Accepted {
  if (one.reason === other.reason && one.until === other.until) return one
  const [until] = [one.until, other.until].toSorted() as [string]
  return { reason: `${one.reason}; ${other.reason}`, until, expired: false }
}
