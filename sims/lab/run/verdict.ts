/**
 * From judged points and trust to a verdict, the first that applies: a world that was not finished is not judged; overload
 * and a clear failure stand however short the run; a run too weak to judge is not judged; then the expectations.
 */
import type { TrustDocument, Verdict } from '../contract/document.ts'
import type { Sim } from '../contract/sim.ts'
import type { Point } from './fold.ts'
import { passes, surelyFails } from './judgement.ts'
import type { Expectation } from './scenario/expectation.ts'
import type { Found } from './search.ts'

export interface VerdictRequest {
  readonly sim: Sim
  readonly expectations: readonly Expectation[]
  readonly answered: readonly Point[]
  readonly found: Found | null
  readonly trust: TrustDocument['level']
  readonly isInterrupted: boolean
  /** Judge a weak run all the same; one without a figure cannot be. */
  readonly acceptWeak: boolean
}

export function verdictOf(request: VerdictRequest): Verdict {
  const { sim, expectations, answered, found, trust, acceptWeak } = request
  if (request.isInterrupted) return 'unfinished'
  if (answered.some((point) => point.state === 'overloaded')) return 'overloaded'
  if (found ? found.value === null && found.isHopeless : fails(request)) return 'fail'
  if (expectations.length === 0)
    return answered.every((point) => passes(sim, [], point)) ? 'unchecked' : 'fail'
  if (trust === 'none' || (trust === 'weak' && !acceptWeak)) return 'weak'
  if (found) return found.value === null ? 'fail' : 'pass'
  return answered.every((point) => passes(sim, expectations, point)) ? 'pass' : 'fail'
}

const fails = ({ sim, expectations, answered }: VerdictRequest): boolean =>
  answered.some((point) => surelyFails(sim, expectations, point))
