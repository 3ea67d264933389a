/** A replication's context for tests of the model: named streams of seed 7. */
import { openStream } from '../../kernel/random/stream.ts'
import type { ReplicationContext } from '../sim.ts'

export const context = (replication = 0): ReplicationContext => ({
  replication,
  horizon: 'span',
  part: 0,
  stream: (name) => openStream(7, replication, name),
  judged: () => [],
  progress: () => {},
})
