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
import type { Stream } from '../kernel/random/stream.ts'

/** Base units of every number in a sim, a metric and a result document. */
export type Unit = 's' | 'share' | 'count' | 'bytes' | '1/s' | 'bit/s' | (string & {})

/** How one metric is named to the reader: `expect` may name only declared metrics. */
export interface MetricSpec {
  /** Base unit of the value; `s`, `share` (0..1), `count`, `bytes`, `1/s`, `bit/s`, or a plain noun (`hosts`). */
  readonly unit: Unit
  /** One phrase for tables and axes: "relay delay, 99th percentile over all packets". */
  readonly label: string
  /** True for a figure of the steady state (a percentile, a mean wait): an overloaded point cannot have it. */
  readonly steadyState?: boolean
}

import type { Flow } from './conservation.ts'
import type { Answer, At, Estimate } from './document.ts'
import type { InvariantSample } from './invariant.ts'
import type { LittleSample } from './little.ts'

export type { Answer, At, Estimate } from './document.ts'
export type { Flow } from './conservation.ts'
export type { InvariantSample } from './invariant.ts'
export type { LittleSample } from './little.ts'
export type { PointState } from '../analysis/classify.ts'

/** A series over virtual time, for charts and `series.csv`. */
export interface Series {
  readonly unit: Unit
  readonly label: string
  /** Seconds of virtual time. */
  readonly t: readonly number[]
  readonly values: readonly number[]
}

/** What one replication measured. */
export interface Measures {
  /** Every declared metric; null where it does not exist (no packets, no steady state). */
  readonly metrics: Readonly<Record<string, number | null>>
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
}

/** A value and its 95 % interval; without bounds where one replication cannot give any. */
export interface Interval {
  readonly value: number
  readonly low: number | null
  readonly high: number | null
}

export interface PointResult<P> {
  /** The swept or searched parameters and their values; empty for a single point. */
  readonly at: At
  readonly params: P
  readonly replications: readonly Measures[]
  readonly state: PointState
  readonly metrics: Readonly<Record<string, Estimate>>
}

/** What `answer` and `charts` get. */
export interface Results<P> {
  readonly question: string
  /** In sweep order, or ascending in the searched parameter. */
  readonly points: readonly PointResult<P>[]
  /** With `find`: the parameter and its smallest value that meets every expectation, or null when none does. */
  readonly found?: {
    readonly param: string
    readonly value: Interval | null
    readonly searched: readonly number[]
  }
  /** The point the answer speaks of: the found one, else the first. */
  readonly chosen: PointResult<P> | null
  readonly verdict: 'pass' | 'fail' | 'overloaded'
  /** The limits that `expect` sets, by metric: for rules in charts. */
  readonly limits: Readonly<
    Record<string, { readonly op: '<' | '<=' | '>' | '>=' | '=='; readonly value: number }>
  >
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
  /** zod 4; quantities through the codecs of `quantity.ts`, each with a `.describe()`. */
  readonly params: z.ZodType<P>
  readonly metrics: Readonly<Record<string, MetricSpec>>
  /** Parameters that `judge` alone reads: all their values are judged from one world. */
  readonly judged?: readonly string[]
  /** Independent parts of one replication (cells of a thinned Poisson world); default 1. */
  parts?(params: P): number
  /** One part of one replication. Pure; the world it returns can be structured-cloned. */
  replicate(params: P, ctx: ReplicationContext): W
  /** The worlds of all parts, in part order, measured under these parameters. Pure. */
  judge(params: P, worlds: readonly W[]): Measures
  answer(results: Results<P>): Answer
  charts(results: Results<P>): ChartSpec[]
  /** Closed forms that apply to these parameters, if any. */
  theory?(params: P): TheoryPrediction[]
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
