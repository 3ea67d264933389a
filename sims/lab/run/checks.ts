/** What is always checked, over all replications of a point. */
import { checksOf } from '../contract/checks.ts'
import { checkTheory } from '../contract/theory.ts'
import type { PointResult, Sim } from '../contract/sim.ts'
import type { InvariantDocument, TheoryDocument } from '../contract/document.ts'

/** One line an invariant: ok only when every replication kept it, else what the first breach looked like. */
export function checkPoint({ at, replications }: PointResult<unknown>): InvariantDocument[] {
  const byName = new Map<string, InvariantDocument>()
  replications.forEach((measures, replication) => {
    for (const { name, ok, detail } of checksOf(measures)) {
      if (byName.get(name)?.ok === false) continue
      const where = `replication ${replication}${detail === undefined ? '' : `: ${detail}`}`
      byName.set(name, ok ? { name, at, ok } : { name, at, ok, detail: where })
    }
  })
  return [...byName.values()]
}

/** Theory beside observation, for the closed forms that apply to this point's parameters. */
export function theoryOf(sim: Sim, { at, params, metrics }: PointResult<unknown>): TheoryDocument[] {
  return checkTheory(sim.theory?.(params) ?? [], metrics, at)
}
