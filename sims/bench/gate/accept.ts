/**
 * What the gate lets through, and how much room a benchmark has: a file under version control, `gate.yaml` at the top.
 *
 *     accept:
 *       - benchmark: relay/stun-verdicts-batch64
 *         of: [time, work]            # or memory, or result (another one than at base); left out: all of them
 *         reason: hints are checked twice since the replay fix
 *         until: 2027-01-31           # the last day on which this holds
 *     tolerances:
 *       - benchmark: kernel/mm1
 *         time: 3%                    # default 1 %
 *         memory: 10%                 # default 5 %
 *         work: 2%                    # of every counter; default 0.5 % of the engine's own, 25 % of the others
 *
 * It is read from head: whoever slows something down on purpose says so in the same change.
 */
import { existsSync, readFileSync } from 'node:fs'
import { isNode, LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { BadRequest } from '../harness/errors.ts'
import { acceptance } from '../shootout/input/accepted.ts'

export const ACCEPT_FILE = 'gate.yaml'

const KINDS = ['time', 'memory', 'work', 'result'] as const
export type Kind = (typeof KINDS)[number]

const share = z
  .string()
  .regex(/^\d+(\.\d+)?\s*%$/, 'a share: 3%')
  .transform((text) => parseFloat(text) / 100)
  .refine((value) => value <= 10, 'at most 1000%')

const file = z.strictObject({
  accept: z
    .array(z.strictObject({ benchmark: z.string(), of: z.array(z.enum(KINDS)).optional(), ...acceptance }))
    .default([]),
  tolerances: z
    .array(
      z.strictObject({
        benchmark: z.string(),
        time: share.optional(),
        memory: share.optional(),
        work: share.optional(),
      }),
    )
    .default([]),
})

export type AcceptFile = z.infer<typeof file>
export type Acceptance = AcceptFile['accept'][number]

/** The file at `path`; nothing is accepted where there is none and it `isOptional`. BadRequest names the line. */
export function readAcceptFile(path: string, isOptional: boolean): AcceptFile {
  if (!existsSync(path)) {
    if (isOptional) return file.parse({})
    throw new BadRequest(`${path}: no such file`)
  }
  try {
    return acceptFileIn(readFileSync(path, 'utf8'), path)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === undefined) throw cause
    throw new BadRequest(`${path}: cannot be read (${code})`, { cause })
  }
}

export function acceptFileIn(text: string, path: string): AcceptFile {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, schema: 'failsafe' })
  const [error] = document.errors
  if (error) {
    throw new BadRequest(`${path}:${lines.linePos(error.pos[0]).line}: ${error.message.split('\n')[0]}`)
  }
  const parsed = file.safeParse(document.toJS() ?? {})
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  // The innermost node of the path that is there: a key that is missing has none.
  let node: unknown
  for (let depth = issue!.path.length; depth >= 0 && !isNode(node); depth--) {
    node = depth === 0 ? document.contents : document.getIn(issue!.path.slice(0, depth), true)
  }
  const line = isNode(node) && node.range ? lines.linePos(node.range[0]).line : 1
  throw new BadRequest(`${path}:${line}: ${issue!.path.join('.')}: ${issue!.message}`)
}

/** The entry that lets this benchmark through today, if one does; `today` as 2027-01-31. */
export function acceptanceOf(
  { accept }: AcceptFile,
  benchmark: string,
  kind: Kind,
  today: string,
): { readonly entry: Acceptance; readonly expired: boolean } | null {
  const found = accept.filter((one) => one.benchmark === benchmark && (one.of ?? KINDS).includes(kind))
  const valid = found.find(({ until }) => until >= today)
  if (valid !== undefined) return { entry: valid, expired: false }
  return found.length === 0 ? null : { entry: found[0]!, expired: true }
}

/** How much room a benchmark has, where the file says so. */
export function toleranceOf({ tolerances }: AcceptFile, benchmark: string): Partial<Record<Kind, number>> {
  const { time, memory, work } = tolerances.find((one) => one.benchmark === benchmark) ?? {}
  return {
    ...(time !== undefined && { time }),
    ...(memory !== undefined && { memory }),
    ...(work !== undefined && { work }),
  }
}
