/**
 * Scenario files: text -> tree with places -> environment merged over it -> `--set` over that -> checked against the
 * frame and the sim -> a `Scenario` in base units. Whatever is wrong is told at once, each thing with its line.
 *
 * Environments that are not chosen are checked too: their own mistakes are told, but not what only they would lack.
 */
import { readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { stringify } from 'yaml'
import type { Horizon, Sim } from '../../contract/sim.ts'
import { MAX_CSV } from './arrivals-csv.ts'
import { checkScenario, type Find, type Sweep, type Until } from './check.ts'
import { ScenarioErrors, type Place, type ScenarioError } from './errors.ts'
import type { Expectation } from './expectation.ts'
import { FIXED_KEYS, MAX_ENVIRONMENTS } from './frame.ts'
import { errorAt, issueErrors } from './issues.ts'
import { withLoad, withoutDisplaced, type FoundFile, type ReadFile } from './load-file.ts'
import { nearest } from '../../contract/nearest.ts'
import { describePoint, unaskable, withOverrides, type Assumption, type Overrides } from './params.ts'
import { applySettings } from './settings.ts'
import { MAX_TEXT, merge, parseTree, plain, treeAt, type MapTree, type Tree } from './tree.ts'

export type { Find, Sweep, Until } from './check.ts'
export { formatError, ScenarioErrors, type ScenarioError } from './errors.ts'
export type { Assumption, Overrides } from './params.ts'
export type { FoundFile } from './load-file.ts'

export interface LoadOptions {
  readonly environment?: string | undefined
  /** `PATH=VALUE` each, applied in order after the environment. */
  readonly set?: readonly string[] | undefined
  /** Reads a file that the scenario names, by its path from the scenario's folder. Absent: none is read. */
  readonly readFile?: ReadFile | undefined
}

/** Of an environment that is not chosen, fewer combinations are checked. */
const UNCHOSEN_COMBINATIONS = 500

/** A scenario ready to run: all numbers in base units. */
export interface Scenario {
  /** As given by the user. */
  readonly file: string
  readonly name: string
  readonly question: string
  readonly environment: string | null
  readonly sim: Sim
  readonly horizon: Horizon
  readonly seed: number
  /** The parsed parameters at the first point; the mid of every interval that the sim does not sample. */
  readonly params: unknown
  /** The parameters of the first point as they would be written: what `paramsAt` starts from. */
  readonly written: unknown
  /** Parameters written (or defaulted) as intervals with low < high, those swept or searched excepted. */
  readonly assumptions: readonly Assumption[]
  /** In the order written; several mean every combination. */
  readonly sweep: readonly Sweep[]
  readonly find: Find | null
  readonly until: Until
  readonly expect: readonly Expectation[]
  /** Cases to draw of all uncertain parameters together; null where none were asked for. */
  readonly uncertainty: { readonly samples: number; readonly shortfall: number } | null
  /** The scenario after environment and settings, without `environments`: loads to the same scenario. */
  readonly resolvedYaml: string
}

/**
 * Loads a scenario from its text. Pure.
 * @throws ScenarioErrors with everything that is wrong.
 */
export function loadScenario(
  file: string,
  text: string,
  sims: ReadonlyMap<string, Sim>,
  options: LoadOptions = {},
): Scenario {
  const { tree, errors: syntax } = parseTree(file, text)
  if (tree === null) throw new ScenarioErrors(syntax)
  const errors: ScenarioError[] = [...syntax]
  const environments = environmentsOf(tree, errors)
  const base = without(tree, 'environments')
  const chosen = options.environment === undefined ? undefined : environments.get(options.environment)
  if (options.environment !== undefined && chosen === undefined) {
    errors.push(noEnvironment(tree, options.environment, [...environments.keys()]))
  }
  const settled = applySettings(chosen === undefined ? base : over(base, chosen), options.set ?? [])
  const ready = withLoad(settled.tree, options.readFile)
  errors.push(...settled.errors, ...ready.errors)
  // What a file that is broken would have said is not asked of the sim.
  const checked = ready.errors.length > 0 ? { errors: [] } : checkScenario(ready.tree, sims)
  for (const [name, environment] of environments) {
    const places = placesIn(environment)
    const other = environment === chosen ? ready : withLoad(over(base, environment), options.readFile)
    const namesFile = treeAt(environment, ['params', 'load', 'csv']) !== undefined
    const found =
      environment === chosen
        ? checked.errors
        : other.errors.length > 0
          ? other.errors
          : checkScenario(other.tree, sims, UNCHOSEN_COMBINATIONS).errors
    for (const error of found) {
      const isOwn = places.has(placeKey(error)) || (namesFile && other.errors.includes(error))
      if (isOwn) errors.push({ ...error, key: `environments.${name}.${error.key}` })
      else if (environment === chosen) errors.push(error)
    }
  }
  if (chosen === undefined) errors.push(...checked.errors)
  if (errors.length > 0 || checked.parts === undefined) throw new ScenarioErrors(errors)
  const { frame, ...parts } = checked.parts
  return {
    file,
    name: frame.name,
    question: frame.question,
    environment: options.environment ?? null,
    seed: frame.seed,
    uncertainty: frame.uncertainty ?? null,
    ...parts,
    resolvedYaml: stringify(plain(ready.tree), { lineWidth: 0, aliasDuplicateObjects: false }),
  }
}

/**
 * Loads a scenario file.
 * @throws ScenarioErrors with everything that is wrong, a file that cannot be read included.
 */
export function readScenario(
  path: string,
  sims: ReadonlyMap<string, Sim>,
  options: LoadOptions = {},
): Scenario {
  const readFile = (file: string, fromCommandLine: boolean): FoundFile => {
    const found = fromCommandLine ? file : join(dirname(path), file)
    const text = textOf(found, MAX_CSV)
    return typeof text === 'string'
      ? { path: found, text }
      : { path: found, text: null, problem: text.problem }
  }
  return loadScenario(path, readText(path), sims, { readFile, ...options })
}

/**
 * The parameters at one point: these paths (below `params`) replaced by base-unit values or names, everything
 * validated again, refinements across parameters included, and whether the question can be asked there.
 * @throws ScenarioErrors where that is impossible; RangeError for a path the sim does not have.
 */
export function paramsAt(scenario: Scenario, at: Overrides): unknown {
  const { sim, file } = scenario
  const parsed = sim.params.safeParse(withOverrides(scenario.written, sim, at))
  const problem = parsed.success ? unaskable(sim, scenario.horizon, parsed.data) : null
  if (parsed.success && problem === null) return parsed.data
  const place: Place = { file, line: 1, column: 1 }
  const root: Tree = { kind: 'map', entries: new Map(), place, valuePlace: place }
  const errors: ScenarioError[] = parsed.success
    ? [errorAt(root, ['horizon'], { message: problem! })]
    : issueErrors(root, sim.params, ['params'], parsed.error.issues)
  throw new ScenarioErrors([
    errorAt(root, [], { message: `impossible at ${describePoint(sim, at)}` }),
    ...errors,
  ])
}

function environmentsOf(tree: Tree, errors: ScenarioError[]): Map<string, MapTree> {
  const environments = new Map<string, MapTree>()
  const all = treeAt(tree, ['environments'])
  if (all === undefined) return environments
  if (all.kind !== 'map') {
    errors.push(errorAt(tree, ['environments'], { message: 'expected a map of environments, by name' }))
    return environments
  }
  if (all.entries.size > MAX_ENVIRONMENTS) {
    errors.push(errorAt(tree, ['environments'], { message: `more than ${MAX_ENVIRONMENTS} environments` }))
    return environments
  }
  for (const [name, environment] of all.entries) {
    const path = ['environments', name]
    if (environment.kind !== 'map') {
      errors.push(
        errorAt(tree, path, { message: 'expected a map of the keys that this environment changes' }),
      )
      continue
    }
    for (const key of FIXED_KEYS) {
      if (!environment.entries.has(key)) continue
      errors.push(errorAt(tree, [...path, key], { message: 'an environment cannot change this' }))
    }
    environments.set(
      name,
      FIXED_KEYS.reduce((map, key) => without(map, key) as MapTree, environment),
    )
  }
  return environments
}

function noEnvironment(tree: Tree, name: string, known: readonly string[]): ScenarioError {
  const near = nearest(name, known)
  const has = known.length > 0 ? `it has ${known.join(', ')}` : 'it has none'
  return errorAt(tree, ['environments'], {
    message: `no environment is called "${name}": ${has}`,
    expected: known.join(', '),
    found: name,
    nearest: near,
  })
}

const over = (base: Tree, environment: Tree): Tree => merge(withoutDisplaced(base, environment), environment)

function without(tree: Tree, key: string): Tree {
  if (tree.kind !== 'map') return tree
  const entries = new Map(tree.entries)
  entries.delete(key)
  return { ...tree, entries }
}

const placeKey = ({ file, line, column }: Place) => `${file}:${line}:${column}`

/** Every place that the tree's keys and values were written at. */
function placesIn(tree: Tree, places = new Set<string>()): Set<string> {
  places.add(placeKey(tree.place)).add(placeKey(tree.valuePlace))
  if (tree.kind === 'map') for (const value of tree.entries.values()) placesIn(value, places)
  if (tree.kind === 'list') for (const item of tree.items) placesIn(item, places)
  return places
}

function readText(path: string): string {
  const text = textOf(path, MAX_TEXT)
  if (typeof text === 'string') return text
  throw new ScenarioErrors([{ file: path, line: 1, column: 1, key: '', message: text.problem }])
}

/** A file's text, or why there is none. */
function textOf(path: string, most: number): string | { readonly problem: string } {
  try {
    const stat = statSync(path)
    if (!stat.isFile()) return { problem: 'not a file' }
    if (stat.size > most) return { problem: `the file is longer than ${most / 2 ** 20} MiB` }
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path))
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT') return { problem: 'no such file' }
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return { problem: 'not UTF-8 text' }
    return { problem: `cannot be read (${code ?? 'unknown reason'})` }
  }
}
