/**
 * How many fates a replication's turns have: what bounds a share of turns when none of them was so late, or all.
 *
 * The turns of one call are no chances of their own: they have its context and its backlog, and a call that is late at one
 * turn is late at the next. And calls share two things.
 *
 *     the pool     who waits for a place waits because of others. How many calls there are at once changes within the length
 *                  of a call, so only what lies that far apart is independent: those windows are all that can be counted.
 *     the draws    calls take their talk from one table (draws.ts). Two that took it from the same stretch say the same.
 *
 * So calls are counted only where the pool is so large that nobody waits for a place, and of them those whose stretches of the
 * table do not overlap.
 */
import { poissonAbove } from '../lab/analysis/poisson.ts'
import { fatesOf } from '../lab/analysis/rare.ts'
import { ratesOf, type ArrivalLoad } from '../lab/contract/arrival-load.ts'
import { ENTRIES } from './draws.ts'
import type { TurnLatencyParams } from './params.ts'

/** One call: where its talk begins in the table, and its turns: all so far, and those counted as early and as late. */
export interface CallTurns {
  readonly offset: number
  turns: number
  early: number
  late: number
}

/** A turn that waits in one of so many replications touches no bound. */
const HARDLY_EVER = 1e-3
/** Standard deviations by which the pool may be fuller than this replication saw it. */
const LUCK = 6

/** Stretches of time in which the pool serves other calls altogether: one a call length, and one between. */
export const windowsOf = ({ span, callLength }: Pick<TurnLatencyParams, 'span' | 'callLength'>): number =>
  Math.max(1, span / (2 * callLength))

/** By observation, the number of calls with a fate of their own; null where calls may wait for each other. */
export function ownFates(
  params: TurnLatencyParams,
  calls: readonly CallTurns[],
  pool: { readonly utilisation: number; readonly turns: number },
): { readonly earlyLatency: number; readonly lateLatency: number } | null {
  if (pool.turns * chanceOfWait(params, pool.utilisation) > HARDLY_EVER) return null
  return {
    earlyLatency: apart(calls, ({ early }) => early),
    lateLatency: apart(calls, ({ late }) => late),
  }
}

/**
 * A bound on the chance that a turn finds no place. While nobody waits, turns in the pool are a Poisson number: calls begin at
 * random, and each is in the pool or not without regard to the others.
 */
function chanceOfWait(params: TurnLatencyParams, utilisation: number): number {
  const { load, callLength, span, inferenceServers } = params
  const mean = (load === undefined ? 1 : rushOf(load, params)) * utilisation * inferenceServers
  const busy = mean + LUCK * Math.sqrt(mean / Math.max(1, span / callLength))
  return poissonAbove(busy, inferenceServers)
}

/**
 * Calls at once, were they always to begin as at the fullest time that the span sees, over their mean in the span: of its own
 * calls and those that began up to a call length before it.
 */
function rushOf(
  load: ArrivalLoad,
  { callRate, callLength, span }: Pick<TurnLatencyParams, 'callRate' | 'callLength' | 'span'>,
): number {
  const rates = ratesOf(load, callRate)
  const first = Math.ceil(-callLength / load.every)
  const parts = Array.from(
    { length: Math.ceil(span / load.every) - first },
    (_, i) => (first + i) * load.every,
  )
  // Between these the rate is constant, and what is in the span of a call is linear in when it begins.
  const edges = [-callLength, ...parts, 0, span - callLength, span].toSorted((a, b) => a - b)
  let [most, inSpan] = [0, 0]
  for (const [i, to] of edges.entries()) {
    const from = edges[i - 1] ?? to
    if (from === to) continue
    const middle = (from + to) / 2
    const part = Math.floor(middle / load.every) % rates.length
    const rate = rates.at(part)!
    most = Math.max(most, rate)
    inSpan += rate * (to - from) * (Math.min(middle + callLength, span) - Math.max(middle, 0))
  }
  return most === 0 ? 1 : (most * callLength * span) / inSpan
}

/** Fates of the turns that `counted` counts, over calls whose stretches of the table lie apart, taken in the table's order. */
export function apart(calls: readonly CallTurns[], counted: (call: CallTurns) => number): number {
  const chosen: number[] = []
  let free = 0
  for (const call of calls.filter((one) => counted(one) > 0).toSorted((a, b) => a.offset - b.offset)) {
    // Those that go on at the table's beginning are left out: they are few.
    const end = call.offset + call.turns
    if (call.offset < free || end > ENTRIES) continue
    chosen.push(counted(call))
    free = end
  }
  return Math.max(1, fatesOf(chosen))
}
