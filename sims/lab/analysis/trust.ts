/**
 * Can this answer be believed? Asked before every verdict, of the figures that the question names.
 *
 * A confidence interval is a promise about a world that the run may not have seen enough of. Three hours of a queue that
 * remembers eleven minutes give three tight replications and a mean that is a tenth of the truth: nothing in the numbers
 * says so, since the rare long queues that make up the mean did not happen. So the run is measured against what the
 * question needs, known from theory where the sim knows its relaxation time, else judged from the run itself:
 *
 *     run length    100 effective observations of every figure (theory/run-length.ts), of a share at its limit
 *     warm-up       the bias of the start at most a tenth of the half-width; MSER-5 and two halves where unknown
 *     family        theory rows and the halves, by Holm at 1 %
 *     unseen        what was never seen, or always, in fewer chances than its limit takes
 *     precision     what was asked against what was reached
 *
 * Run length, warm-up and halves are about a steady state. A figure of a span (a week, an outage) is what it is: its
 * replications are its evidence, and only a quantile still needs its effective exceedances (ten in each, or 100 in all).
 *
 * What comes out are findings, typed; words for people are the business of `run`.
 */
import type { Tied } from './figure.ts'
import { holm } from './holm.ts'
import { FEWEST_EFFECTIVE, fewestEffective, WARM_UP, type KnownFigure } from './theory/run-length.ts'
import { halvesDiffer, leftOfTransient } from './transient.ts'

export type TrustLevel = 'sound' | 'weak' | 'none'

export interface AskedFigure {
  readonly name: string
  readonly isQuantile: boolean
  readonly steadyState: boolean
  /** Half-width over value of its interval; null where there is none. */
  readonly relative: number | null
  /** Effective observations that the replications themselves show; null without an interval. */
  readonly effective: number | null
  /** A percentile on the smallest value of too few observations; null where that is not so. */
  readonly tied: Tied | null
  readonly known: KnownFigure | null
  /** Of a share that is far below its limit: what one as large as that takes. Null elsewhere. */
  readonly atLimit: KnownFigure | null
  /** True when the limit it is held against lies inside its interval. */
  readonly undecided: boolean
  /** True when it surely lies on one side of every limit, by a test at the limit, which needs no figure. */
  readonly decided: boolean
  /** Never seen, or always, and a limit that this is too little to meet; null where that is not so. */
  readonly unseen: Unseen | null
}

export interface Unseen {
  /** How often it could have been otherwise, and how often it would have to be. */
  readonly chances: number
  readonly wanted: number
  /** What it was throughout, and what it may be all the same. */
  readonly value: number
  readonly bound: number
  readonly limit: number
  /** Whether what it was throughout meets the limit: whether that is what more would show, or that it does not. */
  readonly isMet: boolean
}

export interface TrustCase {
  readonly horizon: 'steady' | 'span'
  readonly replications: number
  /** Points that are judged beside this one, itself included: chance has as many tries. */
  readonly points: number
  /** Time measured in one replication, and left out before it, s; null where the sim does not say. */
  readonly span: number | null
  readonly warmUp: number | null
  readonly relaxation: number | null
  readonly figures: readonly AskedFigure[]
  /** The measured series of each replication; empty where the sim has none. */
  readonly series: readonly ArrayLike<number>[]
  /** Closed forms and the p-value of what was observed under each. */
  readonly theory: readonly { readonly name: string; readonly p: number }[]
  /** Relative half-width asked for; null when the number of replications was fixed. */
  readonly askedPrecision: number | null
}

export type Finding =
  | {
      readonly code: 'no-figure'
      readonly level: 'none'
      readonly figure: string
      /** Replications without a value; null where the figure is none of a replication's. */
      readonly without: number | null
      /** What could not be looked into, so that it is open; null where it is not there. */
      readonly open: string | null
    }
  | { readonly code: 'no-interval'; readonly level: 'weak'; readonly figure: string }
  | {
      readonly code: 'run-length'
      /** `sound`: a quantile of a span that is no figure, though it surely meets or misses its limit. */
      readonly level: 'weak' | 'none' | 'sound'
      readonly figure: string
      readonly effective: number
      /** Factor by which the run must be longer, above 1. */
      readonly factor: number
      readonly tied: Tied | null
    }
  | ({ readonly code: 'unseen'; readonly level: 'weak'; readonly figure: string } & Unseen)
  | { readonly code: 'warm-up'; readonly level: 'weak'; readonly needed: number; readonly relaxation: number }
  | { readonly code: 'transient'; readonly level: 'weak'; readonly how: 'mser' | 'halves' }
  | { readonly code: 'theory'; readonly level: 'weak'; readonly rows: readonly string[] }
  | {
      readonly code: 'precision'
      /** `sound`: a remark; the verdict does not hang on it. */
      readonly level: 'weak' | 'sound'
      readonly figure: string
      readonly asked: number
      readonly reached: number
    }

/** Family-wise chance of a false alarm among theory rows and halves, over all points of a run. */
const FAMILY_LEVEL = 0.01
/** The start may shift a figure by so much of its half-width. */
const BIAS_SHARE = 0.1
/** MSER-5 would cut this share of a series whose warm-up is already cut: the start still shows. */
const MOST_CUT = 0.25

export function assess(run: TrustCase): Finding[] {
  const steady = run.horizon === 'steady' ? run.figures.filter((figure) => figure.steadyState) : []
  return [
    ...run.figures.flatMap((figure) => runLength(run, figure)),
    ...run.figures.flatMap(({ name, unseen }): Finding[] =>
      unseen === null ? [] : [{ code: 'unseen', level: 'weak', figure: name, ...unseen }],
    ),
    ...warmUp(run, steady),
    ...family(run, steady.length > 0),
    ...precision(run),
  ]
}

export function levelOf(findings: readonly Finding[]): TrustLevel {
  if (findings.some(({ level }) => level === 'none')) return 'none'
  return findings.some(({ level }) => level === 'weak') ? 'weak' : 'sound'
}

/**
 * Effective observations of one figure: by theory where it is known, else as the replications scatter. A share that surely is
 * far below its limit need not be seen so often: the run has to be long enough for one of the limit's size.
 */
export function effectiveOf(run: TrustCase, figure: AskedFigure): number | null {
  const { horizon, replications, span } = run
  const { known, atLimit, effective } = figure
  if (horizon !== 'steady' || !figure.steadyState || span === null) return effective
  const worth = ({ variance }: KnownFigure): number => (replications * span) / variance
  const own = known === null ? effective : worth(known)
  if (own === null || atLimit === null) return own
  const would = worth(atLimit)
  // Left open by so many all the same, it takes what it takes itself.
  return figure.decided || would < FEWEST_EFFECTIVE ? Math.max(own, would) : own
}

function runLength(run: TrustCase, figure: AskedFigure): Finding[] {
  const { name, isQuantile, relative } = figure
  const isSteady = run.horizon === 'steady' && figure.steadyState
  if (!isSteady && !isQuantile) {
    return relative === null ? [{ code: 'no-interval', level: 'weak', figure: name }] : []
  }
  const effective = effectiveOf(run, figure)
  if (effective === null) return [{ code: 'no-interval', level: 'weak', figure: name }]
  // The length chosen to reach 100 must not miss it by rounding.
  const fewest = fewestEffective(isSteady, run.replications)
  if (effective >= fewest * (1 - 1e-9)) {
    return relative === null ? [{ code: 'no-interval', level: 'weak', figure: name }] : []
  }
  // On the smallest value nothing scatters: observations show it, not exceedances.
  const tied = effective === 0 ? figure.tied : null
  const short = effective === 0 ? Infinity : fewest / effective
  const factor = tied === null ? short : tied.wanted / tied.observations
  const level = !isSteady && figure.decided ? 'sound' : isQuantile ? 'none' : 'weak'
  return [{ code: 'run-length', level, figure: name, effective, factor, tied }]
}

function warmUp({ relaxation, span, warmUp: cut }: TrustCase, steady: readonly AskedFigure[]): Finding[] {
  if (relaxation === null || span === null || cut === null) return []
  const left = Math.exp(-cut / relaxation) / span
  const needed = steady.map(({ relative, known }) => {
    if (relative === null || relative === 0 || relative === Infinity) return 0
    const bias = (known?.bias ?? relaxation) * left
    const allowed = BIAS_SHARE * relative
    // No fixed floor: five relaxation times usually do, more only where the figure is known to a hair.
    return bias <= allowed ? 0 : Math.max(WARM_UP * relaxation, cut + relaxation * Math.log(bias / allowed))
  })
  const most = Math.max(0, ...needed)
  return most === 0 ? [] : [{ code: 'warm-up', level: 'weak', needed: most, relaxation }]
}

function family(run: TrustCase, isSteady: boolean): Finding[] {
  const findings: Finding[] = []
  const looksForStart = isSteady && run.relaxation === null && run.series.length > 0
  const halves = looksForStart ? halvesDiffer(run.series) : null
  const names = [...run.theory.map(({ name }) => name), ...(halves === null ? [] : [null])]
  const familyLevel = FAMILY_LEVEL / run.points
  const refuted = holm([...run.theory.map(({ p }) => p), ...(halves === null ? [] : [halves])], familyLevel)
  const rows = names.filter((name, i): name is string => name !== null && refuted[i]!)
  if (rows.length > 0) findings.push({ code: 'theory', level: 'weak', rows })
  const left = looksForStart ? leftOfTransient(run.series) : null
  if (left !== null && left.cut > MOST_CUT && left.p < familyLevel) {
    findings.push({ code: 'transient', level: 'weak', how: 'mser' })
  } else if (halves !== null && refuted.at(-1)!) {
    findings.push({ code: 'transient', level: 'weak', how: 'halves' })
  }
  return findings
}

function precision({ askedPrecision: asked, figures }: TrustCase): Finding[] {
  if (asked === null) return []
  return figures.flatMap(({ name, relative, undecided }): Finding[] =>
    relative === null || relative <= asked
      ? []
      : [
          {
            code: 'precision',
            level: undecided ? 'weak' : 'sound',
            figure: name,
            asked,
            reached: relative,
          },
        ],
  )
}
