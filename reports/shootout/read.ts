/** A shoot-out's document, read back: the parts that are read are checked, for a file may hold anything. */
import { z } from 'zod'
import { BadRequest } from '../../sims/bench/harness/errors.ts'
import { SHOOTOUT_SCHEMA, type ShootoutDocument } from '../../sims/bench/shootout/suite/run.ts'

const cell = z.looseObject({ engine: z.string(), outcome: z.string() })
const growth = z.looseObject({ verdict: z.string(), degree: z.number().nullable() })

const document = z.looseObject({
  schema: z.literal(SHOOTOUT_SCHEMA),
  suite: z.string(),
  engines: z.array(z.looseObject({ id: z.string(), version: z.string() })),
  definitions: z.array(
    z.looseObject({
      id: z.string(),
      ask: z.string(),
      bytes: z.number(),
      engines: z.array(cell.extend({ samples: z.array(z.number().positive()) })),
    }),
  ),
  growth: z.array(
    z.looseObject({
      pattern: z.string(),
      engines: z.array(growth.extend({ engine: z.string(), findAll: growth.nullable() })),
    }),
  ),
  cases: z.array(z.looseObject({ id: z.string(), engines: z.array(cell) })),
})

/** @throws BadRequest that names the place */
export function readShootout(json: unknown, file: string): ShootoutDocument {
  const { success, data, error } = document.safeParse(json)
  if (success) return data as unknown as ShootoutDocument
  const [issue] = error.issues
  const place = issue!.path.join('.')
  throw new BadRequest(
    place === '' ? `${file}: no document of a shoot-out` : `${file}: ${place}: ${issue!.message}`,
  )
}
