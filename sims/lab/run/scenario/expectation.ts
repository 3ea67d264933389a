/**
 * Expectations: `p99(relayDelay) < 5 ms`, `lost <= 0.01 %`, `share(wait < 20 s) > 80 %`. A figure, an operator, a limit with
 * its unit. `headroom >= 1.3` asks that the others still hold, and nothing is used up, at 1.3 times the load.
 */
import { figureNames, readFigure, type FigureSource, type NamedFigure } from '../../contract/figure.ts'
import type { Sim, Unit } from '../../contract/sim.ts'
import type { Problem } from '../../contract/problem.ts'
import { HEADROOM } from '../../contract/asked.ts'
import { formatQuantity } from '../../contract/format.ts'
import { parseQuantity } from '../../contract/units.ts'

export type Operator = '<' | '<=' | '>' | '>=' | '=='

export interface Expectation {
  /** As written. */
  readonly text: string
  /** The figure's name as it stands in documents. */
  readonly metric: string
  readonly unit: Unit
  /** Null for `headroom`, which is no figure of a replication. */
  readonly figure: NamedFigure | null
  readonly op: Operator
  /** The limit, in the metric's base unit. */
  readonly value: number
}

const TESTS: Readonly<Record<Operator, (value: number, limit: number) => boolean>> = {
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
  '==': (value, limit) => value === limit,
}

/** `=<`, `=` and `!=` are read only to be refused with advice. The operator inside `share(...)` is the figure's own. */
const FORM = /^(share\s*\([^()]*\)\s*|[^<>=!]*)([<>=!]+)([^<>=!]*)$/
const LIKELY: Readonly<Record<string, Operator>> = { '=': '==', '=<': '<=', '=>': '>=', '===': '==' }

export { HEADROOM }

/** What of a sim an expectation depends on. */
export type ExpectationSource = FigureSource & Pick<Sim, 'resources' | 'underLoad'>

/** Reads one expectation against what a sim declares. Never throws. */
export function parseExpectation(
  text: string,
  sim: ExpectationSource,
): { readonly ok: true; readonly expectation: Expectation } | ({ readonly ok: false } & Problem) {
  const match = text.length > 200 ? null : FORM.exec(text.trim())
  if (match === null) {
    return {
      ok: false,
      message: `expected "METRIC op LIMIT", such as "${example(sim)}"`,
      expected: 'METRIC op LIMIT',
      found: text.slice(0, 60),
    }
  }
  const [, left = '', op = '', right = ''] = match
  const read = asked(left, sim)
  if (!read.ok) return read
  const { name: metric, figure, unit } = read
  if (!isOperator(op)) {
    const near = LIKELY[op]
    return {
      ok: false,
      message: `unknown operator "${op}": expected <, <=, >, >= or ==`,
      expected: '<, <=, >, >= or ==',
      found: op,
      nearest: near,
    }
  }
  const parsed = parseQuantity(right.trim(), unit)
  if (!parsed.ok) {
    return {
      ok: false,
      message: `limit of ${metric}: expected ${parsed.expected}, found "${right.trim()}": ${parsed.problem}`,
      expected: parsed.expected,
      found: right.trim(),
      nearest: parsed.nearest,
    }
  }
  return { ok: true, expectation: { text, metric, unit, figure, op, value: parsed.value } }
}

type Asked =
  | { readonly ok: true; readonly name: string; readonly unit: Unit; readonly figure: NamedFigure | null }
  | ({ readonly ok: false } & Problem)

function asked(left: string, sim: ExpectationSource): Asked {
  if (left.trim() === HEADROOM && (sim.resources !== undefined || sim.underLoad !== undefined)) {
    return { ok: true, name: HEADROOM, unit: 'count', figure: null }
  }
  const read = readFigure(left, sim)
  if (!read.ok) return read
  return { ok: true, name: read.figure.name, unit: read.figure.spec.unit, figure: read.figure }
}

/** Does an estimate meet the expectation? */
export const holds = ({ op, value: limit }: Expectation, value: number): boolean => TESTS[op](value, limit)

/** Is the answer the same over the whole interval, so that the verdict does not hang on the estimate's luck? */
export function clear(expectation: Expectation, low: number, high: number): boolean {
  if (expectation.op === '==') return low === high || expectation.value < low || expectation.value > high
  return holds(expectation, low) === holds(expectation, high)
}

const isOperator = (op: string): op is Operator => Object.hasOwn(TESTS, op)

function example(sim: FigureSource): string {
  const [name = 'p99(delay)'] = figureNames(sim)
  const read = readFigure(name, sim)
  const unit = read.ok ? read.figure.spec.unit : 's'
  return `${name} < ${formatQuantity(unit === 'share' ? 0.01 : unit === 's' ? 0.005 : 100, unit)}`
}
