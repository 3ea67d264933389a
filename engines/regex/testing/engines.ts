/** Everything in this engine that can answer "where does the pattern match", under one interface. */
import { decodeAt, widthOf } from '../foundation/utf8.ts'
import { buildCaptures } from '../captures/index.ts'
import type { CapturePath, Captures } from '../captures/index.ts'
import { compile } from '../regex.ts'
import type { Regex } from '../regex.ts'
import type { Parsed } from '../syntax/ast.ts'
import { parse } from '../syntax/parse.ts'
import { RegexSyntaxError } from '../types.ts'
import type { Options } from '../types.ts'
import type { Answer } from './cases.ts'
import { referenceExec } from './reference.ts'

export interface Context {
  readonly from: number
  readonly notBol: boolean
  readonly notEol: boolean
}

export interface Matcher {
  exec(text: Uint8Array, context: Context): Int32Array | null
}

export interface TestedEngine {
  readonly name: string
  /** Whether it matches approximately. */
  readonly approximate?: boolean
  compile(pattern: Uint8Array | string, options: Options): Matcher
}

/** Text as the reference reads it, and the byte offset of each symbol. A byte that is no UTF-8 is -1, in no set. */
export function symbolsOf(text: Uint8Array, bytes: boolean): { symbols: number[]; offsets: number[] } {
  if (bytes) return { symbols: [...text], offsets: Array.from({ length: text.length + 1 }, (_, i) => i) }
  const symbols: number[] = []
  const offsets = [0]
  for (let at = 0; at < text.length;) {
    const code = decodeAt(text, at, text.length)
    symbols.push(code)
    at += widthOf(code)
    offsets.push(at)
  }
  return { symbols, offsets }
}

export const reference: TestedEngine = {
  name: 'reference',
  compile(pattern, options) {
    const parsed = parse(pattern, options)
    return {
      exec(text, context) {
        const { symbols, offsets } = symbolsOf(text, parsed.bytes)
        const spans = referenceExec(parsed, symbols, {
          ...context,
          from: offsets.indexOf(context.from),
          rules: options.rules ?? 'posix',
        })
        return spans && spans.map((at) => (at < 0 ? at : offsets[at]!))
      },
    }
  },
}

/** The public interface. */
export const regex: TestedEngine = {
  name: 'regex',
  approximate: true,
  compile(pattern, options) {
    const compiled = compile(pattern, options)
    return { exec: (text, context) => compiled.exec(text, context)?.spans ?? null }
  },
}

const capturing = new Map<string, { parsed: Parsed; whole: Regex; captures: Captures }>()

/** Captures along one path, inside the span that the public interface finds. */
export const capturesBy = (path: CapturePath): TestedEngine => ({
  name: `captures ${path}`,
  compile(pattern, options) {
    const key = JSON.stringify([String(pattern), options])
    let made = capturing.get(key)
    if (!made) {
      const parsed = parse(pattern, options)
      made = { parsed, whole: compile(pattern, options), captures: buildCaptures(parsed, options) }
      capturing.set(key, made)
    }
    return byPath(made.parsed, made.whole, made.captures, path)
  },
})

function byPath(parsed: Parsed, whole: Regex, captures: Captures, path: CapturePath): Matcher {
  return {
    exec(text, context) {
      if (parsed.hasMinimal) return captures.findMinimal(text, context.from, context, path)
      const match = whole.exec(text, context)
      return match && captures.run(text, match.spans[0]!, match.spans[1]!, context, path)
    },
  }
}

export const engines: readonly TestedEngine[] = [
  reference,
  regex,
  capturesBy('one-pass'),
  capturesBy('multi-pass'),
  capturesBy('simulation'),
]

/** One case on one engine. */
export function answer(
  engine: TestedEngine,
  pattern: Uint8Array | string,
  options: Options,
  text: Uint8Array,
  context: Context,
): Answer {
  try {
    return engine.compile(pattern, options).exec(text, context)
  } catch (error) {
    if (error instanceof RegexSyntaxError) return error.code
    throw error
  }
}
