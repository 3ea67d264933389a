/** What a shoot-out measures. Times are null where none is measured: without `--live`, and in a suite of growth. */
import type { MetricSpec } from '../lab/contract/sim.ts'

/** Engines with a figure of their own, by the names that an expectation may use. */
export const ENGINE_IDS = [
  'flowbench',
  'v8',
  'v8-linear',
  're2js',
  'rregex',
  'pcre2',
  'tre',
  'vectorscan',
  're2',
  'rust',
  'python',
] as const

const perEngine = (name: string, label: string): Record<string, MetricSpec> =>
  Object.fromEntries(
    ENGINE_IDS.map((id) => [`${name}(${id})`, { unit: 'count', label: `${label}, ${id}` }] as const),
  )

export const METRICS: Readonly<Record<string, MetricSpec>> = {
  patterns: { unit: 'count', label: 'patterns whose growth was looked into' },
  exponential: {
    unit: 'count',
    label: 'patterns on which a plain backtracking matcher takes exponentially many steps',
  },
  superlinear: { unit: 'count', label: 'patterns on which it takes more than linearly many steps' },
  ...perEngine('ratio', 'time over the best engine of each definition, geometric mean'),
  ...perEngine('notLinear', 'patterns on which a search is seen to take more than linear time'),
  ...perEngine('wrong', 'answers that no rule allows'),
}

/** All null: what a part of a shoot-out does not measure. */
export const NOTHING: Readonly<Record<string, null>> = Object.fromEntries(
  Object.keys(METRICS).map((name) => [name, null]),
)
