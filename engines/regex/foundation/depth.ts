/**
 * Trees are read by recursion, as deep as `budget.depth` lets them nest. How deep the stack lets them is for the caller's
 * own depth to say, so a stack that runs out becomes the same typed error.
 */
import { RegexBudgetError } from '../types.ts'

/**
 * What `work` returns.
 * @param depth how deep the tree nests that is read
 * @throws RegexBudgetError `depth` where the stack is too short for it
 */
export function onStack<T>(depth: () => number, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof RangeError) || !/call stack/.test(error.message)) throw error
    const needed = depth()
    throw new RegexBudgetError('depth', needed, needed - 1)
  }
}
