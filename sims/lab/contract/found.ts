/** What every sim says alike of a search: which value was found, and in which unit. */
import type { z } from 'zod'
import { formatQuantity, quantityOf } from './quantity.ts'
import type { Results, Unit } from './sim.ts'

/** `The smallest patience that will do is 1.75 s.`, and the unit of that value, from the sim's parameters. */
export function foundIn(
  params: z.ZodObject,
  { param, value }: NonNullable<Results<unknown>['found']>,
): { readonly text: string; readonly value: number | null; readonly unit: Unit } {
  const schema = params.shape[param] as z.ZodType | undefined
  const unit = (schema && quantityOf(schema)?.unit) ?? 'count'
  const text = value === null ? '' : `The smallest ${param} that will do is ${formatQuantity(value, unit)}.`
  return { text, value, unit }
}
