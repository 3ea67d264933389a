/**
 * Patterns that are accepted although they are not linear, in a file under version control:
 *
 *     - pattern: '(a+)+$'          # or  name: the name of its rule
 *       engine: v8                 # left out: every engine
 *       reason: only ever sees our own file names
 *       until: 2027-01-31          # the last day on which this holds
 */
import { readFileSync } from 'node:fs'
import { LineCounter, parseDocument, isMap, isSeq } from 'yaml'
import { z } from 'zod'
import { BadRequest } from '../../harness/errors.ts'

/** Why something is accepted, and the last day on which it is: what every file of accepted things must say. */
export const acceptance = {
  reason: z.string().min(8, 'a reason that a reader can judge'),
  until: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/, 'a day: 2027-01-31')
    .refine(isDay, 'no such day'),
}

const entry = z
  .strictObject({
    pattern: z.string().optional(),
    name: z.string().optional(),
    engine: z.string().optional(),
    ...acceptance,
  })
  .refine(({ pattern, name }) => (pattern === undefined) !== (name === undefined), 'either pattern or name')

export type Accepted = z.infer<typeof entry>

function isDay(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
}

export function readAccepted(file: string): Accepted[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    throw new BadRequest(`${file}: no such file`)
  }
  return acceptedIn(text, file)
}

export function acceptedIn(text: string, file: string): Accepted[] {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, schema: 'failsafe' })
  const [error] = document.errors
  if (error)
    throw new BadRequest(`${file}:${lines.linePos(error.pos[0]).line}: ${error.message.split('\n')[0]}`)
  const { contents } = document
  if (contents === null) return []
  if (!isSeq(contents)) throw new BadRequest(`${file}: a list of accepted patterns belongs here`)
  return contents.items.map((item) => {
    const line = isMap(item) && item.range ? lines.linePos(item.range[0]).line : 1
    const parsed = entry.safeParse(isMap(item) ? item.toJSON() : item)
    if (parsed.success) return parsed.data
    const [issue] = parsed.error.issues
    const where = issue!.path.join('.')
    throw new BadRequest(`${file}:${line}: ${where === '' ? '' : `${where}: `}${issue!.message}`)
  })
}

/** The entry that accepts this pattern on this engine today, if one does; `today` as 2027-01-31. */
export function acceptedBy(
  list: readonly Accepted[],
  { pattern, name, engine, today }: { pattern: string; name: string; engine: string; today: string },
): { readonly entry: Accepted; readonly expired: boolean } | null {
  const found = list.filter(
    (one) =>
      (one.pattern === undefined ? one.name === name : one.pattern === pattern) &&
      (one.engine === undefined || one.engine === engine),
  )
  const valid = found.find(({ until }) => until >= today)
  if (valid) return { entry: valid, expired: false }
  return found.length > 0 ? { entry: found[0]!, expired: true } : null
}
