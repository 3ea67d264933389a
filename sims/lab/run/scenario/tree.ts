/**
 * A YAML document as a tree that remembers where everything was written, so that a value which came from an
 * environment or from `--set` is blamed on the place that wrote it, however deep it was merged.
 *
 * The tree is bounded before it is built: size of the text, depth, and number of nodes after aliases are followed
 * (an alias bomb is a small file that unfolds into billions of nodes).
 */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
  type YAMLError,
} from 'yaml'
import type { Place, ScenarioError } from './errors.ts'

export const MAX_TEXT = 1024 * 1024
export const MAX_DEPTH = 32
export const MAX_NODES = 50_000
/** Each costs a walk through the document. */
export const MAX_ALIASES = 100

export type Scalar = string | number | boolean | null

interface Located {
  /** Of the key where there is one, else of the value. */
  readonly place: Place
  /** Of the value. */
  readonly valuePlace: Place
}
export interface ScalarTree extends Located {
  readonly kind: 'scalar'
  readonly value: Scalar
}
export interface ListTree extends Located {
  readonly kind: 'list'
  readonly items: readonly Tree[]
}
export interface MapTree extends Located {
  readonly kind: 'map'
  readonly entries: ReadonlyMap<string, Tree>
}
export type Tree = ScalarTree | ListTree | MapTree

export type Path = readonly (string | number)[]

export interface ParsedTree {
  /** Null when the text is not YAML, or nothing. */
  readonly tree: Tree | null
  readonly errors: readonly ScenarioError[]
}

/** Reads one YAML document. Never throws; every error has its place. */
export function parseTree(file: string, text: string): ParsedTree {
  const refuse = (message: string, line = 1, column = 1): ParsedTree => ({
    tree: null,
    errors: [{ file, line, column, key: '', message }],
  })
  const unread = refusedUnread(text)
  if (unread !== null) return refuse(unread.message, unread.line, unread.column)
  const lines = new LineCounter()
  // Duplicate keys are found below, with both places; the library's own check is quadratic.
  const options = { lineCounter: lines, prettyErrors: false, uniqueKeys: false, version: '1.2' } as const
  let document: Document.Parsed
  try {
    document = parseDocument(text, options)
  } catch (error) {
    return refuse(`not YAML: ${error instanceof Error ? error.message : 'unreadable'}`)
  }
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { file, line: Math.max(1, line), column: Math.max(1, col) }
  }
  const broken = ({ code, message, pos }: YAMLError): ScenarioError => {
    const place = placeAt(pos[0])
    if (code === 'MULTIPLE_DOCS')
      return { ...place, key: '', message: 'a second document: one scenario a file' }
    // The library recurses; what the cheap scan above let through ends here.
    if (message.includes('call stack')) return { ...place, key: '', message: TOO_DEEP }
    return { ...place, key: '', message: `not valid YAML: ${message}` }
  }
  const syntax = [...document.errors, ...document.warnings].map(broken)
  if (syntax.length > 0) return { tree: null, errors: syntax }
  if (document.contents === null) return refuse('the file is empty: expected a scenario')
  return new Builder(document, placeAt).build()
}

/**
 * A scan that costs a millisecond, before a parse that costs microseconds a token: texts that no scenario needs are
 * refused unread. Depth is counted along one line (`[[[[`, `{a: {a: {`, `- - - -`, `? ? ?`); depth by indentation
 * needs a long text, and is checked in the tree.
 */
function refusedUnread(text: string): { message: string; line: number; column: number } | null {
  if (text.length > MAX_TEXT) return { message: 'the file is longer than 1 MiB', line: 1, column: 1 }
  let line = 1
  let start = 0
  let marks = 0
  let flow = 0
  let block = 0
  let comment = false
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!
    if (char === '\n') {
      marks++
      line++
      start = i + 1
      flow = block = 0
      comment = false
    } else if (comment) continue
    else if (char === '#' && (i === 0 || /\s/.test(text[i - 1]!))) comment = true
    else if ('[]{},&*!%'.includes(char)) {
      marks++
      if (char === '[' || char === '{') flow++
      else if (char === ']' || char === '}') flow--
    } else if (':-?'.includes(char) && /\s/.test(text[i + 1] ?? '\n')) {
      marks++
      if (char !== ':') block++
    }
    if (flow + block > MAX_DEPTH) return { message: TOO_DEEP, line, column: i - start + 1 }
    if (marks > MAX_NODES) return { message: TOO_MANY, line, column: i - start + 1 }
  }
  return null
}

const TOO_DEEP = `nested more than ${MAX_DEPTH} deep`
const TOO_MANY = `more than ${MAX_NODES} values`

class TooLarge extends Error {
  readonly place: Place
  constructor(place: Place, message: string) {
    super(message)
    this.place = place
  }
}

class Builder {
  private nodes = 0
  private aliases = 0
  private readonly errors: ScenarioError[] = []
  private readonly document: Document.Parsed
  private readonly placeAt: (offset: number) => Place

  constructor(document: Document.Parsed, placeAt: (offset: number) => Place) {
    this.document = document
    this.placeAt = placeAt
  }

  build(): ParsedTree {
    const root = this.document.contents
    try {
      return { tree: this.node(root, this.placeOf(root), [], undefined), errors: this.errors }
    } catch (error) {
      if (!(error instanceof TooLarge)) throw error
      return { tree: null, errors: [{ ...error.place, key: '', message: error.message }] }
    }
  }

  private placeOf(node: unknown): Place {
    const range = (node as Node | null | undefined)?.range
    return this.placeAt(range?.[0] ?? 0)
  }

  /** `alias` is where an aliased node is used: that is the place to blame. */
  private node(node: unknown, place: Place, path: Path, alias: Place | undefined): Tree {
    const valuePlace = alias ?? (node === null ? place : this.placeOf(node))
    if (++this.nodes > MAX_NODES) throw new TooLarge(valuePlace, TOO_MANY)
    if (path.length > MAX_DEPTH) throw new TooLarge(valuePlace, TOO_DEEP)
    if (isAlias(node)) {
      if (++this.aliases > MAX_ALIASES) throw new TooLarge(valuePlace, `more than ${MAX_ALIASES} aliases`)
      const target = node.resolve(this.document)
      if (target === undefined) throw new TooLarge(valuePlace, `the alias *${node.source} names nothing`)
      return this.node(target, place, path, valuePlace)
    }
    if (isSeq(node)) {
      const items = node.items.map((item, index) => {
        const at = alias ?? this.placeOf(item)
        return this.node(item, at, [...path, index], alias)
      })
      return { kind: 'list', items, place, valuePlace }
    }
    if (isMap(node)) return { kind: 'map', entries: this.entries(node.items, path, alias), place, valuePlace }
    return { kind: 'scalar', value: isScalar(node) ? scalar(node.value) : null, place, valuePlace }
  }

  private entries(
    pairs: readonly { key: unknown; value: unknown }[],
    path: Path,
    alias: Place | undefined,
  ): Map<string, Tree> {
    const entries = new Map<string, Tree>()
    const merged: Tree[] = []
    for (const pair of pairs) {
      const place = alias ?? this.placeOf(pair.key)
      const key = isScalar(pair.key) ? String(scalar(pair.key.value)) : undefined
      if (key === undefined || key === '__proto__') {
        this.errors.push({ ...place, key: join(path), message: 'a key must be plain text' })
        continue
      }
      if (key === MERGE) {
        merged.push(...this.merged(this.node(pair.value, place, [...path, key], alias), path))
        continue
      }
      const first = entries.get(key)
      if (first !== undefined) {
        const message = `written twice, first in line ${first.place.line}`
        this.errors.push({ ...place, key: join([...path, key]), message })
        continue
      }
      entries.set(key, this.node(pair.value, place, [...path, key], alias))
    }
    // What a map says itself wins, and of several merged maps the first.
    for (const map of merged) {
      if (map.kind !== 'map') continue
      for (const [key, value] of map.entries) if (!entries.has(key)) entries.set(key, value)
    }
    return entries
  }

  /** The maps under a merge key (`<<: *base`, `<<: [*a, *b]`). */
  private merged(value: Tree, path: Path): readonly Tree[] {
    const maps = value.kind === 'list' ? value.items : [value]
    const other = maps.find(({ kind }) => kind !== 'map')
    if (other === undefined) return maps
    const message = 'a merge key takes a map, or a list of maps'
    this.errors.push({ ...other.valuePlace, key: join([...path, MERGE]), message })
    return []
  }
}

/** YAML 1.1's merge key, which most tools still read. */
const MERGE = '<<'

function scalar(value: unknown): Scalar {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  return value === null || value === undefined ? null : typeof value
}

/** `expect[0]`, `params.voiceShare`. */
export const join = (path: Path): string =>
  path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    return text === '' ? step : `${text}.${step}`
  }, '')

/** The tree as plain values, for zod and for writing. */
export function plain(tree: Tree): unknown {
  if (tree.kind === 'scalar') return tree.value
  if (tree.kind === 'list') return tree.items.map(plain)
  return Object.fromEntries([...tree.entries].map(([key, value]) => [key, plain(value)]))
}

/** The tree at a path, or undefined. */
export function treeAt(tree: Tree, path: Path): Tree | undefined {
  let current: Tree | undefined = tree
  for (const step of path) {
    if (current === undefined) return undefined
    if (current.kind === 'map') current = current.entries.get(String(step))
    else if (current.kind === 'list') current = current.items[Number(step)]
    else return undefined
  }
  return current
}

/** Where to point for a path: at its value, or, when it was not written, at the nearest thing around it. */
export function placeFor(tree: Tree, path: Path): Place {
  for (let length = path.length; length > 0; length--) {
    const found = treeAt(tree, path.slice(0, length))
    if (found !== undefined) return length === path.length ? found.valuePlace : found.place
  }
  return tree.place
}

/** `over` merged into `base`: maps key by key, everything else (lists, scalars) replaced. */
export function merge(base: Tree, over: Tree): Tree {
  if (base.kind !== 'map' || over.kind !== 'map') return over
  const entries = new Map(base.entries)
  for (const [key, value] of over.entries) {
    const below = entries.get(key)
    entries.set(key, below === undefined ? value : merge(below, value))
  }
  return { ...base, entries }
}

/** `tree` with the value at `path` replaced; maps are made where there are none. */
export function replaceAt(tree: Tree, path: Path, value: Tree): Tree {
  const [step, ...rest] = path
  if (step === undefined) return value
  const { place, valuePlace } = value
  if (tree.kind === 'list' && /^\d+$/.test(String(step)) && Number(step) <= tree.items.length) {
    const index = Number(step)
    const empty: MapTree = { kind: 'map', entries: new Map(), place, valuePlace }
    return {
      ...tree,
      items: tree.items.toSpliced(index, 1, replaceAt(tree.items[index] ?? empty, rest, value)),
    }
  }
  const map: MapTree = tree.kind === 'map' ? tree : { kind: 'map', entries: new Map(), place, valuePlace }
  const below = map.entries.get(String(step)) ?? { kind: 'map', entries: new Map(), place, valuePlace }
  const entries = new Map(map.entries).set(String(step), replaceAt(below, rest, value))
  return { ...map, entries }
}

/** The same tree, blamed on another place altogether. */
export function placedAt(tree: Tree, place: Place): Tree {
  const located = { place, valuePlace: place }
  if (tree.kind === 'scalar') return { ...tree, ...located }
  if (tree.kind === 'list') {
    return { ...tree, ...located, items: tree.items.map((item) => placedAt(item, place)) }
  }
  const entries = new Map([...tree.entries].map(([key, value]) => [key, placedAt(value, place)]))
  return { ...tree, ...located, entries }
}
