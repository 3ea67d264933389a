/**
 * Approximate settings of a pattern as a table of regions.
 *
 * ErrorRegion 0 is the whole pattern, with the limits and costs of `options.approx`; without that option no error may
 * happen in it. Every `{~1}`-like setting opens a region of its own inside the one around it. An error is priced by
 * the innermost region that it happens in and counts for every region around it, so an inner limit can only be a
 * closer one; what a region does not set is what the region around it has.
 */
import type { Node, Parsed } from '../syntax/ast.ts'
import type { ApproxLimits } from '../types.ts'

/** The three operations, as indices. An insertion is a character of the text that the pattern does not have. */
export const INSERT = 0
export const DELETE = 1
export const SUBSTITUTE = 2

/** What a limit can be about: the three operations, errors of all kinds, cost. */
export const ERRORS = 3
export const COST = 4
export const MEASURES = 5

export interface ErrorRegion {
  /** Regions around it; -1 for the whole pattern. */
  readonly parent: number
  /** 0 for the whole pattern. */
  readonly depth: number
  /** False: no error may happen directly in it (it may in regions inside). */
  readonly open: boolean
  /** By operation. */
  readonly costs: readonly number[]
  /** By measure; Infinity: unlimited. */
  readonly limits: readonly number[]
}

const LIMIT_NAMES = ['maxInsert', 'maxDelete', 'maxSubstitute', 'maxErrors', 'maxCost'] as const
const COST_NAMES = ['costInsert', 'costDelete', 'costSubstitute'] as const
const UNIT_COSTS: readonly number[] = [1, 1, 1]
/** Sums of costs stay exact integers below 2^53 whatever the text's length. */
const LARGEST_COST = 2 ** 31 - 1

function check(settings: ApproxLimits): void {
  for (const name of LIMIT_NAMES) {
    const limit = settings[name]
    if (limit !== undefined && !(limit >= 0))
      throw new RangeError(`approx.${name} must be 0 or more, not ${limit}`)
  }
  for (const name of COST_NAMES) {
    const cost = settings[name]
    if (cost !== undefined && !(Number.isInteger(cost) && cost >= 0 && cost <= LARGEST_COST)) {
      throw new RangeError(`approx.${name} must be a whole number from 0 to 2^31 - 1, not ${cost}`)
    }
  }
}

function region(
  settings: ApproxLimits | undefined,
  parent: number,
  around: ErrorRegion | undefined,
): ErrorRegion {
  if (settings) check(settings)
  const inherited = around?.costs ?? UNIT_COSTS
  return {
    parent,
    depth: around ? around.depth + 1 : 0,
    open: settings !== undefined,
    costs: COST_NAMES.map((name, op) => settings?.[name] ?? inherited[op]!),
    limits: binding(LIMIT_NAMES.map((name) => Math.floor(settings?.[name] ?? Infinity))),
  }
}

/** Limits that follow from others are dropped: every limit that is left has to be counted. */
function binding(limits: readonly number[]): readonly number[] {
  const errors = limits[ERRORS]!
  return limits.map((limit, measure) => (measure < ERRORS && limit >= errors ? Infinity : limit))
}

export interface Regions {
  readonly list: readonly ErrorRegion[]
  /** The region that an approximate node of the tree opens; 0 for one that covers all of the pattern. */
  readonly of: ReadonlyMap<Node, number>
}

/** With unit costs an error limit is a cost limit, and the cost is counted anyway. */
function errorsAsCost(list: readonly ErrorRegion[]): readonly ErrorRegion[] {
  if (list.some(({ open, costs }) => open && costs.some((cost) => cost !== 1))) return list
  return list.map((one) => {
    const limits = [...one.limits]
    limits[COST] = Math.min(limits[COST]!, limits[ERRORS]!)
    limits[ERRORS] = Infinity
    return { ...one, limits }
  })
}

/** @throws RangeError for a limit or a cost that is none */
export function findRegions(parsed: Parsed, limits: ApproxLimits | undefined): Regions {
  let { root } = parsed
  while (root.kind === 'group') root = root.node
  // Settings around all of the pattern might as well be the option's.
  const all = limits === undefined && root.kind === 'approx' ? root : undefined
  const list = [region(all?.limits ?? limits, -1, undefined)]
  const of = new Map<Node, number>()
  const visit = (node: Node, inside: number): void => {
    if (node.kind === 'cat' || node.kind === 'alt') for (const part of node.parts) visit(part, inside)
    else if (node.kind === 'approx') {
      const id = node === all ? 0 : list.push(region(node.limits, inside, list[inside])) - 1
      of.set(node, id)
      visit(node.node, id)
    } else if (node.kind === 'repeat' || node.kind === 'group') visit(node.node, inside)
  }
  visit(parsed.root, 0)
  return { list: errorsAsCost(list), of }
}
