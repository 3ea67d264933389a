/** What one process of the gate runs: a row of this project's benchmarks, or a task of somebody else's file. */
import type { RowsSource } from '../harness/load.ts'

export type Work =
  | ({ readonly kind: 'row'; readonly row: string } & RowsSource)
  | ({ readonly kind: 'task'; readonly task: string } & TaskFile)

export interface TaskFile {
  readonly file: string
  /** The folder that relative paths start from: that of the tree in which the gate was called. */
  readonly cwd?: string
  /** The working tree, of which this side loads nothing. */
  readonly repository?: string
  /** What its side's environment has in place of ours. */
  readonly env?: Readonly<Record<string, string>>
}

/** Work that is ready to be done. */
export interface Ready {
  /**
   * Does it `repeats` times over, and once where there is something `around`; throws WrongResult when a result is not the
   * one it must be.
   */
  run(repeats: number): void | Promise<void>
  /** What is done before and after each run and is none of the work; left out where nothing is. */
  readonly around?: { readonly before: () => unknown; readonly after: () => unknown }
  /**
   * What it must return, as text in which `folder`, that of its side, is not named; null where it returns nothing to
   * compare, or was made ready without its result.
   */
  result(folder: string): string | null
  /** Units of work in one run. */
  readonly units: number
  /** The engine's own exact counts of the work of one run. */
  counters?(): Readonly<Record<string, number>> | Promise<Readonly<Record<string, number>>>
  close(): void | Promise<void>
}

/** Whatever `await` waits for: a query builder, a promise of another library or another realm. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    'then' in value &&
    typeof value.then === 'function'
  )
}
