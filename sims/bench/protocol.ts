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

export type Reply =
  | { readonly ok: true; readonly prepared: { readonly work: number; readonly sampleSeconds: number } }
  /** Seconds per unit of work, the least of the samples. */
  | { readonly ok: true; readonly measured: { readonly least: number } }
  /** `wrong` when the burst's check value was not the expected one. */
  | { readonly ok: false; readonly wrong: boolean; readonly why: string }
