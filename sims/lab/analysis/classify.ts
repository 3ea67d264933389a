/**
 * Stable, backlogged or overloaded: whether a run has a steady state to report at all (invariant 6; the three states
 * are those of BLIS).
 *
 * An overloaded queue grows at a steady rate for ever; a stable one wanders about a level. The difference is drift
 * against wandering. The window is cut into 20 equal stretches, and the growth of the backlog over each is a sample of
 * its drift:
 *
 *     t = mean growth / (standard deviation of the growths / sqrt(20))
 *
 * Under overload the growths are nearly independent with a positive mean, so t grows with the root of the run length,
 * and detection becomes certain. In a stable queue they sum to last minus first, which stays bounded, and t tends to 0:
 * false alarms die out as the run gets longer, faster than any level of significance promises. The spread is measured,
 * not assumed, so bursty arrivals and heavy-tailed service need no special case.
 *
 * Two guards. Only the number *waiting* counts (number in system beyond the servers): servers filling up at the start
 * are no backlog. And when the offered load is known, below 1 it vetoes the verdict "overloaded": a queue near 0.95 may
 * climb for a whole short run by luck, which is a backlog and not an overload.
 *
 * Measured, M/M/1 from empty: at 0.9 none of 5,000 runs of 100 arrivals, nor of longer ones, was called overloaded;
 * at 1.05 all of 200 runs of 60,000 arrivals were, 195 of 200 of 40,000, and 128 of 20,000 (the rest backlogged).
 */
import { AnalysisError, requireSample } from './error.ts'
import { studentTail } from './student.ts'

/** A replication is in one of three states; an overloaded one has no steady state and prints none. */
export type PointState = 'stable' | 'backlogged' | 'overloaded'

export interface QueueWatch {
  /** Number in the system at equally spaced times over the measured window, first and last included. */
  readonly inSystem: ArrayLike<number>
  /** How many are served at once: what is in the system beyond these is waiting. Default 0: all of it counts. */
  readonly servers?: number
  /** Offered load as a share of capacity (arrival rate x mean service / servers), measured in the window or known. */
  readonly offeredLoad?: number
}

export interface Classification {
  readonly state: PointState
  /** Growth of the backlog over the window, in customers. */
  readonly growth: number
  /** Probability of growth this steady were there no drift: one-sided p of the t above. */
  readonly p: number
}

const STRETCHES = 20
/** Growth that is as good as never chance. */
const CERTAIN = 1e-4
/** Growth that is suspicious and no more. */
const SUSPICIOUS = 0.05
/** Fewest stretches from which a spread can be judged. */
const FEWEST = 5

/** The state of one run. Throws AnalysisError below 6 samples: fewer say nothing about drift. */
export function classify(watch: QueueWatch): Classification {
  const { inSystem, servers = 0, offeredLoad } = watch
  requireSample(inSystem, 'classify')
  const steps = inSystem.length - 1
  if (steps < FEWEST)
    throw new AnalysisError('empty', `classify: needs 6 samples or more, has ${inSystem.length}`)
  const k = Math.min(STRETCHES, steps)
  const backlog = (i: number): number => Math.max(0, inSystem[Math.round((i * steps) / k)]! - servers)
  const growth = backlog(k) - backlog(0)
  const average = growth / k
  let squares = 0
  for (let i = 0; i < k; i++) squares += (backlog(i + 1) - backlog(i) - average) ** 2
  const error = Math.sqrt(squares / (k - 1) / k)
  // Growth without any spread (deterministic overload) is as sure as can be; no growth is no drift.
  const p = growth <= 0 ? 1 : error === 0 ? 0 : studentTail(average / error, k - 1)
  return { state: stateOf(p, growth, offeredLoad), growth, p }
}

function stateOf(p: number, growth: number, offeredLoad: number | undefined): PointState {
  if (p < CERTAIN && (offeredLoad === undefined || offeredLoad >= 1)) return 'overloaded'
  // A load of 1 or more with a queue that has hardly begun to grow (a short run) is no steady state to vouch for.
  if (p < SUSPICIOUS || (offeredLoad !== undefined && offeredLoad >= 1 && growth > 0)) return 'backlogged'
  return 'stable'
}
