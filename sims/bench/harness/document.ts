/**
 * The bench document: what `bench NAME --json` prints. One schema; the types of whoever writes or reads it are inferred
 * from it, and nothing leaves the harness that does not fit it.
 *
 * A ratio above 1 always means that flowbench, as it stands in the working tree, is better; intervals are 95 %.
 */
import { z } from 'zod'

export const BENCH_SCHEMA = 'flowbench.bench/1'

const ratio = { ratio: z.number(), low: z.number(), high: z.number() }

/** Names of the parts that a contestant does not do, by reason. */
const partsNotDone = z.strictObject({
  refused: z.array(z.string()).readonly(),
  wrong: z.array(z.string()).readonly(),
  slow: z.array(z.string()).readonly(),
})

const peer = z.strictObject({
  version: z.string(),
  value: z.number(),
  ...ratio,
  /** Value and ratio are over the parts that both do: how many, and which the peer does not do. */
  parts: partsNotDone.extend({ compared: z.int() }).readonly().optional(),
  /** Of `base`: in what its work or its answer is not ours, though each side's answer is the one it expects. */
  differs: z.string().optional(),
})

const row = z.strictObject({
  /** A stable path: `relay/media-verdicts-batch64`. */
  id: z.string(),
  unit: z.string(),
  better: z.enum(['higher', 'lower']),
  value: z.number(),
  /** True only when every burst of every contestant returned its expected check value. */
  checked: z.boolean(),
  /** For a mean over parts: over how many, and which ours left out. */
  parts: partsNotDone.extend({ measured: z.int() }).readonly().optional(),
  peers: z.record(z.string(), peer.readonly()).readonly(),
})

const missing = z.strictObject({
  peer: z.string(),
  why: z.string(),
  /** What would change it. */
  install: z.string(),
})

export const benchDocument = z
  .strictObject({
    schema: z.literal(BENCH_SCHEMA),
    name: z.string(),
    machine: z
      .strictObject({ cpu: z.string(), cores: z.int(), node: z.string(), platform: z.string() })
      .readonly(),
    rows: z.array(row.readonly()).readonly(),
    missing: z.array(missing.readonly()).readonly(),
    /** With `--against`: what `base` is, and where its dependencies came from. */
    against: z
      .strictObject({
        ref: z.string(),
        commit: z.string(),
        dependencies: z.enum(['linked', 'installed', 'none']),
      })
      .readonly()
      .optional(),
    /** The geometric mean of the ratios against `base`, over so many rows. */
    geomean: z
      .strictObject({ rows: z.int(), ...ratio })
      .readonly()
      .optional(),
  })
  .readonly()

export type BenchDocument = z.infer<typeof benchDocument>
export type RowDocument = BenchDocument['rows'][number]
export type PeerDocument = RowDocument['peers'][string]
export type Missing = BenchDocument['missing'][number]
export type PartsNotDone = z.infer<typeof partsNotDone>
