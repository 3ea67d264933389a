/**
 * Where calling and restarting cost more than walking: short texts, and texts full of matches; beside V8's RegExp.
 *
 *     node engines/regex/testing/short-speed.ts [PART OF A NAME]
 *
 * Each answer is first checked against V8's: the patterns are such that leftmost-longest and leftmost-first agree. Both
 * are timed in turns, the best of several rounds counts. A ratio above 1 says that this engine is quicker.
 */
import { compile } from '../regex.ts'
import type { Regex } from '../regex.ts'
import type { Match } from '../types.ts'
import { Random } from './random.ts'
import { loadDefinitions } from './rebar.ts'

const ROUNDS = 20
const ROUND_MS = 2
/** What a compiler takes to learn a new pattern, and that beside other programs. */
const WARM_MS = 60
/** Different texts a case, so that no branch predictor knows them by heart. */
const TEXTS = 64

interface Case {
  readonly name: string
  readonly unit: 'ns/call' | 'MB/s'
  /** Calls or megabytes in one run. */
  readonly work: number
  readonly ours: () => number
  readonly theirs: () => number
}

const encoder = new TextEncoder()
const random = new Random(7)
const pick = (list: readonly string[]): string => list[random.below(list.length)] as string
const digits = (count: number): string => String(random.below(9 * 10 ** (count - 1)) + 10 ** (count - 1))

const WORDS = 'the quick brown fox jumps over a lazy dog and is seen by nobody at all here today'.split(' ')
const sentence = (length: number): string => {
  let text = pick(WORDS)
  while (text.length < length) text += ` ${pick(WORDS)}`
  return text.slice(0, length)
}

/** Pattern, and texts of which some match. */
const SHORT: readonly (readonly [name: string, pattern: string, text: () => string])[] = [
  ['literal, 12 bytes', 'fox', () => sentence(12)],
  ['literal, 100 bytes', 'nobody', () => sentence(100)],
  ['three words, 60 bytes', 'timeout|refused|reset', () => `${sentence(50)} ${pick(['reset', 'fine'])}`],
  ['number, 20 bytes', '[0-9]+', () => `${sentence(14)} ${pick(['42', 'no'])}`],
  ['word behind, 60 bytes', '[a-z]+ing', () => `${sentence(50)} ${pick(['sing', 'song'])}`],
  ['date, 40 bytes', '[0-9]{4}-[0-9]{2}-[0-9]{2}', () => `on ${digits(4)}-${digits(2)}-${digits(2)} it was`],
  ['whole identifier, 12 bytes', '^[a-z_][a-z0-9_]*$', () => `${pick(WORDS)}_${pick(['7', '!'])}x`],
  ['mail, 24 bytes', '^[a-z.]+@[a-z]+\\.[a-z]+$', () => `${pick(WORDS)}.${pick(WORDS)}@${pick(WORDS)}.org`],
  ['no match, 100 bytes', 'x[yz]+q', () => sentence(100)],
]

const GROUPS: readonly (readonly [name: string, pattern: string, text: () => string])[] = [
  ['key=value, 12 bytes', '([a-z]+)=([0-9]+)', () => `${pick(WORDS)}=${digits(3)}`],
  ['key=value, 60 bytes', '([a-z]+)=([0-9]+)', () => `${sentence(50)} ${pick(WORDS)}=${digits(2)}`],
  [
    'version, 20 bytes',
    '^v?([0-9]+)\\.([0-9]+)\\.([0-9]+)$',
    () => `v${digits(1)}.${digits(2)}.${digits(3)}`,
  ],
]

const DENSE = ['\\w+', '[a-z]+', '[A-Z]\\w*', '\\d+', '[a-zA-Z]+', '[aeiou]', 'the|and|of', ' +']
const FAR = ['[A-Z].*Holmes', '[A-Z].*Holmes.*', '[a-z]+ Holmes', '[A-Z][a-z ,]*Watson']

function shortCases(): Case[] {
  return [...SHORT, ...GROUPS].flatMap(([name, pattern, text]) => {
    const strings = Array.from({ length: TEXTS }, text)
    const bytes = strings.map((one) => encoder.encode(one))
    const regex = compile(pattern)
    const v8 = new RegExp(pattern)
    const indexed = new RegExp(pattern, 'd')
    for (let k = 0; k < TEXTS; k++) {
      // Spans are compared with those of flag d; what is timed does without.
      const want = spansOf(indexed.exec(strings[k]!))
      const got = [regex.exec(bytes[k]!), regex.exec(strings[k]!)].map(spansOf)
      if (got.some((spans) => spans !== want)) throw new Error(`${name}: ${got.join(' and ')}, not ${want}`)
    }
    const cases: Case[] = []
    const add = (kind: string, ours: () => number, theirs: () => number): void => {
      cases.push({ name: `${kind}  ${name}`, unit: 'ns/call', work: TEXTS, ours, theirs })
    }
    const testing = (): number => testByV8(v8, strings)
    const executing = (): number => execByV8(v8, strings)
    if (regex.groups === 0) {
      add('test bytes ', () => testBytes(regex, bytes), testing)
      add('test string', () => testStrings(regex, strings), testing)
      add('count bytes', () => countBytes(regex, bytes), executing)
      add('into bytes ', () => intoBytes(regex, bytes), executing)
    }
    const kind = regex.groups === 0 ? 'exec' : 'groups'
    add(`${kind} bytes `, () => execBytes(regex, bytes), executing)
    add(`${kind} string`, () => execStrings(regex, strings), executing)
    return cases
  })
}

// A loop each, so that what the compiler learns about one question does not slow down another.
function testBytes(regex: Regex, texts: readonly Uint8Array[]): number {
  let hits = 0
  for (const text of texts) if (regex.test(text)) hits++
  return hits
}

function testStrings(regex: Regex, texts: readonly string[]): number {
  let hits = 0
  for (const text of texts) if (regex.test(text)) hits++
  return hits
}

/** What `spansInto` is held against: all matches of a text, of which nothing is written down. */
function countBytes(regex: Regex, texts: readonly Uint8Array[]): number {
  let hits = 0
  for (const text of texts) if (regex.count(text) > 0) hits++
  return hits
}

const INTO = new Int32Array(16)

/** All spans of a short text, into an array that is there already; V8 looks for the first alone. */
function intoBytes(regex: Regex, texts: readonly Uint8Array[]): number {
  let hits = 0
  for (const text of texts) if (regex.spansInto(text, INTO) > 0) hits++
  return hits
}

function testByV8(regex: RegExp, texts: readonly string[]): number {
  let hits = 0
  for (const text of texts) if (regex.test(text)) hits++
  return hits
}

function execBytes(regex: Regex, texts: readonly Uint8Array[]): number {
  let hits = 0
  for (const text of texts) if (regex.exec(text) !== null) hits++
  return hits
}

function execStrings(regex: Regex, texts: readonly string[]): number {
  let hits = 0
  for (const text of texts) if (regex.exec(text) !== null) hits++
  return hits
}

function execByV8(regex: RegExp, texts: readonly string[]): number {
  let hits = 0
  for (const text of texts) if (regex.exec(text) !== null) hits++
  return hits
}

/** Spans as text: of our match, and of V8's with indices. */
function spansOf(match: Match | RegExpExecArray | null): string {
  if (match === null) return 'none'
  if ('spans' in match) return match.spans.join()
  return match.indices!.flatMap((span) => span ?? [-1, -1]).join()
}

function denseCases(): Case[] {
  const { definitions } = loadDefinitions((name) => name === 'hyperscan/literal-suffix-nosom')
  const [novel] = definitions
  if (novel === undefined) throw new Error('the novel is not here')
  const bytes = novel.haystack.filter((byte) => byte < 0x80)
  const string = new TextDecoder().decode(bytes)
  return [...DENSE, ...FAR].flatMap((pattern) => {
    const regex = compile(pattern, { newline: true, captures: false })
    // Our dot stops at \\n only.
    const v8 = new RegExp(pattern.replaceAll('.', '[^\\n]'), 'g')
    const testing = (): number => {
      let count = 0
      v8.lastIndex = 0
      while (v8.test(string)) count++
      return count
    }
    const all = (): number => string.match(v8)?.length ?? 0
    const executing = (): number => {
      let units = 0
      v8.lastIndex = 0
      for (let match = v8.exec(string); match; match = v8.exec(string)) units += match[0].length
      return units
    }
    const spans = (): number => {
      const found = regex.spans(bytes)
      let units = 0
      for (let i = 0; i < found.length; i += 2) units += found[i + 1]! - found[i]!
      return units
    }
    const each = (): number => {
      let units = 0
      for (const match of regex.findAll(bytes)) units += match.spans[1]! - match.spans[0]!
      return units
    }
    const work = bytes.length / 1e6
    const count = (): number => regex.count(bytes)
    return [
      { name: `count / test       ${pattern}`, unit: 'MB/s', work, ours: count, theirs: testing },
      { name: `count / match      ${pattern}`, unit: 'MB/s', work, ours: count, theirs: all },
      { name: `spans / exec       ${pattern}`, unit: 'MB/s', work, ours: spans, theirs: executing },
      { name: `findAll / exec     ${pattern}`, unit: 'MB/s', work, ours: each, theirs: executing },
    ] satisfies Case[]
  })
}

/** Seconds of one run each, both sides in turns. */
function timeBoth({ name, ours, theirs }: Case): [number, number] {
  if (ours() !== theirs()) throw new Error(`${name}: ${ours()} here, ${theirs()} with V8`)
  const sides = [ours, theirs].map((run) => ({ run, times: 1, best: Infinity }))
  for (const side of sides) {
    // Warm, and long enough for the clock.
    const begin = performance.now()
    let runs = 0
    while (performance.now() - begin < WARM_MS) {
      side.run()
      runs++
    }
    side.times = Math.max(1, Math.round((runs * ROUND_MS) / (performance.now() - begin)))
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const side of sides) {
      const begin = performance.now()
      for (let i = 0; i < side.times; i++) side.run()
      side.best = Math.min(side.best, (performance.now() - begin) / side.times)
    }
  }
  return sides.map(({ best }) => best / 1000) as [number, number]
}

const wanted = process.argv[2] ?? ''
const groups = new Map<string, number[]>()
for (const one of [...shortCases(), ...denseCases()]) {
  if (!one.name.includes(wanted)) continue
  const [ours, theirs] = timeBoth(one)
  const show = (seconds: number): string =>
    (one.unit === 'ns/call' ? (seconds * 1e9) / one.work : one.work / seconds).toFixed(0).padStart(7)
  const ratio = theirs / ours
  console.log(`${show(ours)} ${show(theirs)} ${one.unit}  ${ratio.toFixed(2).padStart(6)}  ${one.name}`)
  const group = one.name.split(/ {2,}/)[0] as string
  const list = groups.get(group)
  if (list) list.push(ratio)
  else groups.set(group, [ratio])
}
console.log('\ngeometric means')
for (const [group, ratios] of groups) {
  const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length)
  console.log(`${mean.toFixed(2).padStart(6)}  ${group}`)
}
