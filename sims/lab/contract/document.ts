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

/**
 * `weak`: too weak to judge. `unfinished`: stopped before it was done. `unchecked`: nothing was expected. The others are as
 * they say; an overloaded point outranks a failed expectation.
 */
const VERDICTS = ['pass', 'fail', 'overloaded', 'weak', 'unfinished', 'unchecked'] as const
export type Verdict = (typeof VERDICTS)[number]

const number = z.number().nullable()

/** The swept or searched parameters of a point and their values; empty for a single point. */
const at = z.record(z.string(), z.union([z.number(), z.string()]))

/** The mean over replications and its 95 % interval; null where one of them lacks the metric. */
const estimate = z.object({ unit: z.string(), value: number, low: number, high: number })

const answer = z.object({
  /** One sentence that a planner can repeat, without the interval's technicalities. */
  text: z.string(),
  /** With `find`, the smallest value that surely meets every expectation. */
  value: number,
  /** With `find`, the smallest value whose point estimates meet them; else the same as `value`. */
  estimate: number,
  unit: z.string(),
  /** Ends of the 95 % interval; null where one lies beyond the range searched. */
  low: number,
  high: number,
  /** What gives way first as load grows, and the multiple of today's load at which it does. */
  breaksFirst: z.object({ name: z.string(), multiple: z.number() }).nullable(),
})

const point = z.object({
  at,
  replications: z.number(),
  state: z.enum(['stable', 'backlogged', 'overloaded']),
  /**
   * Virtual time of one replication, s: measured, and left out before it. `chosen` when the scenario left it to the
   * question. Absent where the sim does not say.
   */
  time: z.object({ span: z.number(), warmUp: z.number(), chosen: z.boolean() }).exactOptional(),
  metrics: z.record(z.string(), estimate),
  /** What each replication alone measured, in replication order. */
  samples: z.record(z.string(), z.array(number)),
})

/** Whether the answer may be believed, and why not. */
const trust = z.object({
  /** `weak`: an answer that no verdict may stand on. `none`: not even a figure. */
  level: z.enum(['sound', 'weak', 'none']),
  /** A sound run may carry remarks. */
  reasons: z.array(
    z.object({
      code: z.enum([
        'run-length',
        'no-figure',
        'no-interval',
        'warm-up',
        'transient',
        'theory',
        'precision',
        'unseen',
        'undecided',
        'interrupted',
      ]),
      text: z.string(),
      /** What to do about it, on the command line where that can be. */
      remedy: z.string(),
    }),
  ),
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

const interval = z.tuple([z.number(), z.number()]).nullable()

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
   * What was answered with this parameter at low, mid and high, from the run's own seed and replications; null where
   * there is no answer. Absent when it was not probed. `mid` is the answer itself.
   */
  effect: z
    .object({
      /** The searched parameter or the metric that answers. */
      of: z.string(),
      unit: z.string(),
      low: number,
      mid: number,
      high: number,
      /** 95 % intervals of the three, where they have any. */
      intervals: z.object({ low: interval, mid: interval, high: interval }).exactOptional(),
    })
    .exactOptional(),
})

/** All uncertain parameters drawn together (`uncertainty: {samples: 256}`). */
const uncertainty = z.object({
  /** Cases drawn, and those of them without an answer: it lies beyond what was searched. */
  samples: z.number(),
  beyond: z.number(),
  /** Cases drawn that cannot be, where there are any: all shares below are of the others. */
  impossible: z.number().exactOptional(),
  /** The searched parameter or the metric that answers. */
  of: z.string(),
  unit: z.string(),
  /** The answer that a share p of all cases does not exceed; null where that lies beyond what was searched. */
  quantiles: z.array(z.object({ p: z.number(), value: number })),
  /** Total effects, the largest first: share of the answer's variance that a parameter is behind, alone or with others. */
  effects: z.array(
    z.object({ path: z.string(), label: z.string(), share: z.number(), low: z.number(), high: z.number() }),
  ),
  /** Share of the variance that the effects do not explain. */
  rest: z.number(),
  /**
   * With `find`: in how many of all cases a value is enough, and what a shortfall must cost at least, counted in what one
   * more of the parameter costs, for the next of these values to be worth it; null where that gains nothing.
   */
  choices: z
    .array(z.object({ value: z.number(), enough: z.number(), worthwhile: z.number().nullable() }))
    .exactOptional(),
  /** With `find`: the value whose expected cost is least where each one missing costs `shortfall` times one too many. */
  leastRegret: z.object({ value: number, shortfall: z.number() }).exactOptional(),
})

const run = z.object({
  schema: z.literal(RUN_SCHEMA),
  scenario: z.string(),
  question: z.string(),
  environment: z.string().nullable(),
  sim: z.string(),
  mode: z.enum(['virtual', 'live']),
  seed: z.number(),
  /** What the figures are of: a steady state, or a stretch of time with its start. */
  horizon: z.enum(['steady', 'span']),
  verdict: z.enum(VERDICTS),
  answer,
  trust,
  points: z.array(point),
  /** Units of those swept or searched parameters that are quantities: of their values in every `at`. */
  atUnits: z.record(z.string(), z.string()).exactOptional(),
  expectations: z.array(expectation),
  invariants: z.array(invariant),
  theory: z.array(theory),
  /** Uncertain parameters, the most influential first. */
  assumptions: z.array(assumption),
  uncertainty: uncertainty.exactOptional(),
  counters: z.record(z.string(), z.number()),
  /** The command that gives this document again. */
  reproduce: z.string(),
  /** SHA-256 of the resolved scenario, the version of the engines and the results; absent in live mode. */
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
export type UncertaintyDocument = Frozen<z.infer<typeof uncertainty>>
export type TrustDocument = Frozen<z.infer<typeof trust>>
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
