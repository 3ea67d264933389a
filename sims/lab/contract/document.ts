/**
 * The result document: what `run --json` prints for one file and what `result.json` holds. One schema, used by the
 * writer's types and by whoever reads a document from a file.
 *
 * Every number is in the base unit its `unit` names; intervals are 95 %. A virtual run's document holds no wall-clock
 * fact, so the same scenario and seed give the same bytes.
 */
import { z } from 'zod'

export const RUN_SCHEMA = 'flowbench.run/1'
export const RUNS_SCHEMA = 'flowbench.runs/1'

const number = z.number().nullable()

/** The swept or searched parameters of a point and their values; empty for a single point. */
const at = z.record(z.string(), z.union([z.number(), z.string()]))

/** The mean over replications and its 95 % interval; null where no replication had the metric. */
const estimate = z.object({ unit: z.string(), value: number, low: number, high: number })

const answer = z.object({
  /** One sentence that a planner can repeat, without the interval's technicalities. */
  text: z.string(),
  value: number,
  unit: z.string(),
  low: number,
  high: number,
  /** The resource that gives way first as load grows, and the multiple of today's load at which it does. */
  breaksFirst: z.object({ name: z.string(), multiple: z.number() }).nullable(),
})

const point = z.object({
  at,
  replications: z.number(),
  state: z.enum(['stable', 'backlogged', 'overloaded']),
  metrics: z.record(z.string(), estimate),
})

const expectation = z.object({
  /** As written in the scenario. */
  text: z.string(),
  metric: z.string(),
  /** The metric's, and so that of `value`, `low` and `high`. */
  unit: z.string(),
  at,
  ok: z.boolean(),
  value: number,
  low: number,
  high: number,
  /**
   * False when the interval straddles the limit: the verdict stands on the estimate, but only just. Null when there is
   * no interval to say so: one replication, or no estimate.
   */
  clear: z.boolean().nullable(),
})

const invariant = z.object({ name: z.string(), at, ok: z.boolean(), detail: z.string().exactOptional() })

const theory = z.object({
  name: z.string(),
  at,
  metric: z.string(),
  expected: z.number(),
  observed: number,
  low: number,
  high: number,
  ok: z.boolean(),
})

/** One uncertain parameter, and what its ends do to the answer when everything else stays at its middle. */
const assumption = z.object({
  /** Path below `params`: `voiceShare`. */
  path: z.string(),
  label: z.string(),
  unit: z.string(),
  low: z.number(),
  mid: z.number(),
  high: z.number(),
  /**
   * What was answered with this parameter at low, mid and high, from one replication with common random numbers;
   * null where there is no answer. Absent when it was not probed.
   */
  effect: z
    .object({
      /** The searched parameter or the metric that answers. */
      of: z.string(),
      unit: z.string(),
      low: number,
      mid: number,
      high: number,
    })
    .exactOptional(),
})

const run = z.object({
  schema: z.literal(RUN_SCHEMA),
  scenario: z.string(),
  question: z.string(),
  environment: z.string().nullable(),
  sim: z.string(),
  mode: z.enum(['virtual', 'live']),
  seed: z.number(),
  verdict: z.enum(['pass', 'fail', 'overloaded']),
  answer,
  points: z.array(point),
  expectations: z.array(expectation),
  invariants: z.array(invariant),
  theory: z.array(theory),
  /** Uncertain parameters, the most influential first. */
  assumptions: z.array(assumption),
  counters: z.record(z.string(), z.number()),
  /** Present when the run was stopped early: it reports only what was complete then. */
  interrupted: z.literal(true).exactOptional(),
  /** The command that gives this document again. */
  reproduce: z.string(),
  /** SHA-256 of everything but itself; absent in live mode. */
  digest: z.string().exactOptional(),
})

type Frozen<T> = T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T

export type At = Frozen<z.infer<typeof at>>
export type Estimate = Frozen<z.infer<typeof estimate>>
export type Answer = Frozen<z.infer<typeof answer>>
export type PointDocument = Frozen<z.infer<typeof point>>
export type ExpectationDocument = Frozen<z.infer<typeof expectation>>
export type InvariantDocument = Frozen<z.infer<typeof invariant>>
export type TheoryDocument = Frozen<z.infer<typeof theory>>
export type AssumptionDocument = Frozen<z.infer<typeof assumption>>
export type RunDocument = Frozen<z.infer<typeof run>>

/**
 * A document read from elsewhere, its key order untouched, or what is wrong with it. Keys that the schema does not name
 * are let through: a later version may have added them.
 */
export function parseDocument(json: unknown): { document: RunDocument } | { problem: string } {
  const parsed = run.safeParse(json)
  if (!parsed.success) return { problem: firstProblem(parsed.error) }
  return { document: json as RunDocument }
}

/** The first issue of a zod error: where, and what. */
export function firstProblem(error: z.ZodError): string {
  const issue = error.issues[0]
  if (issue === undefined) return 'is not valid'
  const where = issue.path.map(String).join('.')
  return where === '' ? issue.message : `${where}: ${issue.message}`
}
