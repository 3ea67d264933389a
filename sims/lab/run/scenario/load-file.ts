/**
 * The load of one's own in a scenario: a file that `params.load` names, read and put in its place, for a sim knows numbers
 * and no files. It comes in one of two forms, `{ csv }` or `{ every, arrivals }`, and where an environment or `--set` writes
 * one over the other, it is the later that counts.
 */
import { readArrivals } from './arrivals-csv.ts'
import type { ScenarioError } from './errors.ts'
import { errorAt, unknownKey } from './issues.ts'
import { replaceAt, treeAt, type MapTree, type Path, type Tree } from './tree.ts'

export interface FoundFile {
  /** As errors name it. */
  readonly path: string
  /** Null with a `problem` when it cannot be read. */
  readonly text: string | null
  readonly problem?: string
}

/** Reads a file that the scenario names, by its path from the scenario's folder. */
export type ReadFile = (path: string, fromCommandLine: boolean) => FoundFile

const LOAD: Path = ['params', 'load']
const IN_FILE = ['csv']
const WRITTEN_OUT = ['every', 'arrivals', 'start']

/** `base` without the form of its load that `over`, which is to be written over it, gives in the other form. */
export function withoutDisplaced(base: Tree, over: Tree): Tree {
  const [before, after] = [treeAt(base, LOAD), treeAt(over, LOAD)]
  if (before?.kind !== 'map' || after?.kind !== 'map') return base
  const has = (keys: readonly string[]): boolean => keys.some((key) => after.entries.has(key))
  if (has(IN_FILE) === has(WRITTEN_OUT)) return base
  const displaced = has(IN_FILE) ? WRITTEN_OUT : IN_FILE
  const entries = new Map([...before.entries].filter(([key]) => !displaced.includes(key)))
  return replaceAt(base, LOAD, { ...before, entries })
}

/** The tree with the load's file in its place; as it was where there is none, or something is wrong with it. */
export function withLoad(
  tree: Tree,
  readFile: ReadFile | undefined,
): { readonly tree: Tree; readonly errors: readonly ScenarioError[] } {
  const load = treeAt(tree, LOAD)
  const named = treeAt(tree, [...LOAD, 'csv'])
  if (readFile === undefined || load?.kind !== 'map') return { tree, errors: [] }
  if (named?.kind !== 'scalar' || typeof named.value !== 'string') return { tree, errors: [] }
  const beside = besideFile(tree, load)
  if (beside.length > 0) return { tree, errors: beside }
  const { path, text, problem } = readFile(named.value, named.valuePlace.line === 0)
  if (text === null) {
    return { tree, errors: [errorAt(tree, [...LOAD, 'csv'], { message: `${path}: ${problem}` })] }
  }
  const read = readArrivals(path, text)
  if (read.load === null) return { tree, errors: read.errors }
  const { place, valuePlace } = named
  const at = { place, valuePlace }
  const scalar = (value: string | number): Tree => ({ kind: 'scalar', value, ...at })
  const entries = new Map<string, Tree>([
    ['every', scalar(`${read.load.every}s`)],
    ['arrivals', { kind: 'list', items: read.load.arrivals.map(scalar), ...at }],
    ...(read.load.start === undefined ? [] : [['start', scalar(`${read.load.start}s`)] as const]),
  ])
  return { tree: replaceAt(tree, LOAD, { kind: 'map', entries, ...at }), errors: [] }
}

/** The file says all there is to say: what stands beside it would be dropped without a word. */
function besideFile(tree: Tree, { entries }: MapTree): ScenarioError[] {
  return [...entries.keys()].flatMap((key) => {
    const path = [...LOAD, key]
    if (IN_FILE.includes(key)) return []
    if (!WRITTEN_OUT.includes(key)) return [unknownKey(tree, path, [...IN_FILE, ...WRITTEN_OUT])]
    const message = 'the file says when and how many arrive: leave out one of them'
    return [{ ...errorAt(tree, path, { message }), ...treeAt(tree, path)?.place }]
  })
}
