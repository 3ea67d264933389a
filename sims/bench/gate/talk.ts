/** What the gate and its processes say to each other. */
import type { Refusal } from '../harness/link.ts'
import type { ClockName } from './clock.ts'
import type { Counts } from './counts.ts'
import type { TaskFile, Work } from './work.ts'

export type PlayerRequest =
  /** Make the work ready and warm it up. */
  | {
      readonly do: 'prepare'
      readonly work: Work
      readonly clock: ClockName
      /** At least as long as this is each sample, seconds. */
      readonly sampleSeconds: number
    }
  /** `slower`: added to the sample, as a share of it, by a copy that must be found slower. */
  | { readonly do: 'sample'; readonly slower: number }
  | { readonly do: 'finish' }

export interface Sample {
  /** Seconds for a unit of work, on the gate's clock. */
  readonly seconds: number
  /** Seconds for a unit of work, on the wall. */
  readonly wall: number
}

export interface Finish {
  /** The most memory that the process had, bytes. */
  readonly peak: number
  /** Share of the samples' time that V8 collected garbage. */
  readonly gc: number
  /** Share of the samples' wall time spent asleep; null where the machine does not tell. */
  readonly asleep: number | null
}

export type PlayerReply =
  | {
      readonly ok: true
      readonly ready: {
        readonly units: number
        /** How long a sample is going to last, seconds. */
        readonly length: number
        /** Seconds that one run takes where runs are timed one by one and are hard to tell from the clock's own cost. */
        readonly brief: number | null
      }
    }
  | { readonly ok: true; readonly sample: Sample }
  | { readonly ok: true; readonly finish: Finish }
  | Refusal

/** Which tasks a file offers: asked in a process of its own, as the file may do anything when it is loaded. */
export interface ListRequest {
  readonly list: TaskFile
}

export interface CountRequest {
  readonly work: Work
  readonly runs: number
  /** As how many runs they are counted: the copy that must be found does eleven where others do ten. */
  readonly as: number
  /** Only what lies in this folder is counted. */
  readonly folder: string
}

export type CountReply =
  | { readonly ok: true; readonly counts: Counts }
  | { readonly ok: true; readonly tasks: readonly string[] }
  | Refusal
