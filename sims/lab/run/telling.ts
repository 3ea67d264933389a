/** The answer in words and numbers: what the sim says of the point that speaks for all, and what the search and the trust check add. */
import type { TrustDocument } from '../contract/document.ts'
import { formatQuantity } from '../contract/format.ts'
import type { Answer, Headline, Headroom, Results, Sim, Unit } from '../contract/sim.ts'
import type { Point } from './fold.ts'
import { describePoint, quantityAt } from './scenario/params.ts'
import type { Expectation } from './scenario/expectation.ts'
import type { Scenario } from './scenario/load.ts'
import type { Found } from './search.ts'

/** The point that an answer for all of them speaks of: an overloaded one, else the one nearest to (or farthest beyond) a limit. */
export function worstOf(expectations: readonly Expectation[], points: readonly Point[]): Point {
  const margin = (point: Point): number =>
    point.state === 'overloaded'
      ? -Infinity
      : Math.min(Infinity, ...expectations.map((one) => marginOf(one, point)))
  return points.reduce((worst, point) => (margin(point) < margin(worst) ? point : worst))
}

/** Distance from the limit on its good side, as a share of it. */
function marginOf({ metric, op, value: limit }: Expectation, point: Point): number {
  const value = point.figures[metric]?.value ?? point.metrics[metric]?.value ?? null
  if (value === null) return -Infinity
  const distance = (value - limit) / (Math.abs(limit) || 1)
  if (op === '==') return -Math.abs(distance)
  return op === '<' || op === '<=' ? -distance : distance
}

/** Of each figure's limits the one that the point is nearest to, or farthest beyond; figures in the order of their expectations. */
export function nearestLimits(
  expectations: readonly Expectation[],
  point: Point,
): Results<unknown>['limits'] {
  const nearest = new Map<string, Expectation>()
  for (const one of expectations) {
    const before = nearest.get(one.metric)
    if (before === undefined || marginOf(one, point) < marginOf(before, point)) nearest.set(one.metric, one)
  }
  return Object.fromEntries([...nearest].map(([metric, { op, value }]) => [metric, { op, value }]))
}

export interface TellingRequest {
  readonly scenario: Scenario
  readonly results: Results<unknown>
  readonly found: Found | null
  readonly answered: readonly Point[]
  readonly trust: TrustDocument
  readonly breaksFirst: Headroom | null
}

export function tell({ scenario, results, found, answered, trust, breaksFirst }: TellingRequest): Answer {
  const headline = headlineOf(scenario, results, found, answered)
  const [first] = trust.reasons
  // What was searched for is a parameter, whatever the sim's own headline speaks of.
  const unit = found && scenario.find ? unitOf(scenario.sim, scenario.find.param) : headline.unit
  const numbers = found
    ? { value: found.value, estimate: found.estimate, low: found.low, high: found.high }
    : { value: headline.value, estimate: headline.value, low: headline.low, high: headline.high }
  // A clear failure and overload stand however short the run: they are an answer.
  const stands = ['unfinished', 'fail', 'overloaded'].includes(results.verdict)
  if (stands || trust.level !== 'none' || first === undefined) {
    return { text: headline.text, unit, ...numbers, breaksFirst }
  }
  const nothing = { value: null, estimate: null, low: null, high: null }
  return { text: `No answer yet: ${first.text}.`, unit, ...nothing, breaksFirst }
}

function headlineOf(
  scenario: Scenario,
  results: Results<unknown>,
  found: Found | null,
  answered: readonly Point[],
): Headline {
  const { sim, find } = scenario
  const said = sim.answer(results)
  if (found && find) {
    const unit = said.unit
    const nothing = { unit, value: null, low: null, high: null }
    const named = (value: number): string => shown(scenario, find.param, value)
    if (found.unfinished) {
      const { passed, failed } = found.unfinished
      const parts = [
        ...(passed === null ? [] : [`${named(passed)} is the smallest seen to pass`]),
        ...(failed === null ? [] : [`${named(failed)} the largest seen to fail`]),
      ]
      return { ...nothing, text: `Not finished: ${parts.join(', ') || 'nothing is known yet'}.` }
    }
    if (found.value === null) {
      const most = `Not even ${named(find.values.at(-1)!)}, the largest searched,`
      const text = found.isHopeless
        ? `${most} meets the expectations.`
        : `${most} surely meets the expectations.`
      return { ...nothing, text }
    }
    const isLowest = found.value === find.values[0]
    return isLowest ? { ...said, text: `${said.text} It is the lowest value searched: less may do.` } : said
  }
  if (answered.length < 2) return said
  const at = said.at ?? results.chosen.at
  const isWorst = Object.entries(at).every(([name, value]) => results.chosen.at[name] === value)
  const which = isWorst ? 'At the worst of' : 'At one of'
  const where = describePoint(sim, at)
  return { ...said, text: `${which} ${answered.length} points (${where}): ${uncapitalised(said.text)}` }
}

const uncapitalised = (text: string): string =>
  /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text

const unitOf = (sim: Sim, param: string): Unit => quantityAt(sim, param)?.unit ?? 'count'

function shown({ sim }: Scenario, param: string, value: number): string {
  const text = formatQuantity(value, unitOf(sim, param))
  return /[a-z]/i.test(text) ? text : `${param} ${text}`
}
