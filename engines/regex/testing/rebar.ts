/**
 * rebar's benchmark definitions as data: pattern, haystack prepared by its transforms, and the count that an engine
 * must give before its time means anything. Tests and benchmarks read them here.
 *
 * The source of definitions and haystacks, and which of them may be absent: `../testdata/rebar/NOTICE.md`.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Match, Options } from '../types.ts'

export interface Definition {
  readonly name: string
  /** `count`: number of matches; `count-spans`: the sum of their lengths in bytes; `compile`: compile, then count. */
  readonly model: 'count' | 'count-spans' | 'compile'
  /** Extended syntax. */
  readonly pattern: string
  readonly ignoreCase: boolean
  /** Characters are code points; else bytes. */
  readonly unicode: boolean
  readonly haystack: Uint8Array<ArrayBuffer>
  readonly expected: number
}

interface Haystack {
  readonly path?: string
  readonly contents?: string
  readonly 'utf8-lossy'?: boolean
  readonly trim?: boolean
  readonly 'line-start'?: number
  readonly 'line-end'?: number
  readonly repeat?: number
  readonly prepend?: string
  readonly append?: string
}

interface Stored {
  readonly name: string
  readonly model: Definition['model']
  readonly patterns: readonly [string]
  readonly caseInsensitive: boolean
  readonly unicode: boolean
  readonly haystack: Haystack
  readonly count: number | readonly { readonly engine: string; readonly count: number }[]
}

/** OpenSubtitles has terms of its own. */
const NOT_SHIPPED = 'opensubtitles/'
const SHIPPED = new URL('../testdata/rebar/data/', import.meta.url)
/** Where the caller keeps haystacks that may not be passed on. */
const OWN = process.env['REBAR_HAYSTACKS']

export interface Definitions {
  readonly definitions: readonly Definition[]
  /** Those whose haystack is not here; a test or benchmark says so in one line. */
  readonly absent: readonly string[]
  /** Of these, what should be here: all haystacks that may be passed on. */
  readonly lost: readonly string[]
}

/** All definitions, or those whose name `wanted` accepts. Haystacks used by several are read and prepared once. */
export function loadDefinitions(wanted: (name: string) => boolean = () => true): Definitions {
  const stored = JSON.parse(readFileSync(new URL('definitions.json', SHIPPED), 'utf8')) as Stored[]
  const prepared = new Map<string, Uint8Array<ArrayBuffer> | null>()
  const definitions: Definition[] = []
  const absent: string[] = []
  const lost: string[] = []
  for (const one of stored) {
    if (!wanted(one.name)) continue
    const key = JSON.stringify(one.haystack)
    let haystack = prepared.get(key)
    if (haystack === undefined) {
      haystack = prepare(one.haystack)
      prepared.set(key, haystack)
    }
    if (haystack === null) {
      absent.push(one.name)
      if (one.haystack.path?.startsWith(NOT_SHIPPED) !== true) lost.push(one.name)
    } else definitions.push(definition(one, haystack))
  }
  return { definitions, absent, lost }
}

function definition(one: Stored, haystack: Uint8Array<ArrayBuffer>): Definition {
  return {
    name: one.name,
    model: one.model,
    // Patterns that rebar keeps in files end in that file's newline, which rebar does not take for part of them.
    pattern: one.patterns[0].replace(/\n$/, ''),
    ignoreCase: one.caseInsensitive,
    unicode: one.unicode,
    haystack,
    expected: typeof one.count === 'number' ? one.count : countForAll(one.count),
  }
}

/** Where rebar's engines differ, its last entry is for "every other engine", and for us. */
function countForAll(counts: readonly { readonly engine: string; readonly count: number }[]): number {
  const other = counts.find(({ engine }) => engine === '.*')
  if (other === undefined) throw new Error('no count for engines in general')
  return other.count
}

function read(path: string): Buffer | null {
  for (const folder of [fileURLToPath(new URL('haystacks', SHIPPED)), ...(OWN === undefined ? [] : [OWN])]) {
    const file = join(folder, path)
    if (existsSync(file)) return readFileSync(file)
  }
  return null
}

/** The transforms in rebar's order. Null when the file is not here. */
function prepare(haystack: Haystack): Uint8Array<ArrayBuffer> | null {
  let bytes = haystack.path === undefined ? Buffer.from(haystack.contents ?? '') : read(haystack.path)
  if (bytes === null) return null
  if (haystack['utf8-lossy']) bytes = Buffer.from(bytes.toString('utf8'))
  if (haystack.trim) bytes = Buffer.from(bytes.toString('latin1').trim(), 'latin1')
  if (haystack['line-start'] !== undefined || haystack['line-end'] !== undefined) {
    bytes = lines(bytes, haystack['line-start'] ?? 0, haystack['line-end'] ?? Infinity)
  }
  if (haystack.repeat !== undefined) bytes = Buffer.alloc(bytes.length * haystack.repeat, bytes)
  const parts = [Buffer.from(haystack.prepend ?? ''), bytes, Buffer.from(haystack.append ?? '')]
  return new Uint8Array(Buffer.concat(parts))
}

/** Lines `start` to `end` (not included), counted from 0, with their newlines. */
function lines(bytes: Buffer, start: number, end: number): Buffer {
  let from = 0
  let at = 0
  for (let line = 0; line < end && at < bytes.length; line++) {
    if (line === start) from = at
    const newline = bytes.indexOf(0x0a, at)
    at = newline < 0 ? bytes.length : newline + 1
  }
  return bytes.subarray(from, at)
}

/** How this engine compiles a definition's pattern. */
export function optionsFor(definition: Pick<Definition, 'ignoreCase' | 'unicode'>): Options {
  return {
    ignoreCase: definition.ignoreCase,
    encoding: definition.unicode ? 'utf8' : 'bytes',
    captures: false,
  }
}

/** The number that must equal `definition.expected`. */
export function countOf(
  definition: Definition,
  regex: { count(input: Uint8Array): number; findAll(input: Uint8Array): Iterable<Match> },
): number {
  if (definition.model !== 'count-spans') return regex.count(definition.haystack)
  let length = 0
  for (const { spans } of regex.findAll(definition.haystack)) length += spans[1]! - spans[0]!
  return length
}
