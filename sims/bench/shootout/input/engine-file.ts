/** Engines that a YAML file adds: programs that speak the line protocol. */
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import { parseDocument } from 'yaml'
import { z } from 'zod'
import { BadRequest } from '../../harness/errors.ts'
import { DIALECTS } from '../attack/dialects.ts'
import type { EngineSpec } from '../engines/facts.ts'

const engine = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, 'a name of a-z, 0-9 and -'),
  command: z.array(z.string().min(1)).min(1, 'a program and its arguments'),
  directory: z.string().optional(),
  needs: z.string().optional(),
  dialect: z.enum(DIALECTS).optional(),
  install: z.string().default('see where its engine file comes from'),
})

/** Throws BadRequest, with the place, for what is no such file. */
export function readEngineFile(file: string, taken: readonly string[]): EngineSpec[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    throw new BadRequest(`${file}: no such file`)
  }
  const document = parseDocument(text, { prettyErrors: true })
  if (document.errors[0]) throw new BadRequest(`${file}: ${document.errors[0].message.split('\n')[0]}`)
  const parsed = z.array(engine).min(1, 'a list of engines').safeParse(document.toJS())
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new BadRequest(`${file}: ${issue!.path.join('.')}: ${issue!.message}`)
  }
  const seen = new Set(taken)
  return parsed.data.map(({ id, command, directory, needs, dialect, install }) => {
    if (seen.has(id)) throw new BadRequest(`${file}: ${id}: an engine of this name is there already`)
    seen.add(id)
    return {
      id,
      command: command as [string, ...string[]],
      directory: resolve(dirname(file), directory ?? '.'),
      ...(dialect === undefined ? {} : { dialect }),
      missing: () =>
        needs === undefined || onPath(needs) ? null : { why: `${needs} is not on the path`, install },
    }
  })
}

function onPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)))
}
