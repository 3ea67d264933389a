/** What sims say alike of a search: which value was found. Its number and unit are told of every sim by the run. */
import type { z } from 'zod'
import { formatQuantity, quantityOf } from './quantity.ts'
import type { Results } from './sim.ts'

/** `The smallest patience that will do is 1.75 s. `, to begin an answer with; nothing where none was searched, or none found. */
export function foundIn(params: z.ZodObject, found: Results<unknown>['found']): string {
  const value = found?.value ?? null
  if (found === undefined || value === null) return ''
  const schema = params.shape[found.param] as z.ZodType | undefined
  const unit = (schema && quantityOf(schema)?.unit) ?? 'count'
  return `The smallest ${found.param} that will do is ${formatQuantity(value, unit)}. `
}
