/**
 * The values of `sweep` and `find`: a range `8..64`, `8..64 step 4`, `1%..10% step 1%`, or a list of numbers or names.
 * Each value is judged by the parameter's own schema, here, before anything runs.
 */
import type { z } from 'zod'
import { parsePoint, show, type QuantityMeta } from '../../contract/quantity.ts'
import { asWritten, numericMeta } from './shape.ts'
import { formatQuantity } from '../../contract/format.ts'
import { parseQuantity, takesBareNumber } from '../../contract/units.ts'
import type { Path, Tree } from './tree.ts'
import type { Problem } from '../../contract/problem.ts'

export const MAX_VALUES = 10_000

type Value = number | string

/** Reads a range or list; problems go to `report`, with their place. Values are in base units, in the order written. */
export function readValues(
  tree: Tree,
  schema: z.ZodType,
  report: (path: Path, problem: Problem) => void,
): Value[] | null {
  if (tree.kind === 'list') return readList(tree.items, schema, report)
  const meta = numericMeta(schema)
  const wanted = meta === undefined ? 'a list of names' : 'a range such as 8..64 or a list'
  if (tree.kind !== 'scalar' || typeof tree.value !== 'string' || !tree.value.includes('..')) {
    const found = tree.kind === 'scalar' ? show(tree.value) : 'a map'
    report([], { message: `expected ${wanted}, found ${found}`, expected: wanted, found })
    return null
  }
  if (meta === undefined) {
    report([], { message: `a range needs a number; this parameter takes ${wanted}`, expected: wanted })
    return null
  }
  const range = readRange(tree.value, meta)
  if (!('values' in range)) {
    report([], range)
    return null
  }
  for (const value of range.values) {
    const refused = refusal(value, schema)
    if (refused === null) continue
    report([], { message: `at ${formatQuantity(value, meta.unit)}: ${refused}` })
    return null
  }
  return range.values
}

function readList(
  items: readonly Tree[],
  schema: z.ZodType,
  report: (path: Path, problem: Problem) => void,
): Value[] | null {
  if (items.length === 0 || items.length > MAX_VALUES) {
    report([], { message: `expected 1 to ${MAX_VALUES} values, found ${items.length}` })
    return null
  }
  const meta = numericMeta(schema)
  const values = new Set<Value>()
  let sound = true
  const refuse = (index: number, problem: Problem) => {
    sound = false
    report([index], problem)
  }
  for (const [index, item] of items.entries()) {
    const value = item.kind === 'scalar' ? item.value : undefined
    if (typeof value !== 'string' && typeof value !== 'number') {
      const found = item.kind === 'scalar' ? show(item.value) : `a ${item.kind}`
      refuse(index, { message: `expected a number or a name, found ${found}`, found })
      continue
    }
    const one = meta === undefined ? { ok: true as const, value } : parsePoint(value, meta)
    const refused = one.ok ? refusal(one.value, schema) : null
    if (!one.ok) refuse(index, one)
    else if (refused !== null) refuse(index, { message: refused })
    else if (values.has(one.value)) refuse(index, { message: `${show(value)} is listed twice` })
    else values.add(one.value)
  }
  return sound ? [...values] : null
}

/** What the parameter's own schema has against a value, its refinements included. */
function refusal(value: Value, schema: z.ZodType): string | null {
  const parsed = schema.safeParse(asWritten(value, schema))
  return parsed.success ? null : (parsed.error.issues[0]?.message ?? 'not a value of this parameter')
}

const RANGE = /^\s*(\S.*?)\s*\.\.\s*(\S.*?)(?:\s+step\s+(\S.*?))?\s*$/

/** The numbers of a range, both ends included where the step reaches the upper one. */
export function readRange(text: string, meta: QuantityMeta): { values: number[] } | Problem {
  const match = text.length > 200 ? null : RANGE.exec(text)
  if (match === null) {
    return { message: `expected "A..B" or "A..B step S", found ${show(text)}`, expected: 'A..B step S' }
  }
  const [, from, to, by] = match
  const low = parsePoint(from, meta)
  if (!low.ok) return low
  const high = parsePoint(to, meta)
  if (!high.ok) return high
  if (low.value > high.value) return { message: `the range ${text.trim()} runs backwards` }
  let step = 1
  if (by !== undefined) {
    const parsed = parseQuantity(by, meta.unit)
    if (!parsed.ok) {
      return { ...parsed, message: `step: expected ${parsed.expected}, found "${by}": ${parsed.problem}` }
    }
    step = parsed.value
    if (!(step > 0)) return { message: `the step ${by} must be above 0` }
    if (meta.integer && !Number.isInteger(step)) return { message: `the step ${by} must be a whole number` }
  } else if (!takesBareNumber(meta.unit) || !Number.isInteger(low.value) || !Number.isInteger(high.value)) {
    const hint = `${from}..${to} step S`
    return { message: `this range needs a step: write "${hint}"`, expected: hint }
  }
  // A billionth of a step, so that 1%..10% step 1% ends at 10 %.
  const count = Math.floor((high.value - low.value) / step + 1e-9) + 1
  if (!(count <= MAX_VALUES)) {
    return { message: `${text.trim()} is ${count} values; at most ${MAX_VALUES}: give a larger step` }
  }
  // Fifteen digits drop the dust of floating point: 0.01 + 6 x 0.01 is 0.07.
  const valueAt = (i: number) => Math.min(high.value, Number((low.value + i * step).toPrecision(15)))
  const isExact = Number.isInteger(low.value) && Number.isInteger(step)
  return { values: Array.from({ length: count }, (_, i) => (isExact ? low.value + i * step : valueAt(i))) }
}
