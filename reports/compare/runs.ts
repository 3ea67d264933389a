/**
 * Two runs side by side: which figures differ, by how much, and whether that is more than noise.
 *
 * Every figure's replications stand in the document. Where both runs have the same sim and seed, replication i saw the same
 * random numbers in both (common random numbers), and the difference is judged by its pairs: what both owe to luck cancels.
 * Otherwise the runs are independent (Welch). All figures of all points are one family, judged by Holm's procedure at 1 %:
 * of a hundred pairs of equal runs one is called different.
 */
import { mean, sampleVariance } from 'simple-statistics'
import { holm } from '../../sims/lab/analysis/holm.ts'
import { studentFactor } from '../../sims/lab/analysis/interval.ts'
import { studentTail } from '../../sims/lab/analysis/student.ts'
import type { At, PointDocument, RunDocument } from '../../sims/lab/contract/document.ts'
import { samePoint } from '../wording/words.ts'

export const COMPARE_SCHEMA = 'flowbench.compare/1'

export interface Difference {
  readonly metric: string
  readonly unit: string
  /** Of either run. */
  readonly at: readonly [At, At]
  /** As the runs print them; null where one has no figure. */
  readonly values: readonly [number | null, number | null]
  /** Second minus first, mean over replications, with its 95 % interval; null where there are too few. */
  readonly difference: number | null
  readonly low: number | null
  readonly high: number | null
  /** Difference as a share of the first; null where that is zero. */
  readonly relative: number | null
  /** Probability of a difference this large between equal runs; null without an interval. */
  readonly p: number | null
  /** More than noise, all figures considered. */
  readonly isReal: boolean
}

export interface Side {
  readonly name: string
  readonly scenario: string
  readonly verdict: RunDocument['verdict']
  readonly answer: string
  readonly seed: number
  readonly digest: string | null
}

export interface CompareDocument {
  readonly schema: typeof COMPARE_SCHEMA
  readonly runs: readonly [Side, Side]
  /** `same`: byte for byte; `none`: nothing real; `real`: something is; `unknown`: no figure has an interval. */
  readonly verdict: 'same' | 'none' | 'real' | 'unknown'
  /** How the replications were set against each other. */
  readonly method: 'paired' | 'independent'
  /** What the two scenarios say differently: path, first, second. */
  readonly changes: readonly (readonly [string, string | null, string | null])[]
  readonly differences: readonly Difference[]
}

/** One run to be compared: its document, the scenario that ran by path, and what to call it. */
export interface Compared {
  readonly name: string
  readonly document: RunDocument
  readonly scenario: ReadonlyMap<string, string>
}

/** The family's error: one in a hundred pairs of equal runs is called different. */
const LEVEL = 0.01

export function compareRuns(a: Compared, b: Compared): CompareDocument {
  const isPaired =
    a.document.sim === b.document.sim &&
    a.document.seed === b.document.seed &&
    a.document.mode === 'virtual' &&
    b.document.mode === 'virtual'
  const found = pairsOf(a.document, b.document).flatMap(([one, other]) => differencesOf(one, other, isPaired))
  const judged = found.filter(({ p }) => p !== null)
  const refuted = holm(
    judged.map(({ p }) => p!),
    LEVEL,
  )
  const real = new Set(judged.filter((_, i) => refuted[i]))
  const differences = found
    .map((one) => ({ ...one, isReal: real.has(one) }))
    .toSorted((x, y) => Number(y.isReal) - Number(x.isReal))
  const isSame = a.document.digest !== undefined && a.document.digest === b.document.digest
  return {
    schema: COMPARE_SCHEMA,
    runs: [sideOf(a), sideOf(b)],
    verdict: isSame ? 'same' : judged.length === 0 ? 'unknown' : real.size > 0 ? 'real' : 'none',
    method: isPaired ? 'paired' : 'independent',
    changes: changesOf(a.scenario, b.scenario),
    differences,
  }
}

const sideOf = ({ name, document }: Compared): Side => ({
  name,
  scenario: document.scenario,
  verdict: document.verdict,
  answer: document.answer.text,
  seed: document.seed,
  digest: document.digest ?? null,
})

/** Points of the same parameters; where there are none, the points that the answers speak of. */
function pairsOf(a: RunDocument, b: RunDocument): (readonly [PointDocument, PointDocument])[] {
  const pairs = a.points.flatMap((one) => {
    const other = b.points.find(({ at }) => samePoint(at, one.at))
    return other === undefined ? [] : [[one, other] as const]
  })
  if (pairs.length > 0) return pairs
  const [one, other] = [answeredPoint(a), answeredPoint(b)]
  return one && other ? [[one, other]] : []
}

function answeredPoint({ points, expectations }: RunDocument): PointDocument | undefined {
  const [first] = expectations
  return points.find(({ at }) => first !== undefined && samePoint(at, first.at)) ?? points[0]
}

function differencesOf(a: PointDocument, b: PointDocument, isPaired: boolean): Difference[] {
  return Object.keys(a.metrics).flatMap((metric) => {
    const [first, second] = [a.metrics[metric], b.metrics[metric]]
    if (first === undefined || second === undefined) return []
    const [x, y] = [a.samples[metric] ?? [], b.samples[metric] ?? []]
    if (x.length === 0 && y.length === 0) return []
    const found = isPaired ? pairedDifference(x, y) : independentDifference(x, y)
    return [
      {
        metric,
        unit: first.unit,
        at: [a.at, b.at] as const,
        values: [first.value, second.value] as const,
        ...found,
        isReal: false,
      },
    ]
  })
}

type Found = Pick<Difference, 'difference' | 'low' | 'high' | 'relative' | 'p'>
type Samples = readonly (number | null)[]

function pairedDifference(x: Samples, y: Samples): Found {
  const pairs = x.flatMap((value, i) => {
    const other = y[i] ?? null
    return value === null || other === null ? [] : [[value, other] as const]
  })
  const differences = pairs.map(([one, other]) => other - one)
  const base = pairs.length === 0 ? 0 : mean(pairs.map(([one]) => one))
  if (pairs.length < 2) return tooFew(differences[0] ?? null, base)
  const error = Math.sqrt(sampleVariance(differences) / pairs.length)
  return found(mean(differences), error, pairs.length - 1, base)
}

function independentDifference(x: Samples, y: Samples): Found {
  const [one, other] = [x, y].map((samples) => samples.filter((value) => value !== null)) as [
    number[],
    number[],
  ]
  const base = one.length === 0 ? 0 : mean(one)
  if (one.length < 2 || other.length < 2) {
    return tooFew(one.length > 0 && other.length > 0 ? mean(other) - base : null, base)
  }
  const [u, v] = [sampleVariance(one) / one.length, sampleVariance(other) / other.length]
  // Welch and Satterthwaite.
  const df = u + v === 0 ? 1 : (u + v) ** 2 / (u ** 2 / (one.length - 1) + v ** 2 / (other.length - 1))
  return found(mean(other) - base, Math.sqrt(u + v), df, base)
}

/** Differences below this share of the figure are the rounding of sums. */
const ROUNDING = 1e-12

function found(difference: number, error: number, df: number, base: number): Found {
  const halfWidth = studentFactor(df, 0.95) * error
  const isNothing = Math.abs(difference) <= ROUNDING * Math.abs(base)
  const p = isNothing ? 1 : error === 0 ? 0 : 2 * studentTail(Math.abs(difference) / error, df)
  return {
    difference,
    low: difference - halfWidth,
    high: difference + halfWidth,
    relative: base === 0 ? null : difference / Math.abs(base),
    p,
  }
}

const tooFew = (difference: number | null, base: number): Found => ({
  difference,
  low: null,
  high: null,
  relative: difference === null || base === 0 ? null : difference / Math.abs(base),
  p: null,
})

function changesOf(
  a: ReadonlyMap<string, string>,
  b: ReadonlyMap<string, string>,
): CompareDocument['changes'] {
  // A document without its scenario does not say what was asked.
  if (a.size === 0 || b.size === 0) return []
  return [...new Set([...a.keys(), ...b.keys()])].flatMap((path) => {
    const [one, other] = [a.get(path) ?? null, b.get(path) ?? null]
    return one === other ? [] : [[path, one, other] as const]
  })
}
