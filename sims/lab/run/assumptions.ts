/**
 * The tornado: each uncertain parameter at its low and its high end, all others at their middle, and what that does
 * to the answer. The ends are measured as the answer was, with its seed and as many replications, so the bars compare
 * worlds and not luck; the middle is the answer itself.
 *
 * A sim whose world is too large to be simulated again for every end offers a cheaper one (`probe`). Its answers are not
 * the run's, but how they move is: each end is the answer times what the cheap world's answer was multiplied by.
 */
import type { AssumptionDocument } from '../contract/document.ts'
import { isPart, readFigure } from '../contract/figure.ts'
import type { At } from '../contract/sim.ts'
import type { Point } from './fold.ts'
import { combinations } from './grid.ts'
import { Interrupted } from './point.ts'
import { ScenarioErrors } from './scenario/errors.ts'
import type { Scenario } from './scenario/load.ts'
import { quantityAt } from './scenario/params.ts'
import { firstPassing } from './search.ts'
import { surelyPasses } from './judgement.ts'

/** What a probe needs of its request. */
type Probing = Pick<ProbeRequest, 'scenario' | 'at' | 'metric' | 'measure'>

export interface ProbeRequest {
  readonly scenario: Scenario
  readonly signal: AbortSignal
  /** The point that the answer speaks of; a search is probed at every point of its sweep. */
  readonly at: At
  /** The figure that answers when nothing is searched. */
  readonly metric: string
  /** Of the answer. */
  readonly unit: string
  /** What the run answered, with its interval. */
  readonly answer: Probed
  /** A point of the cheaper world if there is one, with the answer's number of replications. */
  readonly measure: (at: At, overrides: Readonly<Record<string, number>>) => Promise<Point>
}

interface Probed {
  readonly value: number | null
  readonly interval: readonly [number, number] | null
  /** The parameters cannot all be so at once. */
  readonly isImpossible?: true
}

type Effect = NonNullable<AssumptionDocument['effect']>

/** Uncertain parameters, the most influential first. */
export async function assumptionsOf(request: ProbeRequest): Promise<AssumptionDocument[]> {
  const { scenario, signal, metric, unit, answer } = request
  const { assumptions, sim, find } = scenario
  const of = find ? find.param : metric
  try {
    const middle = sim.probe && assumptions.length > 0 ? await probe(request, {}) : answer
    const probed: (AssumptionDocument & { effect: Effect })[] = []
    for (const assumption of assumptions) {
      const { path } = assumption
      const low = scaled(await probe(request, { [path]: assumption.low }), middle, request)
      const high = scaled(await probe(request, { [path]: assumption.high }), middle, request)
      const effect: Effect = {
        of,
        unit,
        low: low.value,
        mid: answer.value,
        high: high.value,
        intervals: { low: low.interval, mid: answer.interval, high: high.interval },
      }
      probed.push({ ...assumption, effect })
    }
    return probed.toSorted((a, b) => compare(influence(b), influence(a)))
  } catch (error) {
    if (error instanceof Interrupted || signal.aborted) return [...assumptions]
    throw error
  }
}

/** An end of the cheap world, carried over to the answer. */
function scaled(
  end: Probed,
  middle: Probed,
  { scenario, answer, metric }: Pick<ProbeRequest, 'scenario' | 'answer' | 'metric'>,
): Probed {
  if (!scenario.sim.probe || end.value === null || middle.value === null || answer.value === null) return end
  const factor = middle.value === 0 ? 1 : answer.value / middle.value
  const { sim, find } = scenario
  const isWhole = find !== null && quantityAt(sim, find.param)?.integer === true
  const read = readFigure(metric, sim)
  // A part that grows with the cheap world's does not outgrow its whole.
  const most = find === null && read.ok && isPart(read.figure.spec) ? 1 : Infinity
  const carry = (value: number): number =>
    Math.min(most, isWhole ? Math.round(value * factor) : value * factor)
  return {
    value: carry(end.value),
    interval: end.interval && [carry(end.interval[0]), carry(end.interval[1])],
  }
}

export interface CaseRequest extends Pick<ProbeRequest, 'scenario' | 'at' | 'metric'> {
  /** What the run answered. */
  readonly answer: number | null
  /** A `measure` whose worlds are its own. */
  readonly measurer: () => ProbeRequest['measure']
}

/**
 * The answer in one case of all assumptions, carried over from the cheap world where there is one; null where nothing
 * searched will do, undefined for a case that cannot be.
 */
export function caseOf({
  scenario,
  at,
  metric,
  answer,
  measurer,
}: CaseRequest): (overrides: Readonly<Record<string, number>>) => Promise<number | null | undefined> {
  const answerTo = async (overrides: Readonly<Record<string, number>>): Promise<Probed> =>
    probe({ scenario, at, metric, measure: measurer() }, overrides)
  const isCheap = scenario.sim.probe !== undefined
  const middle = isCheap ? answerTo({}) : Promise.resolve({ value: answer, interval: null })
  // Asked for before it is needed; an interruption is told by whoever waits for it.
  middle.catch(() => {})
  // A case is drawn between the ends; what is counted in wholes is a whole there too.
  const whole = (overrides: Readonly<Record<string, number>>): Readonly<Record<string, number>> =>
    Object.fromEntries(
      Object.entries(overrides).map(([path, value]) => [
        path,
        quantityAt(scenario.sim, path)?.integer ? Math.round(value) : value,
      ]),
    )
  return async (overrides) => {
    const probed = await answerTo(whole(overrides))
    if (probed.isImpossible) return undefined
    return scaled(probed, await middle, { scenario, metric, answer: { value: answer, interval: null } }).value
  }
}

/** Width of the bar; an end without an answer is beyond the range searched, so it counts as the widest. */
function influence({ effect }: { readonly effect: Effect }): number {
  if (effect.low === null || effect.high === null) return Infinity
  return Math.abs(effect.high - effect.low)
}

// Infinity less Infinity is no number, and no order.
const compare = (a: number, b: number): number => (a === b ? 0 : a - b)

/** What answers there; cases that are drawn may be such as cannot be. */
async function probe(
  { scenario, at: answered, metric, measure }: Probing,
  overrides: Readonly<Record<string, number>>,
): Promise<Probed> {
  const { sim, find, expect: expectations } = scenario
  const measured = async (at: At): Promise<Point | null> => {
    try {
      return await measure(at, overrides)
    } catch (error) {
      if (error instanceof ScenarioErrors) return null
      throw error
    }
  }
  if (!find) {
    const point = await measured(answered)
    if (point === null) return IMPOSSIBLE
    const { value, low, high } = point.metrics[metric]!
    return { value, interval: low === null || high === null ? null : [low, high] }
  }
  const grid = combinations(scenario.sweep)
  let isPossible = false
  const index = await firstPassing(find.values.length, async (each) => {
    for (const at of grid) {
      const point = await measured({ ...at, [find.param]: find.values[each]! })
      // With another value searched the rest may be possible: this one will not do.
      if (point === null) return false
      isPossible = true
      if (!surelyPasses(sim, expectations, point, find.confidence)) return false
    }
    return true
  })
  return isPossible ? { value: find.values[index] ?? null, interval: null } : IMPOSSIBLE
}

const IMPOSSIBLE: Probed = { value: null, interval: null, isImpossible: true }
