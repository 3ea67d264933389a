/**
 * The JSON Schema of scenario files, for editors: completion, descriptions, and red lines while typing. Draft-7, the
 * newest that yaml-language-server reads.
 *
 * It is made from the very schemas that the loader checks with, one definition a sim, chosen by `sim`. Nothing in
 * `params` is required here: a parameter may come from `sweep`, `find` or an environment, which only the loader sees.
 */
import { declaredFigures } from '../../contract/figure.ts'
import { z } from 'zod'
import type { Sim } from '../../contract/sim.ts'
import { FIXED_KEYS, Frame } from './frame.ts'
import { exactText, quantityOf } from '../../contract/quantity.ts'
import { leaves, numericMeta } from './shape.ts'

type Json = Record<string, unknown>

/** Draft-7, keys in a fixed order: the same sims give the same bytes. */
export function scenarioSchema(sims: ReadonlyMap<string, Sim>): Json {
  const all = [...sims.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const { $schema, ...frame } = toJson(Frame)
  const properties = { ...(frame['properties'] as Json) }
  properties['sim'] = { ...(properties['sim'] as Json), enum: all.map((sim) => sim.name) }
  const overridable = Object.fromEntries(
    Object.entries(properties).filter(([key]) => !FIXED_KEYS.includes(key)),
  )
  properties['environments'] = {
    ...(properties['environments'] as Json),
    additionalProperties: partial({ type: 'object', properties: overridable, additionalProperties: false }),
  }
  return {
    $schema,
    title: 'flowbench scenario',
    ...frame,
    properties,
    allOf: all.map((sim) => ({
      if: { properties: { sim: { const: sim.name } }, required: ['sim'] },
      // oxlint-disable-next-line unicorn/no-thenable -- the keyword of JSON Schema
      then: { $ref: `#/definitions/${sim.name}` },
    })),
    definitions: Object.fromEntries(
      all.flatMap((sim) => [
        [sim.name, definition(sim)],
        [`${sim.name}-params`, paramsOf(sim)],
      ]),
    ),
  }
}

/** What choosing a sim says about the rest of the file, environments included. */
function definition(sim: Sim): Json {
  const here: Json = {
    params: { $ref: `#/definitions/${sim.name}-params` },
    sweep: { propertyNames: { enum: leaves(sim.params).map(({ path }) => path) } },
    find: {
      properties: {
        smallest: {
          enum: leaves(sim.params)
            .filter(({ schema }) => numericMeta(schema) !== undefined)
            .map(({ path }) => path),
        },
      },
    },
    expect: { items: { description: metricsOf(sim) } },
  }
  return {
    description: sim.summary,
    properties: { ...here, environments: { additionalProperties: { properties: here } } },
  }
}

const metricsOf = (sim: Sim): string =>
  [
    ...declaredFigures(sim).map(({ name, spec: { unit, label } }) => `${name} (${unit}): ${label}`),
    ...Object.keys(sim.observations ?? {}).map((name) => `pNN(${name}), share(${name} < LIMIT): any other`),
  ].join('\n')

function paramsOf(sim: Sim): Json {
  const { $schema: _, default: _default, ...params } = toJson(sim.params)
  return partial(params)
}

function toJson(schema: z.ZodType): Json {
  return z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-7',
    unrepresentable: 'any',
    override({ zodSchema, jsonSchema }) {
      const schema = zodSchema as unknown as z.ZodType
      // The loader refuses unknown keys in every object, not only in strict ones.
      if (schema instanceof z.ZodObject && schema.def.catchall === undefined) {
        jsonSchema.additionalProperties = false
      }
      // A default in base units, written as one would write it.
      const unit = quantityOf(schema)?.unit
      if (schema instanceof z.ZodDefault && unit !== undefined) {
        jsonSchema.default = exactText(Number(schema.def.defaultValue), unit)
      }
    },
  })
}

/** The same schema with nothing required, at any depth where an object is described. */
function partial(schema: Json): Json {
  const { required: _, ...rest } = schema
  const properties = rest['properties'] as Record<string, Json> | undefined
  if (properties === undefined) return rest
  const inner = Object.entries(properties).map(([key, value]) => [key, partial(value)])
  return { ...rest, properties: Object.fromEntries(inner) as Json }
}
