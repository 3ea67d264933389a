/** One verdict from the outcomes of all benchmarks, and every reason in a sentence. */
import type { Counted } from './counting.ts'
import type { GateBenchmark, GateControl, GateDocument } from './document.ts'
import type { Timed } from './timing.ts'

export type NotMeasured = GateDocument['notMeasured'][number]

const ORDER: readonly GateBenchmark['outcome'][] = [
  'fail',
  'refused',
  'undecided',
  'changed',
  'gone',
  'new',
  'accepted',
  'pass',
]

/** Worst first; among failures the greatest growth of work first, then the slowest. */
export function rank({ outcome, ratio, counters }: GateBenchmark): number {
  const grown = Math.max(0, ...counters.filter((one) => one.grown).map((one) => one.ratio ?? 1e6))
  return ORDER.indexOf(outcome) - Math.min(0.9, Math.log2(1 + Math.max(grown, ratio ?? 0)) / 100)
}

export function grownWhy({ counters }: Counted): string {
  return counters
    .filter(({ grown }) => grown)
    .map(({ name, base, head, where }) => {
      const most = where.length === 0 ? '' : `, most in ${where[0]}`
      return `${name} grew from ${round(base)} to ${round(head)}${most}`
    })
    .join('; ')
}

const round = (value: number): string => (Number.isInteger(value) ? String(value) : value.toPrecision(6))

export function timedWhy({ finding, ratio, low, high, memory, timing }: Timed): string {
  const time = `${ratio.toFixed(3)} times base's time (${low.toFixed(3)}-${high.toFixed(3)})`
  const rounds = `${timing.rounds} rounds${timing.confirming > 0 ? ` and ${timing.confirming} to confirm` : ''}`
  if (finding === 'more memory') return `${memory.ratio.toFixed(3)} times base's peak memory in ${rounds}`
  return `${time} in ${rounds}`
}

/** By how much more of the wall than of the processor a head may take before that is said. */
const WAITS = 1.1

/** No command is known to sleep, and none is refused for it: that head waits for longer is said beside its time. */
export function waitingNotes({ ratio, timing: { wall } }: Timed): string[] {
  if (wall <= WAITS * ratio) return []
  return [
    `by the wall it takes ${wall.toFixed(3)} times base's time: it waits, which processor time does not see and nothing here judges`,
  ]
}

/** What bears on all of them. */
export interface Circumstances {
  /** What head is compared with, as it was asked for. */
  readonly base: string
  /** Differences of which neither side has its own. */
  readonly doubts?: readonly string[]
  /** Head is as base is. */
  readonly nothing?: boolean
}

/**
 * The worst that was found. A gate passes only where everything that differs between the two sides was compared: what
 * time did not suffice for, what base could not be asked, or packages that base asks for and did not get, leave it
 * undecided, and unmeasured where nothing that differs was compared. Benchmarks that are the same program on both sides
 * prove nothing of those that are not. Where nothing differs at all it passes, so that CI may ask on the branch that is
 * compared with, and says that there was nothing to compare.
 */
export function verdictOf(
  benchmarks: readonly GateBenchmark[],
  /** Ids of those that are the same program on both sides. */
  same: ReadonlySet<string>,
  controls: readonly GateControl[],
  notMeasured: readonly NotMeasured[],
  { base, doubts = [], nothing = false }: Circumstances,
): Pick<GateDocument, 'verdict' | 'headline'> {
  const of = (outcome: GateBenchmark['outcome']): GateBenchmark[] =>
    benchmarks.filter((benchmark) => benchmark.outcome === outcome)
  const [failed] = of('fail')
  if (failed !== undefined) {
    const others = of('fail').length - 1
    return {
      verdict: 'fail',
      headline: `${failed.id}: ${failed.why}${others > 0 ? `; and ${others} more` : ''}`,
    }
  }
  // What could not be done at all, before how well the rest was measured: that is often for want of the time it took.
  const [refused] = of('refused')
  if (refused !== undefined)
    return { verdict: 'unmeasured', headline: `could not measure ${refused.id}: ${refused.why}` }
  const broken = controls.find(({ ok }) => !ok)
  if (broken !== undefined) {
    return {
      verdict: 'unmeasured',
      headline: `could not measure: control on ${broken.benchmark}: ${broken.said}`,
    }
  }
  const compared = benchmarks.filter(({ outcome }) => COMPARED.has(outcome))
  const left = [...of('changed'), ...notMeasured]
  const leftSaid =
    left.length > 0 ? `; ${left.length} not compared, ${left[0]!.id} first: ${left[0]!.why}` : ''
  if (compared.length === 0 || (left.length > 0 && compared.every(({ id }) => same.has(id)))) {
    return {
      verdict: 'unmeasured',
      headline: `could not measure: nothing ${compared.length === 0 ? '' : 'that differs '}was compared${leftSaid}`,
    }
  }
  const open = of('undecided')
  if (open.length > 0) {
    return {
      verdict: 'undecided',
      headline: `${open.length} of ${benchmarks.length} undecided, ${open[0]!.id} first${leftSaid}`,
    }
  }
  const clear = `${of('pass').length} of ${benchmarks.length - of('gone').length} clear`
  if (left.length > 0) return { verdict: 'undecided', headline: `${clear}${leftSaid}` }
  const [doubt] = doubts
  if (doubt !== undefined) return { verdict: 'undecided', headline: `${clear}, but ${doubt}` }
  const gone = of('gone')
  const goneSaid = gone.length > 0 ? `; gone since base: ${gone.map(({ id }) => id).join(', ')}` : ''
  const against = nothing ? `nothing to compare, as head is what ${base} is` : `no slower than ${base}`
  return { verdict: 'pass', headline: `${against}: ${clear}${goneSaid}` }
}

const COMPARED = new Set<GateBenchmark['outcome']>(['pass', 'undecided', 'accepted'])
