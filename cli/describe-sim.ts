/** A sim as one asks it: parameters with their units and defaults, and the figures that `expect` may name. */
import { z } from 'zod'
import { quantityOf } from '../sims/lab/contract/quantity.ts'
import type { Sim } from '../sims/lab/contract/sim.ts'
import { takesBareNumber } from '../sims/lab/contract/units.ts'
import { core, labelOf, leaves, prefaultOf } from '../sims/lab/run/scenario/shape.ts'

export function describeSim(sim: Sim): string {
  const parameters = leaves(sim.params).map(({ path, schema }) => [
    path,
    unitOf(schema),
    defaultOf(schema),
    [labelOf(schema) ?? '', ...choicesOf(schema)].join(': '),
  ])
  const observations = Object.entries(sim.observations ?? {}).map(([name, { unit, label, of }]) => [
    name,
    unit,
    `${label}, of all ${of}`,
  ])
  const metrics = Object.entries(sim.metrics).map(([name, { unit, label }]) => [name, unit, label])
  const parts = [
    `${sim.name}: ${sim.summary}`,
    `horizons: ${(sim.horizons ?? ['span']).join(', ')}${sim.live === undefined ? '' : '; can be run --live'}`,
    titled('parameters', [['name', 'unit', 'default', 'what it is'], ...parameters]),
    ...(observations.length === 0
      ? []
      : [
          titled('observations: mean(NAME), p99(NAME), any percentile, share(NAME < LIMIT)', [
            ['name', 'unit', 'what it is'],
            ...observations,
          ]),
        ]),
    titled('metrics', [['name', 'unit', 'what it is'], ...metrics]),
  ]
  return `${parts.join('\n\n')}\n`
}

/** The names it may be: nobody can guess them. */
function choicesOf(schema: Parameters<typeof core>[0]): string[] {
  const here = core(schema)
  return here instanceof z.ZodEnum ? [here.options.join(', ')] : []
}

function unitOf(schema: Parameters<typeof quantityOf>[0]): string {
  const meta = quantityOf(schema)
  if (meta === undefined) return '-'
  const unit = meta.unit === 'share' ? '%' : meta.unit
  const interval = meta.form === 'point' ? '' : ', or an interval'
  return `${takesBareNumber(meta.unit) && meta.unit === 'count' ? 'number' : unit}${interval}`
}

function defaultOf(schema: Parameters<typeof prefaultOf>[0]): string {
  const value = prefaultOf(schema)
  if (value === undefined) return schema.safeParse(undefined).success ? 'none' : 'required'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Columns in line; the last one runs free. */
function titled(title: string, rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.slice(0, -1).map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const lines = rows.map((row) =>
    `  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd(),
  )
  return [title, ...lines].join('\n')
}
