/**
 * Which rows a search by bits keeps (`rows.ts`): one for each label that a path can have, if they are few.
 *
 * Where only the cost is limited, that is a row for each cost; where the operations are, too, a row for each
 * combination. Every row holds what can be read with its label or less, as a match may begin with any label spent
 * already, so what a row holds is also in those that further operations lead to. Hence of all rows up to a cost only
 * the last ones have to be asked whether a match is complete.
 *
 * Costs that occur are numbered: a level is the number of such a cost.
 */
import type { Pattern } from './automaton.ts'
import { Labels } from './labels.ts'
import { Positions } from './positions.ts'
import { COST, DELETE, INSERT, SUBSTITUTE } from './settings.ts'

/** More are not worth it. */
export const MOST_ROWS = 65
const MOST_POSITIONS = 255
const OPERATIONS = [INSERT, DELETE, SUBSTITUTE]

interface Row {
  readonly label: number
  readonly cost: number
  /** Operations that lead to it. */
  readonly path: readonly number[]
}

export class RowPlan {
  readonly positions: Positions
  /** By level: its cost. */
  readonly costs: readonly number[]
  /** By level: how many rows cost no more. Rows are in the order of their costs. */
  readonly used: readonly number[]
  /** By level: the rows up to there that nothing leads on from. */
  readonly tops: readonly (readonly number[])[]
  /** By operation and row: the row that the operation comes from, or -1. */
  readonly from: readonly (readonly number[])[]
  private readonly rows: readonly Row[]
  private readonly labels: Labels
  private readonly numbers: ReadonlyMap<number, number>
  private readonly levels: ReadonlyMap<number, number>

  private constructor(positions: Positions, labels: Labels, rows: readonly Row[]) {
    this.positions = positions
    this.labels = labels
    this.rows = rows
    this.numbers = new Map(rows.map(({ label }, r) => [label, r]))
    this.costs = [...new Set(rows.map(({ cost }) => cost))]
    this.levels = new Map(this.costs.map((cost, level) => [cost, level]))
    this.used = this.costs.map((most) => rows.filter(({ cost }) => cost <= most).length)
    const from = OPERATIONS.map(() => rows.map(() => -1))
    this.from = from
    rows.forEach(({ label }, r) => {
      for (const op of OPERATIONS) {
        const to = this.numbers.get(labels.after(label, 0, op))
        if (to !== undefined) from[op]![to] = r
      }
    })
    this.tops = this.used.map((used) => this.last(rows.keys().filter((r) => r < used)))
  }

  /** Null where the rows would be too many, or the pattern has assertions or regions. */
  static build(pattern: Pattern): RowPlan | null {
    const [region] = pattern.regions
    if (!region || !region.open || pattern.regions.length > 1 || pattern.asserts) return null
    const positions = Positions.build(pattern, MOST_POSITIONS)
    if (!positions) return null
    const labels = new Labels(pattern.regions)
    // A deletion that cost nothing and was not counted would be no step from one row to another.
    if (labels.after(labels.none, 0, DELETE) === labels.none) return null
    // To delete all of the pattern is possible where deletions are not limited.
    const free = region.limits.every((limit, measure) => measure === COST || limit === Infinity)
    const all = free ? positions.count * region.costs[DELETE]! : Infinity
    const bound = Math.min(region.limits[COST]!, all)
    const rows: Row[] = [{ label: labels.none, cost: 0, path: [] }]
    const known = new Set([labels.none])
    for (const { label, path } of rows) {
      for (const op of OPERATIONS) {
        const after = labels.after(label, 0, op)
        const cost = labels.costs[after]
        if (cost === undefined || cost > bound || known.has(after)) continue
        known.add(after)
        if (rows.push({ label: after, cost, path: [...path, op] }) > MOST_ROWS) return null
      }
    }
    // Among equal costs, what was found first needs fewer operations, and the others may come from it.
    return new RowPlan(
      positions,
      labels,
      rows.sort((a, b) => a.cost - b.cost),
    )
  }

  levelOf(cost: number): number {
    return this.levels.get(cost)!
  }

  /** Those of some rows that no operation leads on from to another one of them. */
  private last(some: Iterable<number>): number[] {
    const among = new Set(some)
    const onward = new Set<number>()
    for (const r of among) {
      for (const op of OPERATIONS) {
        const before = this.from[op]![r]!
        if (before !== r) onward.add(before)
      }
    }
    return [...among].filter((r) => !onward.has(r))
  }

  /**
   * The pairs of rows [a, b, a, b, ...] that make a match of no more than a level together, if one is what has been
   * read before a place and the other what can be read behind it. Pairs that others make superfluous are left out.
   */
  pairs(level: number): Int32Array {
    const { rows, labels, costs, numbers } = this
    const together = (a: Row, b: Row): number =>
      a.path.reduce((label, op) => (label < 0 ? -1 : labels.after(label, 0, op)), b.label)
    const pairs = rows.flatMap((a, i) => {
      const fitting = rows.keys().filter((k) => {
        const sum = together(a, rows[k]!)
        return numbers.has(sum) && labels.costs[sum]! <= costs[level]!
      })
      return this.last(fitting).flatMap((k) => [i, k])
    })
    return Int32Array.from(pairs)
  }
}
