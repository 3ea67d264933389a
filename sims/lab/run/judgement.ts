/** Expectations held against points, and the verdict that follows. */
import type { PointResult, Results } from '../contract/sim.ts'
import type { ExpectationDocument } from '../contract/document.ts'
import { clear, holds, type Expectation } from './scenario/expectation.ts'

type Point = PointResult<unknown>

export function judgeExpectation(expectation: Expectation, { at, metrics }: Point): ExpectationDocument {
  const { text, metric } = expectation
  const { unit, value, low, high } = metrics[metric]!
  return {
    text,
    metric,
    unit,
    at,
    ok: value !== null && holds(expectation, value),
    value,
    low,
    high,
    clear: low === null || high === null ? null : clear(expectation, low, high),
  }
}

/** True when the estimates meet every expectation; an overloaded point never does. */
export function passes(expectations: readonly Expectation[], point: Point): boolean {
  return point.state !== 'overloaded' && expectations.every((one) => judgeExpectation(one, point).ok)
}

/** True when even the interval's worse end meets every expectation. */
export function surelyPasses(expectations: readonly Expectation[], point: Point): boolean {
  return (
    passes(expectations, point) && expectations.every((one) => judgeExpectation(one, point).clear === true)
  )
}

/** False only when some expectation fails over its whole interval, or the point is overloaded. */
export function mayPass(expectations: readonly Expectation[], point: Point): boolean {
  if (point.state === 'overloaded') return false
  return expectations.every((one) => {
    const { ok, clear } = judgeExpectation(one, point)
    return ok || clear === false
  })
}

/** Without a search: what the points say together. */
export function verdictOf(
  expectations: readonly Expectation[],
  points: readonly Point[],
): Results<unknown>['verdict'] {
  if (points.some((point) => point.state === 'overloaded')) return 'overloaded'
  return points.every((point) => passes(expectations, point)) ? 'pass' : 'fail'
}
