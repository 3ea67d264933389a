/**
 * Approximate matching beside TRE, the one other library that has it for whole patterns: which lines of a novel match
 * within so many errors.
 *
 * All matches of a text would be two different questions: TRE takes the leftmost it comes by, we the cheapest. Whether
 * a line matches at all is one, and on these patterns both find the same lines. The tests ask exhaustive search too.
 */
import { compile } from '../../../../engines/regex/index.ts'
import type { Burst, Contestant, Row } from '../../harness/row.ts'
import { nativeText } from '../../peers/regex/library.ts'
import { fragmentMatcher, tre } from '../../peers/regex/native.ts'
import { VERSION } from '../../harness/version.ts'
import { novel } from './rebar.ts'

const LINES = 4_000

interface Approximate {
  readonly id: string
  readonly pattern: string
  /** Lines that match. */
  readonly expected: number
}

export const PATTERNS: readonly Approximate[] = [
  { id: 'word within 1', pattern: '(Holmes){~1}', expected: 183 },
  { id: 'word within 2', pattern: '(Sherlock){~2}', expected: 38 },
  { id: 'phrase within 2', pattern: '(Baker Street){~2}', expected: 11 },
  { id: 'alternation and classes within 1', pattern: '((Mr|Mrs|Miss)\\.? [A-Z][a-z]+){~1}', expected: 274 },
  { id: 'alternation within 2', pattern: '((detective|inspector|police)s?){~2}', expected: 77 },
  { id: 'costs by operation', pattern: '(adventure){~3, 2i+2d+1s<4}', expected: 35 },
]

export interface Lines {
  readonly text: Uint8Array<ArrayBuffer>
  readonly starts: Uint32Array
  readonly ends: Uint32Array
}

/** The first lines of the novel, without their newlines. */
export function novelLines(count: number = LINES): Lines {
  const text = novel()
  const starts = new Uint32Array(count)
  const ends = new Uint32Array(count)
  for (let line = 0, at = 0; line < count; line++) {
    starts[line] = at
    ends[line] = text.indexOf(0x0a, at)
    at = ends[line]! + 1
  }
  return { text: text.slice(0, ends[count - 1]), starts, ends }
}

/** The number of lines that match, and where the engine counts its work, that. */
interface Question {
  run(): number
  counters?(): Readonly<Record<string, number>>
}

type Asks = (pattern: string, lines: Lines) => Question

/** Number of lines that match, by our engine. */
export const askOurs: Asks = (pattern, { text, starts, ends }) => {
  const regex = compile(pattern, { captures: false, encoding: 'bytes' })
  return {
    run: () => regex.scan(text, starts, ends, 0).hits.length,
    counters: () => ({ ...regex.counters }),
  }
}

/** The same by TRE. Its search by `regexec` obeys the settings in a pattern. */
export const askTre: Asks = (pattern, { text, starts, ends }) => {
  const test = fragmentMatcher('tre', pattern)
  const lines = Array.from(starts, (start, k) => nativeText(text.subarray(start, ends[k])))
  const run = (): number => {
    let hits = 0
    for (const line of lines) hits += test(line)
    return hits
  }
  return { run }
}

function contestant(peer: Pick<Contestant, 'id' | 'version' | 'missing'>, ask: Asks): Contestant {
  return {
    id: peer.id,
    get version() {
      return peer.version
    },
    missing: () => peer.missing(),
    prepare: () => {
      const lines = novelLines()
      const parts = PATTERNS.map(({ id, pattern, expected }) => ({
        id,
        prepare: (): Burst => ({ ...ask(pattern, lines), work: lines.text.length / 1e6, expected }),
      }))
      return { parts }
    },
  }
}

export const approximateRow: Row = {
  id: 'regex/approximate',
  unit: 'MB/s',
  better: 'higher',
  summary:
    'Geometric mean over six approximate patterns: which of the first 4,000 lines of a novel match, lines counted.',
  ours: contestant({ id: 'flowbench', version: VERSION, missing: () => null }, askOurs),
  peers: [contestant(tre, askTre)],
  atMost: { rounds: 9, samples: 1 },
}
