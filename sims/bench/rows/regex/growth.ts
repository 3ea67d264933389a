/**
 * How time and memory grow with the size of the pattern, for our engine, TRE and RE2.
 *
 * "Linear" is said of the text. A search may still take time with the square of the pattern's size, and compiling may
 * take any amount of memory: bounds multiply, and 36 bytes of pattern can ask for a million positions. So two questions,
 * each put to every engine in a process of its own that is ended when it takes too long or too much:
 *
 * - time: `x*(a?){n}(a){n}b` on a text of a's, in which up to n positions are alive at every byte;
 * - memory: `(a{n}){n}`, n squared positions, and two bombs: compiling, and matching 300 characters.
 *
 * Time is the processor's, the least of several rounds, of a search whose automaton is new; compiling is left out.
 * Memory is the process's peak less the peak of one that compiled `a`, the least of some runs, and never less than 0.
 * Answers are verified. To refuse is an answer; the memory taken till then counts.
 */
import { ContestantFailed } from '../../harness/link.ts'
import { runBounded } from '../../peers/regex/bounded.ts'
import type { Bounds, Ending } from '../../peers/regex/bounded.ts'
import { tre } from '../../peers/regex/native.ts'
import { flowbench } from '../../peers/regex/ours.ts'
import type { RegexPeer } from '../../peers/regex/peer.ts'
import { re2 } from '../../peers/regex/re2.ts'

export const CONTESTANTS: readonly RegexPeer[] = [flowbench, tre, re2]

export interface GrowthJob {
  readonly contestant: string
  readonly pattern: string
  /** Each is matched once; rounds are timed on the first. */
  readonly texts: readonly string[]
  /** Rounds are timed until they have taken this long; 0: none. */
  readonly roundsMs: number
}

export type GrowthNote =
  | { readonly is: 'compiled'; readonly peakBytes: number }
  | {
      readonly is: 'matched'
      readonly answers: readonly number[]
      readonly peakBytes: number
      readonly seconds: number | null
    }
  | { readonly is: 'refused'; readonly why: string; readonly peakBytes: number }

/** `crashed`: the process was ended by a signal of its own doing. `cut off`: it was ended at a limit. */
export type Outcome = 'matched' | 'refused' | 'crashed' | 'cut off'

interface Point {
  readonly contestant: string
  readonly pattern: string
  readonly outcome: Outcome
  /** Why there is no answer. */
  readonly why: string | null
}

export interface TimePoint extends Point {
  readonly n: number
  /** Processor time of one search; null without an answer. */
  readonly seconds: number | null
}

export interface MemoryPoint extends Point {
  /** Positions of the pattern when all bounds are multiplied out. */
  readonly positions: number
  /** Null for a pattern that belongs to no row of growing ones. */
  readonly n: number | null
  /** Peak beyond that of a process that compiled `a`, until it answered, refused, crashed or was cut off. */
  readonly bytes: number
}

export interface Growth {
  readonly contestants: readonly { readonly id: string; readonly version: string }[]
  readonly missing: readonly { readonly peer: string; readonly why: string; readonly install: string }[]
  readonly textBytes: number
  readonly bounds: Bounds
  readonly time: readonly TimePoint[]
  readonly memory: readonly MemoryPoint[]
}

export interface GrowthOptions {
  /** Ids; default: all. */
  readonly contestants?: readonly string[]
  readonly timeSizes?: readonly number[]
  readonly memorySizes?: readonly number[]
  readonly bombs?: readonly Bomb[]
  /** Length of the text that is searched; default 20,000. */
  readonly textBytes?: number
  /** How long rounds of one search go on; default 500 ms. */
  readonly roundsMs?: number
  /** Processes of which the least peak counts; default 3. */
  readonly runs?: number
  readonly bounds?: Bounds
  readonly onProgress?: (text: string) => void
}

export interface Bomb {
  readonly pattern: string
  readonly positions: number
}

const BOMBS: readonly Bomb[] = [
  { pattern: '(?:a{2,101}){20}{20}', positions: 101 * 20 * 20 },
  { pattern: '(?:a{2,101}){100}{100}', positions: 101 * 100 * 100 },
]
const SHORT = 'a'.repeat(300)
const CHILD = new URL('growth-child.ts', import.meta.url)

/** Throws `ContestantFailed` on a wrong answer. */
export async function measureGrowth({
  contestants = CONTESTANTS.map(({ id }) => id),
  timeSizes = [20, 40, 80, 160, 250],
  memorySizes = [16, 32, 64, 128, 255],
  bombs = BOMBS,
  textBytes = 20_000,
  roundsMs = 500,
  runs = 3,
  bounds = { seconds: 20, bytes: 2 ** 30 },
  onProgress = () => {},
}: GrowthOptions = {}): Promise<Growth> {
  const missing: Growth['missing'][number][] = []
  const present: RegexPeer[] = []
  for (const peer of CONTESTANTS.filter(({ id }) => contestants.includes(id))) {
    const why = await peer.missing()
    if (why === null) present.push(peer)
    else missing.push({ peer: peer.id, ...why })
  }
  const time: TimePoint[] = []
  const memory: MemoryPoint[] = []
  const nested = memorySizes.map((n) => ({ pattern: `(a{${n}}){${n}}`, positions: n * n, n }))
  const patterns = [...nested, ...bombs.map((bomb) => ({ ...bomb, n: null }))]
  for (const n of timeSizes) {
    for (const { id } of present) {
      time.push(await measureTime(id, n, textBytes, roundsMs, bounds))
      onProgress(`${id} ${time.at(-1)!.pattern}`)
    }
  }
  for (const { id } of present) {
    const baseline = await leastPeak(
      { contestant: id, pattern: 'a', texts: [SHORT], roundsMs: 0 },
      runs,
      bounds,
    )
    for (const { pattern, positions, n } of patterns) {
      const job: GrowthJob = { contestant: id, pattern, texts: [SHORT], roundsMs: 0 }
      const { peakBytes, outcome, why, answers } = await leastPeak(job, runs, bounds)
      // Whole repetitions of the inner part must fit into the text.
      verify(job, answers, [least(pattern) <= SHORT.length ? 1 : 0])
      const bytes = Math.max(0, peakBytes - baseline.peakBytes)
      memory.push({ contestant: id, pattern, positions, n, outcome, why, bytes })
      onProgress(`${id} ${pattern}: ${outcome}`)
    }
  }
  const measured = present.map(({ id, version }) => ({ id, version }))
  return { contestants: measured, missing, textBytes, bounds, time, memory }
}

/** The fewest characters that a pattern of nested bounds matches: the product of the least of each. */
function least(pattern: string): number {
  return [...pattern.matchAll(/\{(\d+)/g)].reduce((product, [, low]) => product * Number(low), 1)
}

async function measureTime(
  contestant: string,
  n: number,
  textBytes: number,
  roundsMs: number,
  bounds: Bounds,
): Promise<TimePoint> {
  const pattern = `x*(a?){${n}}(a){${n}}b`
  const texts = ['a'.repeat(textBytes), `${'a'.repeat(n - 1)}b`, `${'a'.repeat(n + 1)}b`]
  const job = { contestant, pattern, texts, roundsMs }
  const { outcome, why, answers, seconds } = await run(job, bounds)
  verify(job, answers, [0, 0, 1])
  return { contestant, pattern, n, outcome, why, seconds }
}

interface Ran {
  readonly outcome: Outcome
  readonly why: string | null
  readonly answers: readonly number[] | null
  readonly seconds: number | null
  readonly peakBytes: number
}

async function run(job: GrowthJob, bounds: Bounds): Promise<Ran> {
  return ranFrom(await runBounded(CHILD, JSON.stringify(job), bounds))
}

/** What a child's notes and its end come to. */
export function ranFrom({ output, end, why, peakBytes }: Ending): Ran {
  // A line that is not ended was cut off with its process.
  const notes = output.split('\n').slice(0, -1)
  const last = notes.map((line) => JSON.parse(line) as GrowthNote).at(-1)
  const peak = Math.max(peakBytes, last?.peakBytes ?? 0)
  const without = { answers: null, seconds: null, peakBytes: peak }
  if (end !== 'done') return { ...without, outcome: end, why }
  if (last?.is === 'refused') return { ...without, outcome: 'refused', why: last.why }
  if (last?.is !== 'matched') throw new Error('the child ended without an answer')
  const { answers, seconds } = last
  return { outcome: 'matched', why: null, answers, seconds, peakBytes: peak }
}

/** The run of several with the least peak; one that was cut off is not tried again. */
async function leastPeak(job: GrowthJob, runs: number, bounds: Bounds): Promise<Ran> {
  let best = await run(job, bounds)
  for (let k = 1; k < runs && best.outcome !== 'cut off'; k++) {
    const again = await run(job, bounds)
    if (again.peakBytes < best.peakBytes) best = again
  }
  return best
}

function verify(
  { contestant, pattern }: GrowthJob,
  answers: readonly number[] | null,
  expected: number[],
): void {
  if (answers === null || answers.join() === expected.join()) return
  throw new ContestantFailed(
    `${contestant}: wrong result of ${pattern}: expected ${expected.join()}, got ${answers.join()}`,
    true,
  )
}
