/**
 * What a sim is: one object that turns parameters into worlds, worlds into measures, and measures into an answer.
 *
 * The way of a run:  params -> replicate (per part, on any worker) -> judge -> results -> answer, charts, theory.
 *
 * `replicate` and `judge` are pure: same arguments, same bytes, on any worker count and any machine. They never
 * read a clock, a socket or a file; time is virtual and randomness comes from named streams in the context.
 */
import type { z } from 'zod'
import type { PointState } from '../analysis/classify.ts'
import type { Observed } from '../analysis/distribution.ts'
import type { Figure } from '../analysis/figure.ts'
import type { KnownFigure } from '../analysis/theory/run-length.ts'
import type { Stream } from '../kernel/random/stream.ts'

/** Base units of every number in a sim, a metric and a result document. */
export type Unit = 's' | 'share' | 'count' | 'bytes' | '1/s' | 'bit/s' | (string & {})

/** How one metric is named to the reader: `expect` may name only declared metrics. */
export interface MetricSpec {
  /** Base unit of the value; `s`, `share` (0..1), `count`, `bytes`, `1/s`, `bit/s`, or a plain noun (`hosts`). */
  readonly unit: Unit
  /** One phrase for tables and axes: "relay delay, 99th percentile over all packets". */
  readonly label: string
  /** True for a figure of the steady state (a mean wait): an overloaded point cannot have it. */
  readonly steadyState?: boolean
  /**
   * Name of the metric that is the utilisation of the system it is measured in, where that is not the one whose state the
   * point has (a server that it is compared with): where that system is overloaded, there is no figure of it either.
   */
  readonly overloadedBy?: string
  /** True for a share that is not a part of a whole and so may be above 1: work that comes, of what can be done. */
  readonly mayExceed1?: boolean
  /** True for what may be negative: a difference, a gain. Nothing else is, whatever its unit, and no interval of it goes below 0. */
  readonly signed?: boolean
}

/**
 * Something of which every customer, packet or session has a value: a wait, a delay, a size. Declared once, it gives
 * `mean(wait)`, any percentile (`p95(wait)`, `p99.9(wait)`) and any share (`share(wait < 20 s)`) to `expect`, and a chart
 * of its distribution; a replication hands over the histogram (`Measures.observations`) and computes none of them.
 */
export interface ObservationSpec {
  /** Base unit of a value; values are never negative. */
  readonly unit: Unit
  /** "wait before service": the percentile or the mean is put before it. */
  readonly label: string
  /** What has a value: "customers", "packets". */
  readonly of: string
  /** As for a metric: an overloaded point has no figure of it. */
  readonly steadyState?: boolean
  /** As for a metric: the utilisation of another system than the point's. */
  readonly overloadedBy?: string
  /** Percentiles that are always shown; default 50, 95, 99. */
  readonly percentiles?: readonly number[]
}

/**
 * What a question is about, and so what makes its answer believable.
 *
 * - `steady`: the figures that a system settles to and keeps, wherever it started: waits at 90 % load. The start is a
 *   disturbance, cut off as warm-up, and the run must be long against the memory of the system: both are checked.
 * - `span`: what happens in one stretch of time, its start included: a week with its evenings, an 8 h shift that opens
 *   empty, an outage, a kill. Each replication is one such stretch, and replications alone are the evidence.
 */
export type Horizon = 'steady' | 'span'

/** What a sim that can be asked for its steady state says about its run. All times in seconds. */
export interface SteadyModel<P> {
  /** Time measured in one replication, and time before it that is left out; null where the scenario gives none. */
  span(params: P): number | null
  warmUp(params: P): number | null
  /** The same parameters with both filled in: `replicate` gets no others. */
  withTimes(params: P, times: { readonly span: number; readonly warmUp: number }): P
  /** Arrivals a second: what a second of virtual time costs. */
  arrivalRate(params: P): number
  /** Why these parameters have no steady state to be asked about; null where they have one, or are overloaded. */
  refuses?(params: P): string | null
  /** How long the system remembers, where that is known; null where there is no steady state, or nobody knows. */
  relaxation?(params: P): number | null
  /** What theory knows of one figure by its name (`p99(wait)`): then run length and warm-up are judged by it. */
  known?(params: P, figure: string): KnownFigure | null
}

import type { Flow } from './conservation.ts'
import type { Answer, At, Estimate, Verdict } from './document.ts'
import type { InvariantSample } from './invariant.ts'
import type { LittleSample } from './little.ts'

export type { Answer, At, Estimate, Verdict } from './document.ts'
export type { Flow } from './conservation.ts'
export type { InvariantSample } from './invariant.ts'
export type { LittleSample } from './little.ts'
export type { PointState } from '../analysis/classify.ts'
export type { Distribution, Observed } from '../analysis/distribution.ts'
export type { Figure } from '../analysis/figure.ts'
export type { KnownFigure } from '../analysis/theory/run-length.ts'

/** A series over virtual time, for charts and `series.csv`. */
export interface Series {
  readonly unit: Unit
  readonly label: string
  /** Seconds of virtual time. */
  readonly t: readonly number[]
  readonly values: readonly number[]
}

/** What could not be looked into. */
export interface Open {
  /** By how much a metric may be larger; it is no smaller. */
  readonly most: number
  /** "3 of 20 patterns could not be read": why more replications do not help. */
  readonly why: string
}

/** Things counted one by one behind a metric. */
export interface Counted {
  readonly of: number
  /** What the metric would be were all of them counted, in every replication; default 1, a share. */
  readonly all?: number
}

/** What one replication measured. */
export interface Measures {
  /** Every declared metric; null where it does not exist (no packets, no steady state). */
  readonly metrics: Readonly<Record<string, number | null>>
  /**
   * Every declared observation: `LogHistogram.toData()`, or from `judge` any distribution that knows its tail. Null where
   * it cannot be known (the longest are still to come): then no replication's stand for it, and the point has no figure.
   */
  readonly observations?: Readonly<Record<string, Observed | null>>
  /**
   * Number in the system (or a backlog) at equally spaced times of the measured window: shows whether the start is
   * forgotten where no relaxation time is known. 50 values or more; 200 are plenty.
   */
  readonly level?: ArrayLike<number>
  /**
   * For a share that was 0: a bound on its expectation that the model knows without having seen the event (the chance that
   * a host is crowded, given how full its cluster was). Without it, zero in a few replications rules out very little.
   */
  readonly unseen?: Readonly<Record<string, number>>
  /**
   * Where a metric was 0 (or a share 1): how often it could have been otherwise. A share of a part of the replication's
   * windows: their number (calls over TCP, of all calls). A count, or bytes, scaled up from a sample: the part of it that was
   * sampled. By the name of an observation, for the shares of its values: how many of these had a fate of their own, or groups
   * of them (`fatesOf`). Default: every window for a share, 1 for a count; anything else is only bounded where its chances are
   * given.
   */
  readonly chances?: Readonly<Record<string, number>>
  /**
   * Where a metric is a mean or a share of something that replications have more or less of: how much (jobs, seconds in all).
   * A point's figure is then of all replications together, not the mean of theirs: what a few jobs say counts as a few jobs.
   */
  readonly wholes?: Readonly<Record<string, number>>
  /**
   * Where a metric is a share of things that were counted one by one, each with a fate of its own (calls, jobs, customers), or is
   * scaled up from such a share: how many there were. Replications of few agree by chance, and no run is surer than so many
   * independent ones make it.
   */
  readonly counted?: Readonly<Record<string, Counted>>
  /**
   * Where a metric counts what was looked into and not all could be: what the rest may add to it. However many replications
   * there are, what is expected of it is left open where it hangs on the rest.
   */
  readonly open?: Readonly<Record<string, Open>>
  readonly state: PointState
  readonly flow: Flow
  readonly little: readonly LittleSample[]
  readonly invariants: readonly InvariantSample[]
  readonly series?: Readonly<Record<string, Series>>
  /** Exact counts of work done (events, packets, steps); summed over replications. */
  readonly counters: Readonly<Record<string, number>>
}

/** What a replication may use besides its parameters. */
export interface ReplicationContext {
  /** 0, 1, 2, ...: the same number at two points means common random numbers. */
  readonly replication: number
  readonly horizon: Horizon
  /** 0 .. parts-1. */
  readonly part: number
  /**
   * A stream by its stable name (`arrivals/eu-west`), derived from seed, replication and name alone. Two calls with
   * one name start the same sequence, so open a stream once.
   */
  stream(name: string): Stream
  /** Values of a judged parameter that `judge` may be asked for, ascending. */
  judged(param: string): readonly number[]
  /** Share of this part that is done, 0..1, and the events so far; feeds the progress bar, never the result. */
  progress(done: number, events: number): void
}

/** What `live` was told to measure is not there, or is something else; the message says what and where. */
export class Unmeasurable extends Error {
  override readonly name = 'Unmeasurable'
}

/** What a live measurement may use besides its parameters. */
export interface LiveIo {
  /** 0, 1, 2, ...: replications are measured one after another. */
  readonly replication: number
  /** A named stream, as in a simulated replication: the load offered to the real thing is the same at the same seed. */
  stream(name: string): Stream
  /** Aborted by Ctrl-C: close everything and reject. */
  readonly signal: AbortSignal
}

/** A closed form that applies to these parameters, and the metric that must agree with it. */
export interface TheoryPrediction {
  /** "mean wait, M/M/c (Erlang C)". */
  readonly name: string
  readonly metric: string
  readonly expected: number
  /**
   * Of a share of exactly 0 or 1: how many events of a replication may be otherwise, in the mean and at most, of how many.
   * Without it a replication may lie a little off, as a limit's do, and hardly any nearer the other end.
   */
  readonly otherwise?: { readonly events: number; readonly of: number }
}

export interface PointResult<P> {
  /** The swept or searched parameters and their values; empty for a single point. */
  readonly at: At
  readonly params: P
  readonly replications: readonly Measures[]
  readonly state: PointState
  /**
   * Every figure, declared or asked for: metrics, and means, percentiles and shares of observations. Null where there is
   * none: an overloaded point has no steady state, and a quantile with fewer than 100 effective exceedances is no figure.
   */
  readonly metrics: Readonly<Record<string, Estimate>>
  /** What stands behind them, for tests against a limit: also where `metrics` prints nothing. */
  readonly figures: Readonly<Record<string, Figure>>
}

/** What `answer` and `charts` get. */
export interface Results<P> {
  readonly question: string
  readonly horizon: Horizon
  /** In sweep order, or ascending in the searched parameter. */
  readonly points: readonly PointResult<P>[]
  /** With `find`: the parameter and its smallest value that surely meets every expectation, or null when none does. */
  readonly found?: {
    readonly param: string
    readonly value: number | null
    readonly searched: readonly number[]
  }
  /** The point the answer speaks of: the found one; of several the worst, so that the answer speaks for all. */
  readonly chosen: PointResult<P>
  readonly verdict: Verdict
  /**
   * The limits that `expect` sets, by metric: for rules in charts. Of several of one metric the one that `chosen` is nearest
   * to, or farthest beyond.
   */
  readonly limits: Readonly<
    Record<string, { readonly op: '<' | '<=' | '>' | '>=' | '=='; readonly value: number }>
  >
}

/** What a sim says of its results; what breaks first, and the numbers of a search, are added to it. */
export interface Headline extends Pick<Answer, 'text' | 'value' | 'unit' | 'low' | 'high'> {
  /** The point that it speaks of, where that is not the chosen one. */
  readonly at?: At
}

/** Something that is used up as load grows, and the multiple of today's load at which that happens. */
export interface Headroom {
  /** "relay CPU", "servers". */
  readonly name: string
  readonly multiple: number
}

/** A chart: a vega-lite specification with inline data, and the same data as a table for those who cannot see it. */
export interface ChartSpec {
  /** File name without ending: `knee`. */
  readonly name: string
  readonly title: string
  /** One or two sentences that say what the chart shows; becomes the SVG's description. */
  readonly description: string
  /** vega-lite, without `$schema`, `config`, `title`, `width`: the report's theme adds those. */
  readonly spec: Readonly<Record<string, unknown>>
  readonly table: {
    readonly columns: readonly string[]
    readonly rows: readonly (readonly (string | number | null)[])[]
  }
}

export interface Sim<P = unknown, W = unknown> {
  readonly name: string
  /** One sentence, shown by `flowbench list`. */
  readonly summary: string
  /** Name of the scenario that `flowbench init` copies: the plainest of those that this sim has. */
  readonly starter?: string
  /** zod 4; quantities through the codecs of `quantity.ts`, each with a `.describe()`. */
  readonly params: z.ZodType<P>
  /** Figures of which a replication has one value each. */
  readonly metrics: Readonly<Record<string, MetricSpec>>
  /** What every customer or packet has a value of; see `ObservationSpec`. */
  readonly observations?: Readonly<Record<string, ObservationSpec>>
  /** What the sim can be asked about, its default first; default `['span']`. With `steady` it needs `steady` below. */
  readonly horizons?: readonly Horizon[]
  readonly steady?: SteadyModel<P>
  /** Parameters that `judge` alone reads: all their values are judged from one world. */
  readonly judged?: readonly string[]
  /** Independent parts of one replication (cells of a thinned Poisson world); default 1. */
  parts?(params: P): number
  /** One part of one replication. Pure; the world it returns can be structured-cloned. */
  replicate(params: P, ctx: ReplicationContext): W
  /** The worlds of all parts, in part order, measured under these parameters. Pure. */
  judge(params: P, worlds: readonly W[]): Measures
  answer(results: Results<P>): Headline
  charts(results: Results<P>): ChartSpec[]
  /** Closed forms that apply to these parameters and this horizon, if any. */
  theory?(params: P, horizon: Horizon): TheoryPrediction[]
  /** What is used up first as load grows at a point. Below 1 nothing passes, whatever the expectations say. */
  resources?(point: PointResult<P>): Headroom[]
  /** The same system under `multiple` times the load: finds the load at which an expectation breaks. */
  underLoad?(params: P, multiple: number): P
  /**
   * Windows of one replication that have nothing to do with each other: what bounds an event that was never seen. Default:
   * windows of two relaxation times where that is known, else the replication itself.
   */
  windows?(params: P): number
  /** The same question put to real sockets and processes, for `run --live`: one replication, measured. */
  live?(params: P, io: LiveIo): Promise<Measures>
  /** A cheaper world that answers the same question, for the tornado chart of uncertain parameters. */
  probe?(params: P): P
}

/** A sim whose world is its measures needs no `judge`. */
export function defineSim<P>(sim: Omit<Sim<P, Measures>, 'judge'> & { judge?: undefined }): Sim<P, Measures>
export function defineSim<P, W>(sim: Sim<P, W>): Sim<P, W>
export function defineSim<P, W>(
  sim: Omit<Sim<P, W>, 'judge'> & { judge?: Sim<P, W>['judge'] | undefined },
): Sim<P, W> {
  return { ...sim, judge: sim.judge ?? ((_params, worlds) => worlds[0] as unknown as Measures) }
}
