/** The second part of the gate: rounds of both sides until the verdict is clear, and once more where it is bad. */
import type { ClockName } from './clock.ts'
import type { GateBenchmark, GateControl } from './document.ts'
import { logRatio, type Played } from './duel.ts'
import { Refused, TimeUp } from './refused.ts'
import {
  areAlike,
  confirm,
  judge,
  negated,
  orderOf,
  planOf,
  ratioOf,
  type Finding,
  type Order,
  type Plan,
  type Ratio,
} from './judge.ts'

export interface TimingOptions {
  readonly plan: Plan
  /** How much the peak memory may grow, if not what is usual. */
  readonly memory?: number
  readonly clock: ClockName
  readonly cache: string
  readonly seed: number
  readonly signal: AbortSignal
  /** Kinds that are let through by name: a finding of one is no reason to stop before the other is known. */
  readonly accepted?: ReadonlySet<'time' | 'memory'>
  /** Go on until the order of the two is known, however little they differ, or the last look. */
  readonly wantsOrder?: boolean
  /** True when no further round may begin. */
  readonly isOver: () => boolean
  /** Seconds that are left for what has begun. */
  readonly left: () => number
  readonly onProgress: (text: string) => void
}

/** Peak memory may grow by this share. */
const MEMORY_TOLERANCE = 0.05
const MEMORY_LEAST_BYTES = 1 << 20
/** A benchmark that sleeps for more than this share of its time is none of processor time. */
const MOST_ASLEEP = 0.2
const SLEEP_ROUNDS = 4

export interface Timed extends Ratio {
  readonly order: Order | null
  readonly finding: 'slower' | 'more memory' | Exclude<Finding, 'slower'>
  readonly memory: Ratio
  readonly timing: NonNullable<GateBenchmark['timing']>
  readonly notes: readonly string[]
}

export interface Pair {
  readonly base: Played
  readonly head: Played
}

export type JudgeOptions = Pick<
  TimingOptions,
  'plan' | 'memory' | 'accepted' | 'clock' | 'wantsOrder' | 'isOver' | 'onProgress'
>

const KINDS = ['time', 'memory'] as const
const NOTHING: ReadonlySet<'time' | 'memory'> = new Set()

/** Asks for rounds until the verdict is there. Null when time was up before a single look. */
export async function timeBoth(
  id: string,
  playPair: () => Promise<Pair>,
  options: JudgeOptions,
): Promise<Timed | null> {
  const { plan, clock, isOver, onProgress, wantsOrder = false, accepted = NOTHING } = options
  const memoryPlan = planOf(plan.benchmarks, options.memory ?? MEMORY_TOLERANCE)
  /** Why a round that was begun has not been ended. */
  let late: TimeUp | null = null
  const play = async (pairs: Pair[], text: string): Promise<void> => {
    onProgress(`${id}: ${text} ${pairs.length + 1}`)
    try {
      pairs.push(await playPair())
    } catch (error) {
      if (!(error instanceof TimeUp)) throw error
      late = error
      return
    }
    refuseSleepers(pairs, clock)
  }
  const isEnded = (): boolean => late !== null || isOver()
  const rounds: Pair[] = []
  const last = plan.looks.at(-1)!
  let order: Order | 'alike' | null = null
  let time: Finding = 'undecided'
  let memory: Finding = 'undecided'
  const isBad = (kind: 'time' | 'memory'): boolean => (kind === 'time' ? time : memory) === 'slower'
  const isOpen = (): boolean =>
    rounds.length < last &&
    !KINDS.some((kind) => isBad(kind) && !accepted.has(kind)) &&
    (time === 'undecided' || memory === 'undecided' || (time === 'clear' && order === null && wantsOrder))
  while (isOpen()) {
    if (isEnded()) break
    await play(rounds, 'round')
    if (late !== null) break
    if (time === 'undecided') time = judge(rounds.map(slowerBy), plan)
    if (memory === 'undecided') memory = judgeMemory(rounds, memoryPlan)
    order ??= orderOf(rounds.map(slowerBy), plan)
    if (wantsOrder && areAlike(rounds.map(slowerBy), plan)) order ??= 'alike'
  }
  if (rounds.length < plan.looks[0]!) {
    if (late !== null) throw late as TimeUp
    return null
  }
  const again: Pair[] = []
  // Of two the one that is not let through: it decides.
  const suspect = KINDS.find((kind) => isBad(kind) && !accepted.has(kind)) ?? KINDS.find(isBad) ?? null
  let confirmed = false
  if (suspect !== null) {
    while (again.length < plan.confirmLooks.at(-1)! && !isEnded() && !confirmed) {
      await play(again, 'confirming round')
      confirmed =
        suspect === 'time'
          ? confirm(again.map(slowerBy), plan) === 'confirmed'
          : confirm(again.map(grownBy), memoryPlan) === 'confirmed'
    }
  }
  const all = [...rounds, ...again]
  const bad = suspect === 'time' ? 'slower' : 'more memory'
  const clear = time === 'clear' && memory === 'clear'
  // Where one is let through and the other is not, nothing passes before that other is known.
  const otherIsOpen =
    suspect !== null &&
    accepted.has(suspect) &&
    KINDS.some((kind) => !accepted.has(kind) && (kind === 'time' ? time : memory) === 'undecided')
  return {
    order: order === 'alike' ? null : order,
    // What fresh rounds did not bear out stays open.
    finding: confirmed && !otherIsOpen ? bad : clear ? 'clear' : 'undecided',
    // The rounds that led to a finding are chosen for it; those that confirm it are not.
    ...ratioOf((confirmed ? again : all).map(slowerBy)),
    memory: ratioOf((confirmed ? again : all).map(grownBy)),
    timing: {
      clock,
      rounds: rounds.length,
      confirming: again.length,
      p95: ratioOf(logs(all, ({ p95 }) => p95)).ratio,
      wall: ratioOf(logs(all, ({ wall }) => wall)).ratio,
      gc: {
        base: mean(all.map((pair) => pair.base.finish.gc)),
        head: mean(all.map((pair) => pair.head.finish.gc)),
      },
    },
    notes: [
      ...(suspect !== null && !confirmed
        ? [`found ${bad} in ${rounds.length} rounds, and not again in ${again.length} fresh ones`]
        : []),
      ...briefNotes(all),
    ],
  }
}

const slowerBy = ({ base, head }: Pair): number => logRatio(base, head)
const grownBy = ({ base, head }: Pair): number => Math.log(peakOf(head) / peakOf(base))
const peakOf = ({ finish }: Played): number => finish.peak

function logs(rounds: readonly Pair[], of: (played: Played) => number): number[] {
  return rounds.map(({ base, head }) => Math.log(of(head) / of(base)))
}

/** That what is compared is in part the clock: whatever became slower shows as less than it is. */
function briefNotes(rounds: readonly Pair[]): string[] {
  const brief = rounds.flatMap(({ base, head }) => [base.brief ?? [], head.brief ?? []].flat())
  if (brief.length === 0) return []
  const us = Math.max(1, 1e6 * Math.min(...brief)).toFixed(0)
  return [
    `for its hooks each run is timed by itself, and one takes ${us} us, of which asking the clock is a part: a slowdown may show as less than it is`,
  ]
}

function judgeMemory(rounds: readonly Pair[], plan: Plan): Finding {
  const finding = judge(rounds.map(grownBy), plan)
  const more = mean(rounds.map(({ base, head }) => peakOf(head) - peakOf(base)))
  return finding === 'slower' && more < MEMORY_LEAST_BYTES ? 'undecided' : finding
}

/**
 * Throws Refused for a benchmark of which a side mostly waits, in each of its first rounds. On a machine whose host is
 * busy a round may look asleep that was only kept from running; one that sleeps does so every time. One side is enough: a
 * head that begins to wait is slower, and by processor time it is not.
 */
function refuseSleepers(rounds: readonly Pair[], clock: ClockName): void {
  if (clock !== 'cpu' || rounds.length !== SLEEP_ROUNDS) return
  const least = (side: 'base' | 'head'): number =>
    Math.min(...rounds.map((pair) => pair[side].finish.asleep ?? 0))
  const [base, head] = [least('base'), least('head')]
  if (Math.max(base, head) <= MOST_ASLEEP) return
  const shares = [base, head].map((asleep) => `${Math.round(100 * asleep)} %`)
  throw new Refused(
    `it sleeps, waiting for a timer, a disk or another process, for ${shares[0]} of its time or more at base and ${shares[1]} at head: processor time says nothing of it`,
  )
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** How much slower the copy is that must be found. */
export const CONTROL_SLOWER = 0.1
/**
 * One benchmark, by itself. Base against itself may differ in either direction, each at half the level: eleven rounds are
 * the fewest that can reach it.
 */
const CONTROL_PLAN: Plan = { ...planOf(1), looks: [11, 14, 20, 30, 45, 60] }
const EITHER_WAY: Plan = { ...CONTROL_PLAN, alpha: CONTROL_PLAN.alpha / 2 }

/** Whether rounds of the same code differ, as they must not: slower or faster, that gate would not know one from another. */
const differs = (logRatios: readonly number[]): boolean =>
  judge(logRatios, EITHER_WAY) === 'slower' || judge(negated(logRatios), EITHER_WAY) === 'slower'

/** Base against itself, which must be found alike, and against a copy slowed by a tenth, which must be found slower. */
export async function timeControls(
  id: string,
  /** Rounds of base, base again and the slowed copy. */
  playControls: () => Promise<readonly Played[]>,
  { isOver, onProgress }: Pick<TimingOptions, 'isOver' | 'onProgress'>,
): Promise<GateControl[]> {
  const plan = CONTROL_PLAN
  const same: number[] = []
  const slow: number[] = []
  let isAlike = true
  let found: Finding = 'undecided'
  while (same.length < plan.looks.at(-1)! && !isOver() && found === 'undecided') {
    onProgress(`control ${id}: round ${same.length + 1}`)
    const [first, again, slowed] = (await playControls()) as [Played, Played, Played]
    same.push(logRatio(first, again))
    slow.push(logRatio(first, slowed))
    if (differs(same)) isAlike = false
    found = judge(slow, plan)
  }
  const seen = (logRatios: readonly number[]): string => {
    if (logRatios.length === 0) return 'no round was played'
    const { ratio, low, high } = ratioOf(logRatios)
    return `${ratio.toFixed(3)} (${low.toFixed(3)}-${high.toFixed(3)}) in ${logRatios.length} rounds`
  }
  return [
    {
      of: 'time',
      benchmark: id,
      ok: isAlike && same.length > 0,
      said: `base against itself: ${seen(same)}`,
    },
    {
      of: 'time',
      benchmark: id,
      ok: found === 'slower',
      said: `a copy slowed by ${Math.round(100 * CONTROL_SLOWER)} %: ${seen(slow)}, ${found === 'slower' ? 'found' : isOver() ? 'not found before time was up' : 'not found'}`,
    },
  ]
}
