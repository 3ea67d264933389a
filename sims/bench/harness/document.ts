/** A whole benchmark module, measured row by row into one document. */
import { availableParallelism, cpus } from 'node:os'
import { openStream } from '../../lab/kernel/random/stream.ts'
import { BENCH_SCHEMA, type BenchDocument, type Rows } from './row.ts'
import { CouldNotMeasure } from './errors.ts'
import { measureRow, type Missing, type RowDocument } from './interleave.ts'

export interface BenchOptions {
  /** Default 20. */
  readonly rounds?: number
  /** Only rows whose id contains one of these. */
  readonly rows?: readonly string[]
  /** Of the order of turns; default 1. */
  readonly seed?: number
  /** Samples a process takes in a round, default 4; the round's figure is the least of them. */
  readonly samples?: number
  /** Length of a sample, seconds, default 0.005. */
  readonly sampleSeconds?: number
  /** How long one request to a contestant may take, seconds; default 120. */
  readonly timeoutSeconds?: number
  readonly onProgress?: (text: string) => void
}

/** Measures the rows of the module at `module` (a URL). Throws CouldNotMeasure where no honest figure comes out. */
export async function measureModule(
  name: string,
  module: URL,
  options: BenchOptions = {},
): Promise<BenchDocument> {
  const { rounds = 20, rows: filter, seed = 1, samples = 4, onProgress = () => {} } = options
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new RangeError(`rounds must be an integer of at least 1, got ${rounds}`)
  }
  const { rows: all } = (await import(module.href)) as { rows: Rows }
  const chosen = filter === undefined ? all : all.filter(({ id }) => filter.some((part) => id.includes(part)))
  if (chosen.length === 0) {
    throw new CouldNotMeasure(`bench ${name} has no row like ${filter?.join(', ')}; it has ${ids(all)}`)
  }
  const rows: RowDocument[] = []
  const missing = new Map<string, Missing>()
  for (const row of chosen) {
    const result = await measureRow(row, {
      module: module.href,
      rounds,
      samples,
      sampleSeconds: options.sampleSeconds ?? 0.005,
      timeoutSeconds: options.timeoutSeconds ?? 120,
      // By the row's name: measuring other rows does not change this one's order of turns.
      shuffle: openStream(seed, 0, `bench/${row.id}`),
      onProgress,
    })
    rows.push(result.row)
    // A peer that several rows miss for one reason is said once.
    for (const m of result.missing) missing.set(`${m.peer}\n${m.why}`, m)
  }
  return {
    schema: BENCH_SCHEMA,
    name,
    machine: {
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      cores: availableParallelism(),
      node: process.versions.node,
      platform: `${process.platform}-${process.arch}`,
    },
    rows,
    missing: [...missing.values()],
  }
}

function ids(rows: Rows): string {
  return rows.map((row) => row.id).join(', ')
}
