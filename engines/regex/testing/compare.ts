/** One pattern and one text through every path; the first thing that differs from the reference. */
import { EDGE } from '../automaton/context.ts'
import { buildCaptures } from '../captures/index.ts'
import type { CapturePath, Captures } from '../captures/index.ts'
import { Meter } from '../dfa/meter.ts'
import { Program } from '../dfa/program.ts'
import { newTally } from '../dfa/tally.ts'
import { RankedMatches } from '../strategy/ranked-matches.ts'
import { compile } from '../regex.ts'
import type { Regex } from '../regex.ts'
import { compileSet } from '../set.ts'
import type { RegexSet } from '../set.ts'
import type { Parsed } from '../syntax/ast.ts'
import { parse } from '../syntax/parse.ts'
import { RegexBudgetError, RegexSyntaxError } from '../types.ts'
import type { Match, Options } from '../types.ts'
import { symbolsOf } from './engines.ts'
import { referenceAll, referenceExec } from './reference.ts'

/** Bytes that are no UTF-8, in hexadecimal, to stand at an offset in the text. */
export interface Broken {
  readonly at: number
  readonly bytes: string
}

/** A question to the engine. Offsets are UTF-16 units. */
export interface Question {
  readonly text: string
  readonly from: number
  readonly notBol: boolean
  readonly notEol: boolean
  /** In rising order. */
  readonly broken: readonly Broken[]
}

export interface Pair extends Question {
  readonly pattern: string
  readonly options: Options
}

/** A cache so small that it overflows all the time. */
const STARVED = 2048
const PATHS: readonly CapturePath[] = ['one-pass', 'multi-pass', 'simulation']
const encoder = new TextEncoder()

/** What an engine said, in words: spans are compared, and shown, as text. */
const show = (spans: Int32Array | null): string => (spans === null ? 'no match' : spans.join())
const showAll = (all: readonly Int32Array[]): string => `${all.length}: ${all.map(show).join(' ')}`
const spansOf = (match: Match | null): Int32Array | null => match && match.spans

/** Patterns that share a set with the one in question. */
const COMPANIONS = ['ab', 'b.$', 'aab?a']

/** A compiled form, and how much of the expected spans it reports. */
interface Variant {
  readonly name: string
  readonly regex: Regex
  readonly groups: boolean
}

/** All the matchers of one pattern. */
export class Subject {
  readonly parsed: Parsed
  private readonly options: Options
  private readonly variants: Variant[]
  private readonly captures: Captures
  private readonly starvedCaptures: Captures
  private readonly set: RegexSet | null = null
  private readonly companions: Parsed[] = []
  private readonly program: Program | null = null

  /** @param extra also compile it with hardly any cache, so that it reports no groups, and with others into one set */
  constructor(pattern: string, options: Options, extra: boolean) {
    this.options = options
    this.parsed = parse(pattern, options)
    this.variants = [{ name: '', regex: compile(pattern, options), groups: true }]
    if (extra) {
      const starved = { ...options, budget: { ...options.budget, cacheBytes: STARVED } }
      this.variants.push({ name: ', starved', regex: compile(pattern, starved), groups: true })
      const spansOnly = compile(pattern, { ...options, captures: false })
      this.variants.push({ name: ', without captures', regex: spansOnly, groups: false })
      this.set = compileSet([...COMPANIONS, pattern], options)
      if (!this.parsed.hasMinimal) this.program = new Program(this.parsed, options.budget)
      this.companions = COMPANIONS.map((companion) => parse(companion, options))
    }
    this.captures = buildCaptures(this.parsed, options)
    this.starvedCaptures = this.captures.withCache(STARVED)
  }

  /** What differs, in words, or undefined. `thorough` looks at all matches too, not only at the first. */
  difference(question: Question, thorough: boolean): string | undefined {
    const { parsed } = this
    const rules = this.options.rules ?? 'posix'
    const text = encoded(question, question.text.length)
    const { symbols, offsets } = symbolsOf(text, parsed.bytes)
    const mapped = (spans: Int32Array | null, map: ArrayLike<number>): Int32Array | null =>
      spans && spans.map((at) => (at < 0 ? at : map[at]!))
    const { notBol, notEol } = question
    const from = encoded(question, question.from).length
    const context = { from, notBol, notEol }
    const expected = mapped(
      referenceExec(parsed, symbols, { from: offsets.indexOf(from), notBol, notEol, rules }),
      offsets,
    )
    const want = show(expected)
    const wrong =
      this.inCaptures(text, expected, context) ??
      this.firstOf((variant) => {
        const only = variant.groups ? want : show(expected && expected.slice(0, 2))
        return expect(`exec${variant.name}`, only, () => show(spansOf(variant.regex.exec(text, context))))
      })
    if (wrong !== undefined) return wrong
    // Offsets of a string are units; in bytes mode a string has no offsets inside its characters.
    if (question.broken.length === 0 && (text.length === question.text.length || !parsed.bytes)) {
      const units = mapped(expected, unitOffsets(question.text, text.length))
      const [{ regex }] = this.variants as [Variant]
      const got = (): string => show(spansOf(regex.exec(question.text, { ...context, from: question.from })))
      const differs = expect('exec on a string', show(units), got)
      if (differs !== undefined) return differs
    }
    if (!thorough) return undefined
    const elsewhere =
      this.inFragments(text) ?? this.inSet(text, symbols) ?? this.fromEveryPlace(text, symbols, offsets)
    if (elsewhere !== undefined) return elsewhere
    const all = referenceAll(parsed, symbols, rules).map((spans) => mapped(spans, offsets) as Int32Array)
    const hardened = parsed.hasMinimal ? this.allMinimal(text, all) : undefined
    if (hardened !== undefined) return hardened
    return this.firstOf(({ name, regex, groups }) => {
      const listed = groups ? all : all.map((spans) => spans.slice(0, 2))
      const found = (): string => showAll(Array.from(regex.findAll(text), (match) => match.spans))
      return (
        expect(`test${name}`, String(all.length > 0), () => String(regex.test(text))) ??
        expect(`count${name}`, String(all.length), () => String(regex.count(text))) ??
        expect(`findAll${name}`, showAll(listed), found)
      )
    })
  }

  /** All matches, each search knowing from the start what is still possible. */
  private allMinimal(text: Uint8Array, all: readonly Int32Array[]): string | undefined {
    for (const captures of [this.captures, this.starvedCaptures]) {
      for (const spansOnly of [false, true]) {
        const want = spansOnly ? all.map((spans) => spans.slice(0, 2)) : all
        const found = (): string => {
          const meter = new Meter(newTally(), Infinity)
          const matches = new RankedMatches(captures, text, this.parsed.bytes, meter, spansOnly)
          matches.harden()
          const list: Int32Array[] = []
          while (matches.next()) list.push(spansOnly ? matches.spans.slice(0, 2) : matches.spans)
          return showAll(list)
        }
        const name = captures === this.captures ? '' : ', starved'
        const wrong = expect(`all minimal, hardened${name}`, showAll(want), found)
        if (wrong !== undefined) return wrong
      }
    }
    return undefined
  }

  private firstOf(ask: (variant: Variant) => string | undefined): string | undefined {
    for (const variant of this.variants) {
      const wrong = ask(variant)
      if (wrong !== undefined) return wrong
    }
    return undefined
  }

  /** The text and parts of it as fragments of one arena. */
  private inFragments(text: Uint8Array): string | undefined {
    const symbols = symbolsOf(text, this.parsed.bytes)
    const cut = symbols.offsets[symbols.symbols.length >> 1]!
    // Only where much is compiled anyway: a complete table costs more than everything else here.
    if (!this.set) return undefined
    // In an arena, fragments are not apart: what is outside of one must not be looked at.
    const starts = Uint32Array.of(0, 0, cut, cut, 0, 0)
    const ends = Uint32Array.of(text.length, cut, text.length, cut, text.length, 0)
    const matches = (k: number): boolean => {
      const part = symbolsOf(text.subarray(starts[k], ends[k]), this.parsed.bytes)
      return referenceExec(this.parsed, part.symbols) !== null
    }
    const want = [...starts.keys()].filter(matches).join()
    const [{ regex }] = this.variants as [Variant]
    return expect('scan', want, () => regex.scan(text, starts, ends, 0).hits.join())
  }

  private inSet(text: Uint8Array, symbols: readonly number[]): string | undefined {
    const { set } = this
    if (!set) return undefined
    const parsed = [...this.companions, this.parsed]
    const matching = [...parsed.keys()].filter((k) => referenceExec(parsed[k] as Parsed, symbols) !== null)
    return (
      expect('set which', matching.join(), () => set.which(text).join()) ??
      expect('set test', String(matching.length > 0), () => String(set.test(text)))
    )
  }

  /** The pass that finds the longest match from every place at once. */
  private fromEveryPlace(
    text: Uint8Array,
    symbols: readonly number[],
    offsets: readonly number[],
  ): string | undefined {
    if (!this.program) return undefined
    const { parsed, program } = this
    const want = new Int32Array(text.length + 1).fill(-1)
    offsets.forEach((offset, from) => {
      const spans = referenceExec(parsed, symbols, { from })
      if (spans?.[0] === from) want[offset] = offsets[spans[1]!]!
    })
    const ends = (): string => program.hardener.ends(text, 0, text.length, EDGE, EDGE).join()
    return expect('ends from every place', want.join(), ends)
  }

  /** The capture paths inside the expected span, with and without a cache worth its name. */
  private inCaptures(
    text: Uint8Array,
    expected: Int32Array | null,
    context: { from: number; notBol: boolean; notEol: boolean },
  ): string | undefined {
    const want = show(expected)
    for (const path of PATHS) {
      for (const captures of [this.captures, this.starvedCaptures]) {
        const name = captures === this.captures ? path : `${path}, starved`
        if (this.parsed.hasMinimal && (path === 'multi-pass' || path === 'simulation')) {
          const search = (): string => show(captures.findMinimal(text, context.from, context, path))
          const wrong = expect(`minimal search, ${name}`, want, search)
          if (wrong !== undefined) return wrong
        }
        if (expected === null) continue
        const [start, end] = expected as unknown as [number, number]
        const run = (): string => show(captures.run(text, start, end, context, path))
        const wrong = expect(`captures, ${name}`, want, run)
        if (wrong !== undefined) return wrong
      }
    }
    return undefined
  }
}

/** The bytes of the text up to an offset. */
function encoded({ text, broken }: Question, to: number): Uint8Array {
  const parts: Uint8Array[] = []
  let done = 0
  for (const { at, bytes } of broken) {
    if (at > to) break
    parts.push(encoder.encode(text.slice(done, at)), Uint8Array.fromHex(bytes))
    done = at
  }
  parts.push(encoder.encode(text.slice(done, to)))
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

/** What is wrong, or undefined. Running out of a starved budget is an answer too. */
function expect(name: string, want: string, get: () => string): string | undefined {
  let got: string
  try {
    got = get()
  } catch (error) {
    if (error instanceof RegexBudgetError && name.includes('starved')) return undefined
    got = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  }
  return got === want ? undefined : `${name}: got ${got}, expected ${want}`
}

/** UTF-16 offset of each byte offset that begins a character. */
function unitOffsets(text: string, bytes: number): Int32Array {
  const units = new Int32Array(bytes + 1)
  let at = 0
  let unit = 0
  for (const char of text) {
    units[at] = unit
    at += encoder.encode(char).length
    unit += char.length
  }
  units[at] = unit
  return units
}

/** A subject, or null where the pattern is refused: then there is nothing to compare. */
export function subjectOf(pattern: string, options: Options, extra = true): Subject | null {
  try {
    return new Subject(pattern, options, extra)
  } catch (error) {
    if (error instanceof RegexSyntaxError || error instanceof RegexBudgetError) return null
    throw error
  }
}

export function differenceOf(pair: Pair): string | undefined {
  return subjectOf(pair.pattern, pair.options)?.difference(pair, true)
}
