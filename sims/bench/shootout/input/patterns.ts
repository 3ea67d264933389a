/**
 * Patterns from a file: lines of text, or values of a JSON, YAML or TOML document that a path names, so that the rules of
 * a secret scanner or a firewall go in as they are.
 *
 * A path is names joined by dots, with `[]` for each of a list, `*` for each of a map, `[2]` for one: `rules[].regex`.
 */
import { readFileSync } from 'node:fs'
import { basename, extname } from 'node:path'
import { parse as parseToml, TomlError } from 'smol-toml'
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node } from 'yaml'
import { BadRequest } from '../../harness/errors.ts'
import { tomlStrings } from './toml-strings.ts'

export interface PatternEntry {
  readonly pattern: string
  /** In the file, from 1; null where the format does not tell. */
  readonly line: number | null
  /** What the file calls it (`id`, `name` or `rule` beside it), else its place. */
  readonly name: string
}

/** A file larger than this is refused. */
const MOST_BYTES = 64 << 20
const MOST_PATTERNS = 100_000
/** Fields that name a rule. */
const NAMES = ['id', 'name', 'rule', 'ruleId', 'title', 'description']

type Step = { readonly name: string } | { readonly index: number } | 'each'

export function parsePath(path: string): Step[] {
  const steps: Step[] = []
  let rest = path
  while (rest !== '') {
    const match = /^(?:\[(\d*)\]|\.?(\*|[^.[\]*]+))/.exec(rest)
    if (match === null)
      throw new BadRequest(`--path ${path}: cannot be read from "${rest}" on; an example: rules[].regex`)
    const [all, index, name] = match
    if (index !== undefined) steps.push(index === '' ? 'each' : { index: Number(index) })
    else steps.push(name === '*' ? 'each' : { name: name! })
    rest = rest.slice(all.length)
  }
  return steps
}

/** Reads the file. Throws BadRequest for a file that is not there, a path that leads nowhere, a value that is no text. */
export function readPatterns(file: string, path: string | undefined): PatternEntry[] {
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (error) {
    throw new BadRequest(
      `${file}: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : (error as Error).message}`,
    )
  }
  if (bytes.length > MOST_BYTES) throw new BadRequest(`${file}: more than ${MOST_BYTES >> 20} MiB`)
  return patternsIn(textOf(bytes, file), file, path)
}

/**
 * UTF-8, or what the file says at its begin: a mark that stayed in the text would be a part of the first pattern, which then
 * matches nothing, and what is no text in that encoding would be another pattern. Throws BadRequest for that.
 */
function textOf(bytes: Buffer, file: string): string {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? 'utf-16le'
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? 'utf-16be'
        : 'utf-8'
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    throw new BadRequest(`${file}: no text in ${encoding.toUpperCase()}`)
  }
}

/** The same of a text; `file` tells the format by its ending and stands in errors. */
export function patternsIn(text: string, file: string, path: string | undefined): PatternEntry[] {
  // Of a text that was decoded elsewhere, too.
  if (text.startsWith('\ufeff')) return patternsIn(text.slice(1), file, path)
  const format = extname(file).toLowerCase()
  const entries = ['.json', '.yaml', '.yml'].includes(format)
    ? fromYaml(text, file, path)
    : format === '.toml'
      ? fromToml(text, file, path)
      : fromLines(text, file, path)
  if (entries.length === 0) throw new BadRequest(`${file}: holds no pattern${path ? ` at ${path}` : ''}`)
  if (entries.length > MOST_PATTERNS) throw new BadRequest(`${file}: more than ${MOST_PATTERNS} patterns`)
  return entries
}

function fromLines(text: string, file: string, path: string | undefined): PatternEntry[] {
  if (path !== undefined) {
    throw new BadRequest(
      `${file}: --path is for .json, .yaml and .toml; in other files each line is a pattern`,
    )
  }
  return text.split(/\r\n?|\n/).flatMap((pattern, at) => {
    return pattern === '' ? [] : [{ pattern, line: at + 1, name: `${basename(file)}:${at + 1}` }]
  })
}

/** JSON is YAML, with line numbers. */
function fromYaml(text: string, file: string, path: string | undefined): PatternEntry[] {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false })
  const [error] = document.errors
  if (error) {
    const { line, col } = lines.linePos(error.pos[0])
    throw new BadRequest(`${file}:${line}:${col}: ${error.message.split('\n')[0]}`)
  }
  const found: { node: Node | null; parent: unknown }[] = []
  const walk = (node: Node | null, parent: unknown, [step, ...rest]: readonly Step[]): void => {
    if (step === undefined) return void found.push({ node, parent })
    if (step === 'each') {
      if (isSeq(node)) for (const item of node.items) walk(item as Node, parent, rest)
      else if (isMap(node)) for (const item of node.items) walk(item.value as Node, node, rest)
    } else if ('index' in step)
      walk(isSeq(node) ? ((node.items[step.index] as Node) ?? null) : null, parent, rest)
    else if (isMap(node)) {
      const value = node.get(step.name, true) as Node | undefined
      if (value !== undefined) walk(value, node, rest)
    }
  }
  walk(document.contents, null, path === undefined ? ['each'] : parsePath(path))
  return found.flatMap(({ node, parent }, at) => {
    if (isSeq(node)) throw new BadRequest(`${file}: ${path} is a list; write ${path}[]`)
    if (node === null || (isScalar(node) && node.value === null)) return []
    const { line, col } = lines.linePos(node.range?.[0] ?? 0)
    if (!isScalar(node) || typeof node.value !== 'string') {
      const hint = path === undefined ? '; --path names where the patterns are: rules[].regex' : ''
      throw new BadRequest(`${file}:${line}:${col}: no text, so no pattern${hint}`)
    }
    const name = isMap(parent) ? nameIn((key) => parent.get(key)) : null
    return [{ pattern: node.value, line, name: name ?? `${path ?? ''}[${at}]` }]
  })
}

function fromToml(text: string, file: string, path: string | undefined): PatternEntry[] {
  if (path === undefined) throw new BadRequest(`${file}: --path names where the patterns are: rules[].regex`)
  let document: unknown
  try {
    document = parseToml(text)
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    throw new BadRequest(`${file}:${error.line}:${error.column}: ${error.message.split('\n')[0]}`)
  }
  const found: { value: unknown; parent: unknown }[] = []
  const walk = (value: unknown, parent: unknown, [step, ...rest]: readonly Step[]): void => {
    if (step === undefined) return void found.push({ value, parent })
    if (typeof value !== 'object' || value === null) return
    if (step === 'each')
      for (const item of Object.values(value)) walk(item, Array.isArray(value) ? parent : value, rest)
    else {
      const key = 'index' in step ? String(step.index) : step.name
      if (Object.hasOwn(value, key)) walk((value as Record<string, unknown>)[key], value, rest)
    }
  }
  const steps = parsePath(path)
  walk(document, null, steps)
  const lineOf = lineFinder(text, steps)
  return found.map(({ value, parent }, at) => {
    if (Array.isArray(value)) throw new BadRequest(`${file}: ${path} is a list; write ${path}[]`)
    if (typeof value !== 'string')
      throw new BadRequest(`${file}: ${path} number ${at + 1} is no text, so no pattern`)
    const record = parent as Record<string, unknown> | null
    const name =
      record === null ? null : nameIn((key) => (Object.hasOwn(record, key) ? record[key] : undefined))
    return { pattern: value, line: lineOf(value), name: name ?? `${path}[${at}]` }
  })
}

function nameIn(get: (key: string) => unknown): string | null {
  const name = NAMES.map(get).find((value) => typeof value === 'string' || typeof value === 'number')
  return name === undefined ? null : String(name)
}

/**
 * The parser tells no places: each pattern is looked for among the texts of its key, or of lists, behind the one before it;
 * where it is not found there, as tables may stand in another order, among all.
 */
function lineFinder(text: string, steps: readonly Step[]): (pattern: string) => number | null {
  const last = steps.at(-1)
  const wanted = typeof last === 'object' && 'name' in last ? last.name : null
  const all = tomlStrings(text)
  const likely = all.filter(({ key }) => key === wanted)
  let from = 0
  return (pattern) => {
    for (let at = from; at < likely.length; at++) {
      if (likely[at]!.value !== pattern) continue
      from = at + 1
      return likely[at]!.line
    }
    return all.find(({ value }) => value === pattern)?.line ?? null
  }
}
