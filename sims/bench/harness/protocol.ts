/**
 * What parent and child say to each other. One request, one reply, one contestant a child: while one child works, all
 * others of the row are alive and silent.
 */
import type { Refusal } from './link.ts'
import type { RowsSource } from './load.ts'

export interface ChildTask extends RowsSource {
  readonly row: string
  /** A peer's id; null for the row's own side. */
  readonly contestant: string | null
}

export type Request =
  /** Prepare the burst and warm it up. */
  | { readonly do: 'prepare'; readonly task: ChildTask; readonly sampleSeconds: number }
  /** Take some samples. */
  | { readonly do: 'measure'; readonly samples: number }

/** What became of one part when it was prepared. */
export interface PartState {
  readonly id: string
  readonly state: 'done' | 'refused' | 'wrong' | 'slow'
  /** Where it is not done: the error, the check value, the time it took. */
  readonly why?: string
  /** Where it is done: the check value, and the units of work in one run. */
  readonly expected?: number
  readonly work?: number
}

export interface Prepared {
  readonly unit: string
  readonly better: string
  /** Of one burst; absent where the row is a mean over parts. */
  readonly expected?: number
  readonly work?: number
  readonly parts?: readonly PartState[]
}

export type Reply =
  | { readonly ok: true; readonly prepared: Prepared }
  /** Seconds per unit of work, the least of the samples: one number, or one for each part, null where not done. */
  | { readonly ok: true; readonly measured: { readonly least: readonly (number | null)[] } }
  | Refusal
