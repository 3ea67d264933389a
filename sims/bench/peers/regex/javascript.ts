/** Engines inside JavaScript: V8's two, re2js, and Rust's regex as WebAssembly. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { setFlagsFromString } from 'node:v8'
import { matchCounter, stepOver, type RegExpLike } from './empty-matches.ts'
import type { Question, RegexPeer, Task } from './peer.ts'

const require = createRequire(import.meta.url)

const decode = (text: Uint8Array): string => new TextDecoder().decode(text)

/** The version in a package's manifest; `none` when it is not installed. Not every package exports its manifest. */
function versionOf(name: string): string {
  try {
    const entry = require.resolve(name)
    const root = entry.slice(0, entry.lastIndexOf(`/node_modules/${name}/`) + `/node_modules/${name}/`.length)
    return (JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { version: string }).version
  } catch {
    return 'none'
  }
}

function missingPackage(name: string): ReturnType<RegexPeer['missing']> {
  if (versionOf(name) !== 'none') return null
  return { why: 'not installed', install: `npm install --no-save ${name}` }
}

/** Sum of the lengths of matches, in bytes and in the string's own units. */
function measureMatches(regex: RegExpLike, text: string): { bytes: number; units: number } {
  let bytes = 0
  let units = 0
  regex.lastIndex = 0
  for (let match = regex.exec(text); match !== null; match = regex.exec(text)) {
    units += match[0].length
    bytes += Buffer.byteLength(match[0])
    if (match[0].length === 0) stepOver(regex, text)
  }
  return { bytes, units }
}

function askRegExp(regex: RegExpLike, { text, ask, expected }: Task): Question {
  const string = decode(text)
  if (ask === 'count') return { expected, run: matchCounter(regex, string) }
  if (ask === 'groups') return { expected, run: () => sumGroups(regex, string) }
  if (ask === 'spans') {
    const { bytes, units } = measureMatches(regex, string)
    // Right in bytes: then the units it gives are the right ones, and the timed run need not convert.
    return { expected: bytes === expected ? units : expected, run: () => sumMatches(regex, string) }
  }
  const test = (): number => {
    regex.lastIndex = 0
    return regex.test(string) ? 1 : 0
  }
  return { expected, run: test }
}

function sumMatches(regex: RegExpLike, text: string): number {
  let units = 0
  regex.lastIndex = 0
  for (let match = regex.exec(text); match !== null; match = regex.exec(text)) {
    units += match[0].length
    if (match[0].length === 0) stepOver(regex, text)
  }
  return units
}

function sumGroups(regex: RegExpLike, text: string): number {
  let units = 0
  regex.lastIndex = 0
  for (let match = regex.exec(text); match !== null; match = regex.exec(text)) {
    for (let group = 1; group < match.length; group++) units += match[group]?.length ?? 0
    if (match[0].length === 0) stepOver(regex, text)
  }
  return units
}

const flags = ({ ignoreCase, unicode }: Task): string => `g${ignoreCase ? 'i' : ''}${unicode ? 'u' : ''}`

export const v8: RegexPeer = {
  id: 'v8',
  version: process.versions.v8,
  missing: () => null,
  ask: (task) => askRegExp(new RegExp(task.pattern, flags(task)), task),
}

/** Breadth-first, linear in the text; takes neither `i` nor `u`. */
export const v8Linear: RegexPeer = {
  id: 'v8-linear',
  version: process.versions.v8,
  missing: () => null,
  ask: (task) => {
    setFlagsFromString('--enable-experimental-regexp-engine')
    return askRegExp(new RegExp(task.pattern, `${flags(task)}l`), task)
  },
}

export interface Re2jsMatcher {
  find(): boolean
  start(group?: number): number
  end(group?: number): number
  groupCount(): number
}

export interface Re2js {
  compile(pattern: string, flags: number): { matcher(text: string): Re2jsMatcher }
  readonly CASE_INSENSITIVE: number
  readonly DOTALL: number
  readonly MULTILINE: number
}

export const re2js: RegexPeer = {
  id: 're2js',
  get version() {
    return versionOf('re2js')
  },
  missing: () => missingPackage('re2js'),
  ask: ({ pattern, ignoreCase, text, ask, expected }) => {
    const { RE2JS } = require('re2js') as { RE2JS: Re2js }
    const regex = RE2JS.compile(pattern, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0)
    const string = decode(text)
    const total = (length: (from: number, to: number) => number): number => {
      const matcher = regex.matcher(string)
      let sum = 0
      while (matcher.find()) {
        if (ask === 'test') return 1
        if (ask !== 'groups') sum += length(matcher.start(), matcher.end())
        else for (let g = 1; g <= matcher.groupCount(); g++) sum += matcher.end(g) - matcher.start(g)
      }
      return sum
    }
    const units = (from: number, to: number): number => to - from
    if (ask === 'count') return { expected, run: () => total(() => 1) }
    if (ask !== 'spans') return { expected, run: () => total(units) }
    const right = total((from, to) => Buffer.byteLength(string.slice(from, to))) === expected
    return { expected: right ? total(units) : expected, run: () => total(units) }
  },
}

interface RustMatch {
  readonly start: number
  readonly end: number
}
export interface RustRegex {
  findAll(text: string): RustMatch[]
  isMatch(text: string): boolean
}

/** The string goes into its memory at every call, and each match comes back as an object. */
export const rregex: RegexPeer = {
  id: 'rregex',
  get version() {
    return versionOf('rregex')
  },
  missing: () => missingPackage('rregex'),
  ask: async ({ pattern, ignoreCase, unicode, text, ask, expected }) => {
    const { RRegex } = (await import('rregex')) as unknown as { RRegex: new (pattern: string) => RustRegex }
    const regex = compileRust(RRegex, ignoreCase ? `(?i)${pattern}` : pattern, unicode)
    const string = decode(text)
    if (ask === 'groups') throw new Error('its captures come without positions')
    if (ask === 'test') return { expected, run: () => (regex.isMatch(string) ? 1 : 0) }
    if (ask === 'count') return { expected, run: () => regex.findAll(string).length }
    const sum = (): number => regex.findAll(string).reduce((total, { start, end }) => total + end - start, 0)
    return { expected, run: sum }
  },
}

/** Without Unicode where it lets us: a pattern that could then match half a character is refused for strings. */
export function compileRust(
  RRegex: new (pattern: string) => RustRegex,
  pattern: string,
  unicode: boolean,
): RustRegex {
  if (unicode) return new RRegex(pattern)
  try {
    return new RRegex(`(?-u:${pattern})`)
  } catch {
    return new RRegex(pattern)
  }
}
