/** A sim's parameters: parsing them, replacing some, and listing the uncertain ones. */
import { z } from 'zod'
import type { Horizon, Sim } from '../../contract/sim.ts'
import type { AssumptionDocument } from '../../contract/document.ts'
import { formatParameter } from '../../contract/format.ts'
import { isMap, parsePoint, quantityOf, type QuantityMeta } from '../../contract/quantity.ts'
import { asWritten, core, labelOf, prefaultOf, schemaAt } from './shape.ts'

export type Assumption = Omit<AssumptionDocument, 'effect'>

/** Parameters by dotted path below `params`; numbers in base units, names as they are. */
export type Overrides = Readonly<Record<string, number | string>>

/** The written parameters with some replaced. A number is written back with its unit, exactly. */
export function withOverrides(written: unknown, sim: Sim, overrides: Overrides): unknown {
  let result = written
  for (const [path, value] of Object.entries(overrides)) {
    const steps = path.split('.')
    const schema = schemaAt(sim.params, steps)
    if (schema === undefined) throw new RangeError(`the sim ${sim.name} has no parameter ${path}`)
    result = replaced(result, steps, asWritten(value, schema))
  }
  return result
}

/** What is known of the quantity at a path below `params`; undefined where there is none. */
export function quantityAt({ params }: Sim, path: string): QuantityMeta | undefined {
  const schema = schemaAt(params, path.split('.'))
  return schema && quantityOf(schema)
}

/** `servers = 12, span = 30 d`: a point for people. */
export function describePoint(sim: Sim, at: Overrides): string {
  return Object.entries(at)
    .map(([path, value]) => {
      const unit = quantityAt(sim, path)?.unit
      const isPlain = typeof value === 'string' || unit === undefined
      return `${path} = ${isPlain ? value : formatParameter(value, unit)}`
    })
    .join(', ')
}

function replaced(into: unknown, [step, ...rest]: readonly string[], value: unknown): unknown {
  if (step === undefined) return value
  // An index beyond the list makes it a map, which the schema refuses.
  if (Array.isArray(into) && Object.hasOwn(into, step)) {
    return into.with(Number(step), replaced(into[Number(step)], rest, value))
  }
  const map = isMap(into) ? into : {}
  return { ...map, [step]: replaced(Object.hasOwn(map, step) ? map[step] : undefined, rest, value) }
}

/** Every uncertain parameter whose written (or default) value is an interval with room in it. */
export function assumptionsIn(
  schema: z.ZodType,
  written: unknown,
  path: readonly string[] = [],
): Assumption[] {
  const value = written === undefined ? prefaultOf(schema) : written
  const meta = quantityOf(schema)
  if (meta !== undefined) {
    if (meta.form === 'point' || !isMap(value)) return []
    const [low, mid, high] = [value['low'], value['mid'], value['high']].map((end) => {
      const point = parsePoint(end, meta)
      return point.ok ? point.value : NaN
    }) as [number, number, number]
    if (!(low < high)) return []
    const name = path.join('.')
    return [{ path: name, label: labelOf(schema) ?? name, unit: meta.unit, low, mid, high }]
  }
  const here = core(schema)
  const keys =
    here instanceof z.ZodObject
      ? Object.keys(here.shape)
      : isMap(value) || Array.isArray(value)
        ? Object.keys(value)
        : []
  return keys.flatMap((key) => {
    const inner = schemaAt(schema, [key])
    const below = isMap(value) || Array.isArray(value) ? (value as Record<string, unknown>)[key] : undefined
    return inner === undefined ? [] : assumptionsIn(inner, below, [...path, key])
  })
}

/**
 * Why parameters that can be cannot be asked about under this horizon; null where they can. A steady state may be watched for
 * as long as it takes; a stretch of time must be given.
 */
export function unaskable({ steady }: Sim, horizon: Horizon, params: unknown): string | null {
  if (steady === undefined) return null
  if (horizon === 'steady') {
    const refused = steady.refuses?.(params) ?? null
    return refused === null ? null : `${refused}: ask about a span (horizon: span)`
  }
  return steady.span(params) === null
    ? 'a question about a span needs its length: params.span is missing'
    : null
}
