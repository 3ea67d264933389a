/** Expectations: `p99(relayDelay) < 5 ms`, `lost <= 0.01 %`. A declared metric, an operator, a limit with its unit. */
import type { MetricSpec } from '../../contract/sim.ts'
import { nearest } from '../../contract/nearest.ts'
import type { Problem } from '../../contract/problem.ts'
import { formatQuantity } from '../../contract/format.ts'
import { parseQuantity } from '../../contract/units.ts'

export type Operator = '<' | '<=' | '>' | '>=' | '=='

export interface Expectation {
  /** As written. */
  readonly text: string
  /** A declared metric's name. */
  readonly metric: string
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

/** `=<`, `=` and `!=` are read only to be refused with advice. */
const FORM = /^([^<>=!]*)([<>=!]+)([^<>=!]*)$/
const LIKELY: Readonly<Record<string, Operator>> = { '=': '==', '=<': '<=', '=>': '>=', '===': '==' }

/** Reads one expectation against the metrics a sim declares. Never throws. */
export function parseExpectation(
  text: string,
  metrics: Readonly<Record<string, MetricSpec>>,
): { readonly ok: true; readonly expectation: Expectation } | ({ readonly ok: false } & Problem) {
  const names = Object.keys(metrics)
  const match = text.length > 200 ? null : FORM.exec(text)
  if (match === null) {
    return {
      ok: false,
      message: `expected "METRIC op LIMIT", such as "${example(metrics)}"`,
      expected: 'METRIC op LIMIT',
      found: text.slice(0, 60),
    }
  }
  const [, left = '', op = '', right = ''] = match
  const name = squeeze(left)
  const metric = names.find((one) => squeeze(one) === name)
  if (metric === undefined) {
    const near = nearest(name, names)
    return {
      ok: false,
      message:
        name === ''
          ? 'no metric before the operator'
          : `no metric is called "${name}"${near === undefined ? ` (${listed(names)})` : ''}`,
      expected: names.join(', '),
      found: name,
      nearest: near,
    }
  }
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
  const { unit } = metrics[metric]!
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
  return { ok: true, expectation: { text, metric, op, value: parsed.value } }
}

/** Does an estimate meet the expectation? */
export const holds = ({ op, value: limit }: Expectation, value: number): boolean => TESTS[op](value, limit)

/** Is the answer the same over the whole interval, so that the verdict does not hang on the estimate's luck? */
export function clear(expectation: Expectation, low: number, high: number): boolean {
  if (expectation.op === '==') return low === high || expectation.value < low || expectation.value > high
  return holds(expectation, low) === holds(expectation, high)
}

const isOperator = (op: string): op is Operator => Object.hasOwn(TESTS, op)

const squeeze = (name: string) => name.replaceAll(/\s+/g, '')

const listed = (names: readonly string[]) =>
  `metrics are ${names.slice(0, 8).join(', ')}${names.length > 8 ? ', ...' : ''}`

function example(metrics: Readonly<Record<string, MetricSpec>>): string {
  const [name, spec] = Object.entries(metrics)[0] ?? ['p99(delay)', { unit: 's' }]
  return `${name} < ${formatQuantity(spec.unit === 'share' ? 0.01 : spec.unit === 's' ? 0.005 : 100, spec.unit)}`
}
