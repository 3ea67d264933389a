/**
 * What parent and child say to each other. One request, one reply, one contestant a child: while one child works, all
 * others of the row are alive and silent.
 */
export interface ChildTask {
  /** URL of the module whose `rows` hold the row. */
  readonly module: string
  readonly row: string
  readonly contestant: string
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
}

export interface Prepared {
  readonly work: number
  readonly sampleSeconds: number
  readonly parts?: readonly PartState[]
}

export type Reply =
  | { readonly ok: true; readonly prepared: Prepared }
  /** Seconds per unit of work, the least of the samples: one number, or one for each part, null where not done. */
  | { readonly ok: true; readonly measured: { readonly least: readonly (number | null)[] } }
  /** `wrong` when the burst's check value was not the expected one. */
  | { readonly ok: false; readonly wrong: boolean; readonly why: string }
