/**
 * One replication without a clock: how many steps a plain backtracking matcher takes on the worst texts that a search over
 * each pattern's automaton proposes. It says which patterns are dangerous to engines that backtrack, the same on every
 * machine; what an engine makes of them is measured live.
 */
import { parsePattern, proposeAttacks, UnreadablePattern } from '../../engines/ambiguity/index.ts'
import type { Measures, ReplicationContext } from '../lab/contract/sim.ts'
import { NOTHING } from './metrics.ts'
import type { ShootoutParams } from './params.ts'

/** Slopes of steps on log-log, at the 60,000 steps where a row ends: a power that people write is below. */
const EXPONENTIAL = 4.5

export function simulate({ patterns }: ShootoutParams, ctx: Pick<ReplicationContext, 'progress'>): Measures {
  let exponential = 0
  let superlinear = 0
  let unread = 0
  for (const [at, pattern] of patterns.entries()) {
    const exponent = worstExponent(pattern)
    if (exponent === null) unread++
    else if (exponent > EXPONENTIAL) exponential++
    if (exponent !== null && exponent > 1) superlinear++
    ctx.progress((at + 1) / patterns.length, at + 1)
  }
  const read = patterns.length - unread
  const rest = {
    most: unread,
    why: `${unread} of ${patterns.length} patterns could not be read, or not looked into to the end`,
  }
  return {
    metrics: { ...NOTHING, patterns: read, exponential, superlinear },
    // Counted, not sampled: what is 0 once is 0, of those that could be looked into.
    unseen: { patterns: 0, exponential: 0, superlinear: 0 },
    open: unread === 0 ? {} : { exponential: rest, superlinear: rest },
    state: 'stable',
    flow: {
      injected: patterns.length,
      completed: read,
      queued: 0,
      running: 0,
      dropped: unread,
      expired: 0,
    },
    little: [],
    invariants: [{ name: 'exponential patterns are superlinear', ok: exponential <= superlinear }],
    counters: { patterns: patterns.length },
  }
}

/**
 * 1 where no text makes it worse than linear. Null for what cannot be read, or not looked into to the end: a power that
 * was found in a part says nothing of the rest, which may be exponential.
 */
function worstExponent(pattern: string): number | null {
  try {
    const { search, complete } = proposeAttacks(parsePattern(pattern))
    const worst = search[0]?.exponent ?? 1
    return complete || worst > EXPONENTIAL ? worst : null
  } catch (error) {
    if (error instanceof UnreadablePattern) return null
    throw error
  }
}
