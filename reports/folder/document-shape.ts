/** The shape of a result document, for reading one from a file: foreign or broken ones are refused by name. */
import { z } from 'zod'
import { RUN_SCHEMA, type RunDocument } from '../../sims/lab/contract/document.ts'

const number = z.number().nullable()
const at = z.record(z.string(), z.union([z.number(), z.string()]))
const estimate = z.object({ unit: z.string(), value: number, low: number, high: number })

const shape = z.looseObject({
  schema: z.literal(RUN_SCHEMA),
  scenario: z.string(),
  question: z.string(),
  environment: z.string().nullable(),
  sim: z.string(),
  mode: z.enum(['virtual', 'live']),
  seed: z.number(),
  verdict: z.enum(['pass', 'fail', 'overloaded']),
  answer: z.looseObject({
    text: z.string(),
    value: number,
    unit: z.string(),
    low: number,
    high: number,
    breaksFirst: z.object({ name: z.string(), multiple: z.number() }).nullable(),
  }),
  points: z.array(
    z.looseObject({
      at,
      replications: z.number(),
      state: z.enum(['stable', 'backlogged', 'overloaded']),
      metrics: z.record(z.string(), estimate),
    }),
  ),
  expectations: z.array(
    z.looseObject({
      text: z.string(),
      at,
      ok: z.boolean(),
      value: number,
      low: number,
      high: number,
      clear: z.boolean().nullable(),
    }),
  ),
  invariants: z.array(
    z.looseObject({ name: z.string(), at, ok: z.boolean(), detail: z.string().optional() }),
  ),
  theory: z.array(
    z.looseObject({
      name: z.string(),
      at,
      metric: z.string(),
      expected: z.number(),
      observed: number,
      low: number,
      high: number,
      ok: z.boolean(),
    }),
  ),
  assumptions: z.array(
    z.looseObject({
      path: z.string(),
      label: z.string(),
      unit: z.string(),
      low: z.number(),
      mid: z.number(),
      high: z.number(),
      effect: z
        .looseObject({ of: z.string(), unit: z.string(), low: number, mid: number, high: number })
        .optional(),
    }),
  ),
  counters: z.record(z.string(), z.number()),
  reproduce: z.string(),
  digest: z.string().optional(),
})

/** The document, key order untouched, or what is wrong with it. */
export function parseDocument(json: unknown): { document: RunDocument } | { problem: string } {
  const parsed = shape.safeParse(json)
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
