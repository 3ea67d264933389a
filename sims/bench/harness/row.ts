/**
 * What a benchmark is. Rows are data; `interleave.ts` does the timing, one way for all of them.
 *
 * A contestant is one way to do a row's work: ours, or a peer's. It runs in a process of its own; all processes of a
 * row are alive together and take turns in shuffled order. Every burst returns a check value, compared with `expected`
 * before its time counts.
 */
export interface Burst {
  /** Does the work once and returns its check value (a count, a checksum). */
  run(): number | Promise<number>
  /** Units of work in one run: events, packets, bytes, as the row's `unit` says per second (or per unit for `lower`). */
  readonly work: number
  /** The check value that `run` must return every time. */
  readonly expected: number
  /**
   * For work done in a further process, which times itself so that asking it does not count: `repeats` runs, their
   * check value and how long all of them took.
   */
  timed?(repeats: number): Promise<{ readonly check: number; readonly seconds: number }>
  /**
   * Exact counts of what the engine has done since it was prepared (steps, comparisons, bytes copied): the same for the
   * same work on every machine. The gate takes the difference that one run makes.
   */
  counters?(): Readonly<Record<string, number>> | Promise<Readonly<Record<string, number>>>
  close?(): void | Promise<void>
}

/**
 * Many pieces of work, each measured for itself; the row's figure is the geometric mean over them, and a ratio that
 * over those that both sides do. A part that cannot be prepared is refused, one whose check value is not the expected
 * one wrong, one that takes longer than a second slow; each is named in the document. Ours may not be wrong in any.
 */
export interface Parts {
  /** The same ids in the same order for every contestant of a row. */
  readonly parts: readonly { readonly id: string; prepare(): Burst | Promise<Burst> }[]
  close?(): void | Promise<void>
}

export interface Contestant {
  /** `flowbench`, or the peer's id (`simpy`, `re2`, ...). */
  readonly id: string
  readonly version: string
  /** Null when it can be run here; else why not, and the command that would change it. */
  missing():
    | { readonly why: string; readonly install: string }
    | null
    | Promise<{ readonly why: string; readonly install: string } | null>
  prepare(): Burst | Parts | Promise<Burst | Parts>
}

export interface Row {
  /** Stable path: `kernel/mm1`, `relay/media-verdicts-batch64`. */
  readonly id: string
  /** `events/s`, `packets/s`, `MB/s`, `s`, `ratio`. */
  readonly unit: string
  readonly better: 'higher' | 'lower'
  /** One sentence: what is done, on what, and what is verified. */
  readonly summary: string
  readonly ours: Contestant
  readonly peers: readonly Contestant[]
  /** Rounds and samples to take at most, for rows whose bursts last long. */
  readonly atMost?: { readonly rounds: number; readonly samples: number }
}

/**
 * What a file of `sims/bench/rows/` exports as `rows`; or a function that makes them from a module that it is handed,
 * as `rows/sims.ts` does from the list of sims.
 */
export type Rows = readonly Row[]
