/** How the rows of the sparse array name who takes part. */
import type { Burst, Contestant } from '../../harness/row.ts'
import { VERSION } from '../../harness/version.ts'

export const ours = (prepare: Contestant['prepare']): Contestant => ({
  id: 'flowbench',
  version: VERSION,
  missing: () => null,
  prepare,
})

/** A yardstick that is always there. */
export const yardstick = (id: string, prepare: Contestant['prepare']): Contestant => ({
  id,
  version: `Node ${process.versions.node}`,
  missing: () => null,
  prepare,
})

/** A figure that is no time: bytes, a quantile. It takes the place of seconds. */
export const figure = (
  value: () => number | Promise<number>,
  isRight: () => boolean = () => true,
): Burst => ({
  run: () => 1,
  work: 1,
  expected: 1,
  timed: async (repeats) => ({ seconds: repeats * (await value()), check: isRight() ? 1 : 0 }),
})
