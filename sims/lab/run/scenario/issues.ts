/** From zod's issues, and from keys nobody asked for, to errors that point into the file. */
import type { z } from 'zod'
import type { Problem } from '../../contract/problem.ts'
import { MAX_ERRORS, type ScenarioError } from './errors.ts'
import { nearest } from '../../contract/nearest.ts'
import { show, wrong, type IssueFacts } from '../../contract/quantity.ts'
import { keysAt, schemaAt } from './shape.ts'
import { join, placeFor, plain, treeAt, type Path, type Tree } from './tree.ts'

/** An error at a path of the whole scenario. */
export const errorAt = (root: Tree, path: Path, problem: Problem): ScenarioError => ({
  ...placeFor(root, path),
  key: join(path),
  message: problem.message,
  expected: problem.expected,
  found: problem.found,
  nearest: problem.nearest,
})

/** Keys that the schema below `prefix` does not have, at any depth. */
export function unknownKeys(root: Tree, schema: z.ZodType, prefix: Path): ScenarioError[] {
  const tree = treeAt(root, prefix)
  if (tree?.kind === 'list') {
    return tree.items.flatMap((_, index) => unknownBelow(root, schema, prefix, index))
  }
  if (tree?.kind !== 'map') return []
  const keys = keysAt(schema)
  let unknown = 0
  return [...tree.entries.keys()].flatMap((key) => {
    if (keys !== null && !keys.includes(key)) {
      return ++unknown > MAX_ERRORS ? [] : [unknownKey(root, [...prefix, key], keys)]
    }
    return unknownBelow(root, schema, prefix, key)
  })
}

function unknownBelow(root: Tree, schema: z.ZodType, prefix: Path, step: string | number): ScenarioError[] {
  const inner = schemaAt(schema, [step])
  return inner === undefined ? [] : unknownKeys(root, inner, [...prefix, step])
}

/** The key itself is to blame, so the place is where it stands, not where its value does. */
export function unknownKey(root: Tree, path: Path, keys: readonly string[]): ScenarioError {
  const key = String(path.at(-1))
  const near = nearest(key, keys)
  const known = keys.length > 0 ? `: keys here are ${keys.join(', ')}` : ''
  return {
    ...errorAt(root, path, {
      message: near === undefined ? `unknown key${known}` : 'unknown key',
      expected: keys.join(', '),
      found: key,
      nearest: near,
    }),
    ...treeAt(root, path)?.place,
  }
}

/** The errors of a failed parse of what stands at `prefix`. */
export function issueErrors(
  root: Tree,
  schema: z.ZodType,
  prefix: Path,
  issues: readonly z.core.$ZodIssue[],
): ScenarioError[] {
  return issues.flatMap((issue) => {
    if (isMisspelt(root, schema, prefix, issue.path)) return []
    const below = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))
    const path = [...prefix, ...below]
    if (issue.code === 'unrecognized_keys') {
      const inner = schemaAt(schema, below)
      const keys = (inner === undefined ? null : keysAt(inner)) ?? []
      return issue.keys.slice(0, MAX_ERRORS).map((key) => unknownKey(root, [...path, key], keys))
    }
    const tree = treeAt(root, path)
    const error = errorAt(root, path, problemOf(issue, tree))
    const blamesKey = issue.code === 'custom' && (issue.params as IssueFacts | undefined)?.blamesKey === true
    return [blamesKey ? { ...error, ...tree?.place } : error]
  })
}

/** A key is missing, and beside its place stands one that looks like it: `unknownKeys` says it better. */
function isMisspelt(root: Tree, schema: z.ZodType, prefix: Path, path: readonly PropertyKey[]): boolean {
  const parent = path.slice(0, -1).map(String)
  const siblings = treeAt(root, [...prefix, ...parent])
  const key = String(path.at(-1))
  if (siblings?.kind !== 'map' || siblings.entries.has(key)) return false
  const inner = schemaAt(schema, parent)
  const keys = (inner === undefined ? null : keysAt(inner)) ?? []
  const written = [...siblings.entries.keys()].slice(0, MAX_ERRORS)
  return written.some((name) => !keys.includes(name) && nearest(name, keys) === key)
}

function problemOf(issue: z.core.$ZodIssue, tree: Tree | undefined): Problem {
  const value = tree === undefined ? undefined : plain(tree)
  const found = show(value)
  if (issue.code === 'custom')
    return { found, ...(issue.params as IssueFacts | undefined), message: issue.message }
  if (issue.code === 'invalid_value') {
    const names = issue.values.map(String)
    const near = typeof value === 'string' ? nearest(value, names) : undefined
    return {
      message: standard(issue, `one of ${names.join(', ')}`, value),
      expected: names.join(', '),
      found,
      nearest: near,
    }
  }
  if (issue.code === 'invalid_type') {
    const expected = TYPES[issue.expected] ?? issue.expected
    return { message: standard(issue, expected, value), expected, found }
  }
  if (issue.code === 'invalid_union') {
    return { message: standard(issue, 'one of the forms this parameter takes', value), found }
  }
  return { message: issue.message, found }
}

/** zod's own wording gives way to ours; a message that the schema wrote stands. */
function standard(issue: z.core.$ZodIssue, expected: string, value: unknown): string {
  if (!/^Invalid (?:input|option)/.test(issue.message)) return issue.message
  return wrong(expected, value)
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
}
