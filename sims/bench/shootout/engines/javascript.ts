/** Engines inside JavaScript: V8's two, re2js, and Rust's regex as WebAssembly. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { setFlagsFromString } from 'node:v8'
import { matchCounter, stepOver } from '../../peers/regex/empty-matches.ts'
import { compileRust, type Re2js, type Re2jsMatcher, type RustRegex } from '../../peers/regex/javascript.ts'
import { flagsAmong, Refused, type Adapter, type Bound, type Compiled } from './adapter.ts'

const require = createRequire(import.meta.url)

/** The version in a package's manifest. Not every package exports its manifest. */
export function packageVersion(name: string): string {
  const entry = require.resolve(name)
  const root = entry.slice(0, entry.lastIndexOf(`/node_modules/${name}/`) + `/node_modules/${name}/`.length)
  return (JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { version: string }).version
}

function refusing<T>(compile: () => T): T {
  try {
    return compile()
  } catch (error) {
    throw new Refused(error instanceof Error ? error.message : String(error))
  }
}

/** V8 compiles at the first search, to bytecode, and to machine code at a later one: these are they. */
const WARM_UPS = 3

function compileRegExp(pattern: string, flags: string): Compiled {
  const regex = refusing(() => new RegExp(pattern, `g${flags}`))
  // With `d` matches tell where their groups are, which takes time that only they need.
  const indexed = (): RegExp => new RegExp(pattern, `dg${flags}`)
  for (let k = 0; k < WARM_UPS; k++) {
    regex.lastIndex = 0
    regex.test('')
  }
  return { bind: (text) => bindRegExp(regex, indexed, text.toString()) }
}

function bindRegExp(regex: RegExp, indexed: () => RegExp, text: string): Bound {
  return {
    test: () => {
      regex.lastIndex = 0
      return regex.test(text)
    },
    each: (visit) => {
      regex.lastIndex = 0
      for (let match = regex.exec(text); match !== null; match = regex.exec(text)) {
        const end = regex.lastIndex
        if (!visit(match.index, end)) return
        if (end === match.index) stepOver(regex, text)
      }
    },
    count: matchCounter(regex, text),
    eachGroups: (visit) => {
      const by = indexed()
      for (let match = by.exec(text); match !== null; match = by.exec(text)) {
        const { indices } = match as RegExpExecArray & { indices: ([number, number] | undefined)[] }
        if (!visit(indices.flatMap((span) => span ?? [-1, -1]))) return
        if (match[0].length === 0) stepOver(by, text)
      }
    },
  }
}

export function v8(): Adapter {
  return {
    facts: {
      version: process.versions.v8,
      semantics: 'leftmost-first',
      units: 'utf16',
      promise: null,
      called: 'a JavaScript string, one call a match',
      refuses: 'what ECMAScript has not: possessive and atomic groups, recursion, (?i) at the start',
    },
    compile: compileRegExp,
  }
}

/** Breadth-first, linear in the text. */
export function v8Linear(): Adapter {
  setFlagsFromString('--enable-experimental-regexp-engine')
  return {
    facts: {
      version: process.versions.v8,
      semantics: 'leftmost-first',
      units: 'utf16',
      promise: 'linear',
      called: 'a JavaScript string, one call a match',
      refuses: 'flags i and u, references back, looking around, large bounds',
    },
    compile: (pattern, flags) => compileRegExp(pattern, `l${flags}`),
  }
}

export function re2js(): Adapter {
  const { RE2JS } = require('re2js') as { RE2JS: Re2js }
  const bits: Readonly<Record<string, number>> = {
    i: RE2JS.CASE_INSENSITIVE,
    s: RE2JS.DOTALL,
    m: RE2JS.MULTILINE,
    u: 0,
  }
  return {
    facts: {
      version: packageVersion('re2js'),
      semantics: 'leftmost-first',
      units: 'utf16',
      promise: 'linear',
      called: 'a JavaScript string, one call a match',
      refuses: 'references back, looking around, bounds above 1,000',
    },
    compile: (pattern, flags) => {
      const set = [...flagsAmong(flags, 'imsu')].reduce((sum, flag) => sum | bits[flag]!, 0)
      const regex = refusing(() => RE2JS.compile(pattern, set))
      return { bind: (text) => bindRe2js(regex, text.toString()) }
    },
  }
}

function bindRe2js(regex: { matcher(text: string): Re2jsMatcher }, text: string): Bound {
  return {
    test: () => regex.matcher(text).find(),
    each: (visit) => {
      const matcher = regex.matcher(text)
      while (matcher.find() && visit(matcher.start(), matcher.end()));
    },
    eachGroups: (visit) => {
      const matcher = regex.matcher(text)
      const groups = 1 + matcher.groupCount()
      while (matcher.find()) {
        const offsets = Array.from({ length: groups }, (_, g) => [matcher.start(g), matcher.end(g)]).flat()
        if (!visit(offsets)) return
      }
    },
  }
}

export async function rregex(): Promise<Adapter> {
  const { RRegex } = (await import('rregex')) as unknown as { RRegex: new (pattern: string) => RustRegex }
  return {
    facts: {
      version: packageVersion('rregex'),
      semantics: 'leftmost-first',
      units: 'bytes',
      promise: 'linear',
      called: 'a JavaScript string, copied into WebAssembly at each call; all matches of a text in one call',
      refuses: 'references back, looking around; Rust without SIMD',
    },
    compile: (pattern, flags) => {
      const inline = [...flagsAmong(flags, 'imsu')].filter((flag) => flag !== 'u').join('')
      const source = inline === '' ? pattern : `(?${inline})${pattern}`
      const regex = refusing(() => compileRust(RRegex, source, flags.includes('u')))
      return { bind: (text) => bindRust(regex, text.toString()) }
    },
  }
}

function bindRust(regex: RustRegex, text: string): Bound {
  return {
    test: () => regex.isMatch(text),
    each: (visit) => {
      for (const { start, end } of regex.findAll(text)) if (!visit(start, end)) return
    },
    count: () => regex.findAll(text).length,
  }
}
