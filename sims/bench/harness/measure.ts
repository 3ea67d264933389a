/**
 * A whole benchmark module, measured row by row into one document.
 *
 *     rows         what a benchmark is, and where it comes from      row.ts, load.ts
 *     contestants  each in a process of its own, asked by messages   contestant.ts, link.ts, protocol.ts
 *                  what that process does                            child.ts, parts.ts
 *     base         another commit as one of them                     base.ts, ../checkout
 *     rounds       who has its turn when                             interleave.ts, shuffled.ts
 *     figures      ratios with their intervals                       compare.ts, geomean.ts
 *     document     what is told of them                              document.ts
 *
 * Whatever is started ends with us: `group.ts`, `program.ts`, `reaper.ts`.
 */
import { availableParallelism, cpus } from 'node:os'
import type { z } from 'zod'
import { openStream } from '../../lab/kernel/random/stream.ts'
import { BASE, openBase, type Base } from './base.ts'
import {
  BENCH_SCHEMA,
  benchDocument,
  type BenchDocument,
  type Missing,
  type RowDocument,
} from './document.ts'
import { BadRequest, CouldNotMeasure } from './errors.ts'
import { geometricMean } from './geomean.ts'
import { measureRow } from './interleave.ts'
import { loadRows, type RowsSource } from './load.ts'
import type { Row, Rows } from './row.ts'

export interface BenchOptions {
  /** Default 20. */
  readonly rounds?: number
  /** Only rows whose id contains one of these. */
  readonly rows?: readonly string[]
  /** Only these peers of the rows; none when empty. */
  readonly peers?: readonly string[]
  /** A commit of the repository that the module lies in: one more peer, `base`. */
  readonly against?: string
  /** The module that is handed to the rows where they are made from one: the list of sims. */
  readonly handed?: URL
  /** Of the order of turns; default 1. */
  readonly seed?: number
  /**
   * Samples a process takes in a round; the round's figure is the least of them. Default 4, or 12 against another
   * commit: its rounds are of fresh processes, and warming up costs more than sampling.
   */
  readonly samples?: number
  /** Length of a sample, seconds, default 0.005. */
  readonly sampleSeconds?: number
  /** How long one request to a contestant may take, seconds; default 120. */
  readonly timeoutSeconds?: number
  readonly onProgress?: (text: string) => void
  /** Aborted: everything that was started is ended and removed, and the reason is thrown. */
  readonly signal?: AbortSignal
}

/**
 * Measures the rows of the module at `module` (a URL). Throws CouldNotMeasure where no honest figure comes out, and
 * BadRequest for rows, peers and commits that do not exist.
 */
export async function measureModule(
  name: string,
  module: URL,
  options: BenchOptions = {},
): Promise<BenchDocument> {
  const { rounds = 20, against, signal, onProgress = () => {} } = options
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new BadRequest(`rounds must be a whole number, at least 1, not ${rounds}`)
  }
  const source = { module: module.href, handed: options.handed?.href ?? null }
  const rows = chosenRows(name, await loadRows(source), options.rows)
  const takesPart = chosenPeers(name, rows, options.peers)
  if (against !== undefined) onProgress(`${BASE}: checking out ${against}`)
  const base = against === undefined ? null : await openBase(name, source, against, signal)
  try {
    return await measureRows(name, rows, { ...options, source, rounds, takesPart, base, onProgress })
  } finally {
    base?.checkout.close()
  }
}

function chosenRows(name: string, all: Rows, filter: readonly string[] | undefined): Rows {
  const chosen = filter === undefined ? all : all.filter(({ id }) => filter.some((part) => id.includes(part)))
  if (chosen.length > 0) return chosen
  const ids = all.map(({ id }) => id).join(', ')
  throw new BadRequest(`bench ${name} has no row like ${filter?.join(', ')}; it has ${ids}`)
}

function chosenPeers(name: string, rows: Rows, peers: readonly string[] | undefined) {
  if (peers === undefined) return () => true
  const known = new Set(rows.flatMap((row) => row.peers.map(({ id }) => id)))
  const unknown = peers.filter((peer) => !known.has(peer))
  if (unknown.length > 0) {
    const there = [...known].join(', ') || 'none'
    throw new BadRequest(`bench ${name} has no peer ${unknown.join(', ')} in these rows; it has ${there}`)
  }
  return (peer: string): boolean => peers.includes(peer)
}

type Settled = BenchOptions & {
  readonly source: RowsSource
  readonly rounds: number
  readonly takesPart: (peer: string) => boolean
  readonly base: Base | null
  readonly onProgress: (text: string) => void
}

async function measureRows(name: string, chosen: Rows, options: Settled): Promise<BenchDocument> {
  const { base, seed = 1, samples = base ? 12 : 4 } = options
  const rows: RowDocument[] = []
  const missing = new Map<string, Missing>()
  const againstBase: (readonly number[])[] = []
  const measure = (row: Row) =>
    measureRow(row, {
      ...options,
      samples,
      sampleSeconds: options.sampleSeconds ?? 0.005,
      timeoutSeconds: options.timeoutSeconds ?? 120,
      // By the row's name: measuring other rows does not change this one's order of turns.
      shuffle: openStream(seed, 0, `bench/${row.id}`),
      signal: options.signal ?? new AbortController().signal,
    })
  for (const row of chosen) {
    const measured = await measure(row)
    rows.push(measured.row)
    const rounds = measured.rounds.get(BASE)
    if (rounds !== undefined) againstBase.push(rounds)
    // A peer that several rows miss for one reason is said once.
    for (const m of measured.missing) missing.set(`${m.peer}\n${m.why}`, m)
  }
  const geomean = geometricMean(againstBase, seed)
  if (base !== null && geomean === undefined) {
    const whys = [...missing.values()].filter(({ peer }) => peer === BASE).map(({ why }) => why)
    throw new CouldNotMeasure(
      `no row of bench ${name} could be compared with ${base.ref}: ${whys.join('; ')}`,
    )
  }
  return benchDocument.parse({
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
    ...(base && { against: describe(base) }),
    ...(geomean && { geomean }),
  } satisfies z.input<typeof benchDocument>)
}

function describe({ ref, checkout: { commit, dependencies } }: Base): BenchDocument['against'] {
  return { ref, commit, dependencies }
}
