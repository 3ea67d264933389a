/** What the gate says: `gate --json` prints this, every report is made from it. */
import { z } from 'zod'
import { soakRates } from './rate.ts'

export const GATE_SCHEMA = 'flowbench.gate/1'

const ratio = { ratio: z.number(), low: z.number(), high: z.number() }

const counter = z.strictObject({
  name: z.string(),
  base: z.number(),
  head: z.number(),
  /** head / base; null where base is 0. */
  ratio: z.number().nullable(),
  grown: z.boolean(),
  /** Functions that execute most blocks more than they did. */
  where: z.array(z.string()).readonly(),
})

const timing = z.strictObject({
  clock: z.enum(['cpu', 'wall']),
  rounds: z.int(),
  /** Rounds that were played again to confirm a finding. */
  confirming: z.int(),
  /** 95th percentile of the samples, wall time, and share of time in garbage collection; head against base. */
  p95: z.number(),
  wall: z.number(),
  gc: z.strictObject({ base: z.number(), head: z.number() }),
})

const outcome = z.enum(['pass', 'fail', 'undecided', 'accepted', 'refused', 'new', 'gone', 'changed'])

const benchmark = z.strictObject({
  id: z.string(),
  outcome,
  /** Why it has this outcome, in one sentence. */
  why: z.string(),
  /** head's time over base's, above 1 is slower; with a 95 % interval. Null where it was not timed. */
  ratio: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  /** Where it is sure, which of the two is slower, by however little. */
  order: z.enum(['head slower', 'head faster']).nullable(),
  counters: z.array(counter.readonly()).readonly(),
  /** Peak memory, head's over base's. */
  memory: z.strictObject(ratio).readonly().nullable(),
  timing: timing.readonly().nullable(),
  /** Own files of the benchmark that differ: base was asked head's question. */
  laidOver: z.array(z.string()).readonly(),
  /** Of an accepted one, or one whose acceptance ran out: what the file says. */
  accepted: z
    .strictObject({ reason: z.string(), until: z.string(), expired: z.boolean() })
    .readonly()
    .nullable(),
  /** What else a reader should know: another result, counters that did not repeat. */
  notes: z.array(z.string()).readonly(),
})

const control = z.strictObject({
  /** `counts`, `time`. */
  of: z.string(),
  benchmark: z.string(),
  ok: z.boolean(),
  /** What was seen: base against itself, and against the copy made slower. */
  said: z.string(),
})

const rates = soakRates.pick({ rounds: true, falseAlarms: true, found: true }).readonly().nullable()

const errorRates = z.strictObject({
  at: z.string(),
  machine: z.string(),
  /** True when the code that measures or decides is another now. */
  methodChanged: z.boolean(),
  /** On a machine that has other things to do, and on one that has not; null where too few rounds were played. */
  busy: rates,
  calm: rates,
})

export const gateDocument = z.strictObject({
  schema: z.literal(GATE_SCHEMA),
  verdict: z.enum(['pass', 'fail', 'undecided', 'unmeasured']),
  /** The verdict in one sentence. */
  headline: z.string(),
  base: z.strictObject({ ref: z.string(), commit: z.string() }).readonly(),
  /** Differences besides the code, to be read first. */
  changes: z.array(z.string()).readonly(),
  machine: z
    .strictObject({
      cpu: z.string(),
      cores: z.int(),
      node: z.string(),
      platform: z.string(),
      load: z.number(),
    })
    .readonly(),
  benchmarks: z.array(benchmark.readonly()).readonly(),
  controls: z.array(control.readonly()).readonly(),
  errorRates: errorRates.readonly().nullable(),
  /** Benchmarks, or stages of one, that time or a flag left out. */
  notMeasured: z.array(z.strictObject({ id: z.string(), why: z.string() }).readonly()).readonly(),
  /** Seconds that all of it took. */
  seconds: z.number(),
  /** The command that does it again. */
  repeat: z.string(),
})

export type GateDocument = z.infer<typeof gateDocument>
export type GateBenchmark = GateDocument['benchmarks'][number]
export type GateControl = GateDocument['controls'][number]
export type Outcome = z.infer<typeof outcome>
