/** Walks through a sim's parameter schema: which paths exist, and which schema stands at one. */
import { z } from 'zod'
import { quantityOf, wrapped, type QuantityMeta } from '../../contract/quantity.ts'
import type { Path } from './tree.ts'
import { exactText } from '../../contract/units.ts'

/** The schema that decides which keys a map may have: under optionals, defaults, and the input side of pipes. */
export function core(schema: z.ZodType): z.ZodType {
  let current = schema
  for (;;) {
    if (quantityOf(current) !== undefined) return current
    const inner = wrapped(current) ?? (current instanceof z.ZodPipe ? (current.in as z.ZodType) : undefined)
    if (inner === undefined) return current
    current = inner
  }
}

/** The schemas one step below, or none: a record has any key, a union those of its options. */
function below(schema: z.ZodType, step: string | number): z.ZodType[] {
  const here = core(schema)
  if (here instanceof z.ZodObject) {
    const shape = here.shape as Record<string, z.ZodType>
    const found = Object.hasOwn(shape, step) ? shape[step] : undefined
    return found === undefined ? [] : [found]
  }
  if (here instanceof z.ZodRecord) return [here.valueType as z.ZodType]
  if (here instanceof z.ZodArray && /^\d+$/.test(String(step))) return [here.element as z.ZodType]
  if (here instanceof z.ZodUnion)
    return (here.options as z.ZodType[]).flatMap((option) => below(option, step))
  return []
}

/** The schema at a path, or undefined where the sim has no such parameter. */
export function schemaAt(schema: z.ZodType, path: Path): z.ZodType | undefined {
  let current: z.ZodType[] = [schema]
  for (const step of path) current = current.flatMap((one) => below(one, step))
  return current[0]
}

/** True for a path into a list: such a parameter is there only when it was written. */
export function isInList(schema: z.ZodType, path: Path): boolean {
  return path.some((_, length) => {
    const around = schemaAt(schema, path.slice(0, length))
    return around !== undefined && core(around) instanceof z.ZodArray
  })
}

/** The keys a map may have here, or null when any will do (a record, an interval, something of the sim's own). */
export function keysAt(schema: z.ZodType): string[] | null {
  const here = core(schema)
  if (here instanceof z.ZodObject)
    return here.def.catchall === undefined || isNever(here) ? Object.keys(here.shape) : null
  if (!(here instanceof z.ZodUnion)) return null
  const options = (here.options as z.ZodType[]).map(keysAt)
  return options.includes(null) ? null : [...new Set(options.flatMap((keys) => keys ?? []))]
}

const isNever = (object: z.ZodObject) => object.def.catchall instanceof z.ZodNever

/** Every parameter that is not itself a group, by path. */
export function leaves(
  schema: z.ZodType,
  path: readonly string[] = [],
): { path: string; schema: z.ZodType }[] {
  const here = core(schema)
  if (!(here instanceof z.ZodObject)) return [{ path: path.join('.'), schema }]
  return Object.entries(here.shape as Record<string, z.ZodType>).flatMap(([key, value]) =>
    leaves(value, [...path, key]),
  )
}

/** What a range or a list of values is read by: a quantity, a plain number, or else by the schema itself. */
export function numericMeta(schema: z.ZodType): QuantityMeta | undefined {
  const meta = quantityOf(schema)
  if (meta !== undefined) return meta
  const here = core(schema)
  if (!(here instanceof z.ZodNumber)) return undefined
  return { unit: 'count', integer: here.format?.includes('int') ?? false, bounds: {}, form: 'point' }
}

/** A base-unit value as it would be written for this parameter: with its unit, exactly. */
export function asWritten(value: number | string, schema: z.ZodType): number | string {
  const unit = quantityOf(schema)?.unit
  return typeof value === 'number' && unit !== undefined ? exactText(value, unit) : value
}

/** The description nearest to the outside. */
export function labelOf(schema: z.ZodType): string | undefined {
  let current: z.ZodType | undefined = schema
  while (current !== undefined) {
    if (current.description !== undefined) return current.description
    current = wrapped(current)
  }
  return undefined
}

/** What a missing value stands for, as it would be written in the file. */
export function prefaultOf(schema: z.ZodType): unknown {
  let current: z.ZodType | undefined = schema
  while (current !== undefined) {
    if (current instanceof z.ZodPrefault) return current.def.defaultValue
    current = wrapped(current)
  }
  return undefined
}
