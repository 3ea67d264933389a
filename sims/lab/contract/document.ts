/**
 * The result document: what `run --json` prints for one file and what `result.json` holds.
 *
 * Every number is in the base unit its `unit` names; intervals are 95 %. A virtual run's document holds no wall-clock
 * fact, so the same scenario and seed give the same bytes; `digest` is the SHA-256 of everything but itself.
 */
import type { Answer, Estimate, PointState } from './sim.ts'

export const RUN_SCHEMA = 'flowbench.run/1'
export const RUNS_SCHEMA = 'flowbench.runs/1'

export type At = Readonly<Record<string, number | string>>

export interface PointDocument {
  readonly at: At
  readonly replications: number
  readonly state: PointState
  readonly metrics: Readonly<Record<string, Estimate>>
}

export interface ExpectationDocument {
  /** As written in the scenario. */
  readonly text: string
  readonly at: At
  readonly ok: boolean
  readonly value: number | null
  readonly low: number | null
  readonly high: number | null
  /**
   * False when the interval straddles the limit: the verdict stands on the estimate, but only just. Null when there is
   * no interval to say so: one replication, or no estimate.
   */
  readonly clear: boolean | null
}

export interface InvariantDocument {
  readonly name: string
  readonly at: At
  readonly ok: boolean
  readonly detail?: string
}

export interface TheoryDocument {
  readonly name: string
  readonly at: At
  readonly metric: string
  readonly expected: number
  readonly observed: number | null
  readonly low: number | null
  readonly high: number | null
  readonly ok: boolean
}

/** One uncertain parameter, and what its ends do to the answer when everything else stays at its middle. */
export interface AssumptionDocument {
  /** Path below `params`: `voiceShare`. */
  readonly path: string
  readonly label: string
  readonly unit: string
  readonly low: number
  readonly mid: number
  readonly high: number
  /**
   * What was answered with this parameter at low, mid and high, from one replication with common random numbers;
   * null where there is no answer. Absent when it was not probed.
   */
  readonly effect?: {
    /** The searched parameter or the metric that answers. */
    readonly of: string
    readonly unit: string
    readonly low: number | null
    readonly mid: number | null
    readonly high: number | null
  }
}

export interface RunDocument {
  readonly schema: typeof RUN_SCHEMA
  readonly scenario: string
  readonly question: string
  readonly environment: string | null
  readonly sim: string
  readonly mode: 'virtual' | 'live'
  readonly seed: number
  readonly verdict: 'pass' | 'fail' | 'overloaded'
  readonly answer: Answer
  readonly points: readonly PointDocument[]
  readonly expectations: readonly ExpectationDocument[]
  readonly invariants: readonly InvariantDocument[]
  readonly theory: readonly TheoryDocument[]
  /** Uncertain parameters, the most influential first. */
  readonly assumptions: readonly AssumptionDocument[]
  readonly counters: Readonly<Record<string, number>>
  /** Present when the run was stopped early: only what was complete then is told. */
  readonly interrupted?: true
  /** The command that gives this document again. */
  readonly reproduce: string
  /** Absent in live mode. */
  readonly digest?: string
}
