/**
 * How engines take large patterns: time of a search, and time and memory of compiling.
 *
 * "Linear" is said of the text. `x*(a?){n}(a){n}b` over a text of a's and a b keeps up to n places alive at every byte;
 * `(a{n}){n}` asks for n squared places, and bounds of bounds of bounds for a million in 36 bytes.
 */
import type { EngineSpec } from '../engines/facts.ts'
import { fitGrowth, type Point } from '../growth/fit.ts'
import { EngineFailed, EngineProcess, EngineRefused, type Limits } from '../process/engine-process.ts'

export interface SizePoint {
  readonly pattern: string
  readonly size: number
  readonly outcome: 'done' | 'refused' | 'crashed' | 'not run'
  readonly why: string | null
  readonly compileSeconds: number | null
  readonly searchSeconds: number | null
  /** Peak beyond that of a process that compiled `a`. */
  readonly bytes: number
}

export interface SizeRow {
  readonly engine: string
  readonly search: readonly SizePoint[]
  readonly compile: readonly SizePoint[]
  /** Slope of search time against n on log-log. */
  readonly exponent: number | null
}

/** What n stands for in a search and in compiling. */
export const SIZES = { search: [10, 20, 40, 80, 160, 250], compile: [16, 32, 64, 128, 250] }
/** A pattern and how many places it asks for. */
type Sized = readonly [string, number]
const SMALL_BOMB: Sized = ['(?:a{2,101}){20}{20}', 101 * 20 * 20]
const BOMB: Sized = ['(?:a{2,101}){100}{100}', 101 * 100 * 100]
const NOT_RUN = {
  outcome: 'not run',
  why: 'a smaller one was too much',
  compileSeconds: null,
  searchSeconds: null,
  bytes: 0,
} as const
/** Ends in what the pattern ends in: without it, an engine that looks for that first has nothing to do. */
const TEXT = [
  { text: 'a', times: 10_000 },
  { text: 'b', times: 1 },
]

export async function measurePatternSize(
  specs: readonly EngineSpec[],
  limits: Limits,
  onProgress: (text: string) => void = () => {},
  sizes = SIZES,
): Promise<SizeRow[]> {
  const rows: SizeRow[] = []
  for (const spec of specs) {
    onProgress(`pattern size: ${spec.id}`)
    const base = (await measure(spec, 'a', 1, limits, 0)).bytes
    const row = async (patterns: readonly Sized[]): Promise<SizePoint[]> => {
      const points: SizePoint[] = []
      for (const [pattern, size] of patterns) {
        // What was too slow is slower still on the next, larger one: there is nothing to wait for.
        const last = points.at(-1)
        points.push(
          last?.outcome === 'crashed' || last?.outcome === 'not run'
            ? { ...NOT_RUN, pattern, size }
            : await measure(spec, pattern, size, limits, base),
        )
      }
      return points
    }
    const search = await row(sizes.search.map((n) => [`x*(a?){${n}}(a){${n}}b`, n]))
    const compile = [
      ...(await row(sizes.compile.map((n) => [`(a{${n}}){${n}}`, n * n]))),
      ...(await row([SMALL_BOMB])),
      ...(await row([BOMB])),
    ]
    const points = search.flatMap(({ size, searchSeconds }): Point[] =>
      searchSeconds === null ? [] : [{ length: size, seconds: searchSeconds }],
    )
    rows.push({
      engine: spec.id,
      search,
      compile,
      exponent: fitGrowth([ZERO, ...points]).exponent?.value ?? null,
    })
  }
  return rows
}

/** No pattern at all costs nothing: nothing is taken off the others. */
const ZERO: Point = { length: 1, seconds: 0 }

async function measure(
  spec: EngineSpec,
  pattern: string,
  size: number,
  limits: Limits,
  base: number,
): Promise<SizePoint> {
  const engine = new EngineProcess(spec, limits)
  const bytes = (): number => Math.max(0, engine.peakBytes - base)
  let compileSeconds: number | null = null
  try {
    compileSeconds = await engine.compile(pattern, '')
    await engine.text(TEXT)
    const first = await engine.run('test')
    const searchSeconds = Math.min(first.seconds, (await engine.run('test')).seconds)
    return { pattern, size, outcome: 'done', why: null, compileSeconds, searchSeconds, bytes: bytes() }
  } catch (error) {
    const refused = error instanceof EngineRefused
    if (!refused && !(error instanceof EngineFailed)) throw error
    const why = refused ? error.message : `${error.how}: ${error.message}`
    const outcome = refused ? 'refused' : 'crashed'
    return { pattern, size, outcome, why, compileSeconds, searchSeconds: null, bytes: bytes() }
  } finally {
    engine.close()
  }
}
