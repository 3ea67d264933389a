/**
 * What each special path is worth: its row with the path, and without it by the next simpler way, in turns.
 *
 *     node engines/regex/testing/paths.ts [--only PART]
 *
 * Answers must agree, or the row fails. A path below 1.3 times is one to delete; the command then ends with exit code 1.
 * Where `flowbench bench regex` has a row for the path, its question is asked here too.
 */
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { withoutPath } from '../foundation/paths.ts'
import type { SpecialPath } from '../foundation/paths.ts'
import { arena, compile } from '../index.ts'
import type { Options } from '../index.ts'
import { argument } from './arguments.ts'
import { Random } from './random.ts'

const ROUNDS = 9
const LEAST_MS = 3
const WARM_MS = 60
const LEAST_FACTOR = 1.3

export interface PathRow {
  readonly path: SpecialPath
  /** The row of the benchmark that takes the path, or the question by itself. */
  readonly row: string
  /** Compiles, and says how to ask; called anew with the path closed. */
  readonly prepare: () => () => number
}

const random = new Random(5)
const encoder = new TextEncoder()
const NOVEL = new URL('../testdata/rebar/data/haystacks/sherlock.txt', import.meta.url)
const novel = new Uint8Array(readFileSync(NOVEL)).slice(0, 300_000)
const letters = (alphabet: string, length: number): string =>
  Array.from({ length }, () => alphabet.charAt(random.below(alphabet.length))).join('')
const lines = (count: number, line: () => string): string => Array.from({ length: count }, line).join('\n')
const log = encoder.encode(
  lines(
    2500,
    () =>
      `2026-07-1${random.below(10)} 12:0${random.below(10)}:17 INFO worker-${random.below(64)} took ${random.below(900)} ms`,
  ),
)
const logLines = new TextDecoder()
  .decode(log)
  .split('\n')
  .slice(0, 200)
  .map((line) => encoder.encode(line))
const dna = Array.from({ length: 16 }, () => encoder.encode(letters('acgt', 8000)))
/** A gene, and before each of a hundred copies with four errors other letters. */
const gene = letters('acgt', 31)
const copies = encoder.encode(
  Array.from({ length: 100 }, () => {
    const copy = Array.from(gene, (letter, i) =>
      i % 4 !== 2 || i > 16 ? letter : letter === 'a' ? 'c' : 'a',
    )
    return letters('acgt', 170) + copy.join('')
  }).join(''),
)
const words = Array.from({ length: 500 }, () => letters('abcdefghijklmnopqrstuvwxyz', 9))
const short = Array.from({ length: 64 }, () => `${letters('abcdefgh ', 20)}${random.oneIn(2) ? '7' : ''}`)

const counting =
  (pattern: string, text: Uint8Array, options: Options = {}) =>
  (): (() => number) => {
    const regex = compile(pattern, { captures: false, ...options })
    return () => regex.count(text)
  }
/** Each call has another text: sets that were made before do not help. */
const countingNew = (pattern: string, texts: readonly Uint8Array[]) => (): (() => number) => {
  const regex = compile(pattern, { captures: false })
  let next = 0
  return () => regex.count(texts[next++ % texts.length]!)
}
const spans = (pattern: string, text: Uint8Array) => (): (() => number) => {
  const regex = compile(pattern, { captures: false })
  return () => regex.spans(text).reduce((sum, offset) => (sum + offset) | 0, 0)
}
const testing = (pattern: string, texts: readonly (Uint8Array | string)[]) => (): (() => number) => {
  const regex = compile(pattern)
  return () => texts.reduce((sum, text) => sum + (regex.test(text) ? 1 : 0), 0)
}
const groups = (pattern: string, text: Uint8Array) => (): (() => number) => {
  const regex = compile(pattern)
  return () => {
    let sum = 0
    for (const match of regex.findAll(text)) for (const offset of match.spans) sum = (sum + offset) | 0
    return sum
  }
}
/** Fragments of a text in the engine's memory, one a line. */
const scanning = (pattern: string, text: Uint8Array) => (): (() => number) => {
  const region = arena.allocate(text.length)
  region.bytes.set(text)
  const ends = Uint32Array.from([...text.keys()].filter((at) => text[at] === 10))
  const starts = Uint32Array.from(ends, (_, k) => (k === 0 ? 0 : ends[k - 1]! + 1))
  const regex = compile(pattern, { encoding: 'bytes', captures: false })
  return () => regex.scan(region.bytes, starts, ends, 0).hits.length
}

const DNA_PATTERN = `([ac]${letters('acgt', 63)}){~8}`

export const ROWS: readonly PathRow[] = [
  { path: 'pair', row: 'literal: a name in the novel', prepare: counting('Sherlock Holmes', novel) },
  {
    path: 'teddy',
    row: 'regex/literal-5',
    prepare: counting('Sherlock|Watson|Irene|Lestrade|Moriarty', novel),
  },
  { path: 'grams', row: 'rebar dictionary: 500 words', prepare: counting(words.join('|'), novel) },
  { path: 'literal spans', row: 'three common words in the novel', prepare: spans('the|and|of', novel) },
  { path: 'skip', row: 'rebar reverse-inner: [a-z]+ Holmes', prepare: counting('[a-z]+ Holmes', novel) },
  { path: 'starting bytes', row: 'regex:short: [0-9]+ in the novel', prepare: counting('[0-9]+', novel) },
  {
    path: 'is-match',
    row: 'test of lines, a match that goes on',
    prepare: testing('w[a-z]+-[0-9]+ .*', logLines),
  },
  { path: 'short strings', row: 'test of short strings', prepare: testing('[a-h ]7', short) },
  { path: 'at the end', row: 'rebar reverse-anchored: [a-z]+$', prepare: counting('[a-z]+\\.?\n*$', novel) },
  { path: 'dense', row: 'rebar words: [a-z]+', prepare: spans('[a-z]+', novel) },
  {
    path: 'ordered',
    row: 'npm run regex:lazy: a lazy field',
    prepare: counting('took .*? ms', log, { newline: true }),
  },
  {
    path: 'ranked search',
    row: 'a minimal repetition out of order',
    prepare: counting('(wo|work.?)+?r-[0-9]', log),
  },
  {
    path: 'one-pass',
    row: 'regex/captures-onepass',
    prepare: groups('([0-9:]+) ([A-Z]+) ([a-z]+)-([0-9]+) took ([0-9]+) ms', log),
  },
  {
    path: 'multi-pass',
    row: 'regex:captures: ([0-9].*) (.*)-(.*) ms',
    prepare: groups('([0-9].*) (.*)-(.*) ms', log.slice(0, 30_000)),
  },
  {
    path: 'filter',
    row: 'regex/approx: (Xyzzyqw){~1} in the novel',
    prepare: counting('(Xyzzyqw){~1}', novel),
  },
  {
    path: 'bits',
    row: 'npm run regex:approx: DNA, 64 letters, {~8}',
    prepare: countingNew(DNA_PATTERN, dna),
  },
  { path: 'bit kernel', row: 'the same', prepare: countingNew(DNA_PATTERN, dna) },
  {
    path: 'live',
    row: 'DNA: a gene, perhaps with another behind',
    prepare: counting(`(${gene}(.*${letters('acgt', 31)})?){~4}`, copies),
  },
  { path: 'scan literals', row: 'fragments: worker-7 took', prepare: scanning('worker-7 took [0-9]+', log) },
  { path: 'sheng', row: 'regex/scan-500k-fragments', prepare: scanning('[0-9]{4} [a-z]+', log) },
  {
    path: 'lock-step',
    row: 'fragments, more than 16 states',
    prepare: scanning('[a-z]{5}-[0-9]{2} [a-z]{4} [0-4][0-9]{2} ', log),
  },
]

/** The row's answer with the path and without. */
export function answers({ path, prepare }: PathRow): [number, number] {
  return [prepare()(), withoutPath(path, () => prepare()())]
}

/** The path's factor over the way without it. */
function factorOf({ path, prepare }: PathRow): number {
  const closed = withoutPath(path, prepare)
  // Some ways are chosen while searching.
  const sides = [prepare(), () => withoutPath(path, closed)].map((run) => ({ run, times: 1, best: Infinity }))
  const time = (run: () => number, times: number): number => {
    const began = performance.now()
    for (let i = 0; i < times; i++) run()
    return (performance.now() - began) / times
  }
  for (const side of sides) {
    const began = performance.now()
    let runs = 0
    while (performance.now() - began < WARM_MS || runs < 2) {
      side.run()
      runs++
    }
    side.times = Math.max(1, Math.ceil((runs * LEAST_MS) / (performance.now() - began)))
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const side of sides) side.best = Math.min(side.best, time(side.run, side.times))
  }
  return sides[1]!.best / sides[0]!.best
}

function main(): void {
  const wanted = argument('only', '')
  console.log('factor  path            row')
  for (const one of ROWS) {
    if (!one.path.includes(wanted)) continue
    const [with_, without] = answers(one)
    if (with_ !== without) {
      console.log(`${one.path}: ${with_} with it, ${without} without`)
      process.exitCode = 1
      continue
    }
    const factor = factorOf(one)
    if (factor < LEAST_FACTOR) process.exitCode = 1
    console.log(`${factor.toFixed(factor < 10 ? 2 : 0).padStart(6)}  ${one.path.padEnd(14)}  ${one.row}`)
  }
}

if (pathToFileURL(process.argv[1] ?? '').href === import.meta.url) main()
