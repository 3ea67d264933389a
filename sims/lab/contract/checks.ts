/** What is always checked of one replication: conservation, Little's law on every queue, the sim's own invariants. */
import { conserves } from './conservation.ts'
import type { InvariantSample } from './invariant.ts'
import { obeysLittle } from './little.ts'
import type { Measures } from './sim.ts'

export function checksOf(measures: Measures): InvariantSample[] {
  return [
    { name: 'conservation', ...conserves(measures.flow) },
    ...measures.little.map((sample) => ({ name: `Little's law: ${sample.queue}`, ...obeysLittle(sample) })),
    ...measures.invariants,
  ]
}
