/** The frame of a scenario file: every key but those of the sim's own `params`. One schema checks and documents it. */
import { z } from 'zod'
import { count, integer, share, wrong } from '../../contract/quantity.ts'

export const DEFAULT_HALF_WIDTH = 0.03
export const DEFAULT_REPLICATIONS = { min: 5, max: 200 }
export const MAX_REPLICATIONS = 10_000
export const MAX_EXPECTATIONS = 100
export const MAX_ENVIRONMENTS = 50

/** Used as a folder name: no dots, no slashes. */
export const NAME = /^[a-z0-9][a-z0-9-]{0,79}$/

export interface Replications {
  readonly min: number
  readonly max: number
}

/** `12` or `5..200`. */
export function readReplications(input: unknown): Replications | string {
  const match = /^\s*(\d{1,9})\s*(?:\.\.\s*(\d{1,9})\s*)?$/.exec(
    typeof input === 'number' ? String(input) : toText(input),
  )
  if (match === null) return wrong('a number of replications, such as 12, or a range such as 5..200', input)
  const min = Number(match[1])
  const max = Number(match[2] ?? match[1])
  if (min > max) return `the range ${min}..${max} runs backwards`
  if (min < 1 || max > MAX_REPLICATIONS) return `replications must be 1 to ${MAX_REPLICATIONS}`
  return { min, max }
}

const toText = (input: unknown) => (typeof input === 'string' ? input : '')

/** A message for zod's own checks that names what was expected. */
const expected = (what: string) => (issue: { readonly input?: unknown }) => wrong(what, issue.input)

const map = (what: string, description: string) =>
  z.record(z.string(), z.unknown(), { error: expected(what) }).describe(description)

const replications = z
  .unknown()
  .meta({
    anyOf: [
      { type: 'integer', minimum: 1, maximum: MAX_REPLICATIONS },
      { type: 'string', pattern: '^\\d+\\.\\.\\d+$' },
    ],
  })
  .transform((input, ctx): Replications => {
    const read = readReplications(input)
    if (typeof read !== 'string') return read
    ctx.issues.push({ code: 'custom', input, message: read })
    return z.NEVER
  })

const values = z.unknown().meta({
  anyOf: [
    { type: 'string', pattern: '\\.\\.' },
    { type: 'array', minItems: 1, items: { type: ['number', 'string'] } },
  ],
})

export const Frame = z.strictObject(
  {
    name: z
      .string({ error: expected('a name such as relay-peak-hour') })
      .regex(NAME, { error: expected('a name of a-z, 0-9 and -, at most 80 long, such as relay-peak-hour') })
      .describe('Name of the scenario, and of the folder its results go to: a-z, 0-9 and -.'),
    question: z
      .string({ error: expected('the question, as text') })
      .regex(/\S/, { error: 'the question is empty' })
      .max(500, { error: 'the question is longer than 500 characters' })
      .describe('The question this scenario answers, in one sentence.'),
    sim: z.string({ error: expected('the name of a sim') }).describe('The sim that answers it.'),
    seed: z
      .int({ error: expected('a whole number of at least 0, at most 2^53 - 1') })
      .min(0, { error: expected('a whole number of at least 0, at most 2^53 - 1') })
      .prefault(1)
      .describe('Same seed, same result, to the byte.'),
    params: map('a map of parameters', "The sim's parameters. Every quantity carries its unit.").prefault({}),
    sweep: z
      .record(z.string(), values, { error: expected('a map from parameters to ranges or lists') })
      .optional()
      .describe('Runs every combination: a range "8..64 step 4" or a list for each parameter.'),
    find: z
      .strictObject(
        {
          smallest: z
            .string({ error: expected('the name of a parameter') })
            .describe('The parameter whose smallest sufficient value is searched.'),
          in: values.describe('Where to search: "8..64" or a list.'),
          confidence: share({ above: 0.5, below: 1 })
            .prefault('95%')
            .describe('How surely the value found must meet every expectation.'),
        },
        { error: expected('a map such as {smallest: servers, in: 8..64}') },
      )
      .optional()
      .describe('Capacity search: the smallest value that surely meets every expectation.'),
    horizon: z
      .enum(['steady', 'span'], { error: expected('steady or span') })
      .optional()
      .describe(
        'What the figures are of: "steady", what the system settles to, or "span", one stretch of time with its start.',
      ),
    until: z
      .strictObject(
        {
          halfWidth: share({ above: 0 })
            .optional()
            .describe('Replicate until the 95 % interval is this close to the estimate, such as 3%.'),
          replications: replications
            .optional()
            .describe('How often: a fixed number, or at least and at most, such as 5..200.'),
        },
        { error: expected('a map such as {halfWidth: 3%, replications: 5..200}') },
      )
      .optional()
      .describe('When to stop replicating.'),
    uncertainty: z
      .strictObject(
        {
          samples: integer({ min: 16, max: 4096 }).describe('Cases to draw, such as 256.'),
          shortfall: count({ above: 0 })
            .prefault(9)
            .describe(
              'What each one missing costs, counted in what one too many costs: 9 asks for 90 % of the cases.',
            ),
        },
        { error: expected('a map such as {samples: 256}') },
      )
      .optional()
      .describe('Draws all intervals of params together: what the answer is over all that may be the case.'),
    expect: z
      .array(z.string({ error: expected('a text such as "p99(wait) < 5 ms"') }), {
        error: expected('a list of texts such as "p99(wait) < 5 ms"'),
      })
      .max(MAX_EXPECTATIONS, { error: `more than ${MAX_EXPECTATIONS} expectations` })
      .prefault([])
      .describe('What must hold at every point: a metric, an operator, a limit with its unit.'),
    environments: map(
      'a map of environments',
      'Variants, chosen by name: each is merged over the file.',
    ).optional(),
  },
  { error: expected('a scenario: a map with name, question and sim') },
)

/** Keys that no environment may change: they say which scenario this is. */
export const FIXED_KEYS: readonly string[] = ['name', 'sim', 'environments']

export type FrameValues = z.output<typeof Frame>
