/** Loads a module of rows: in the parent, which asks what there is, and in every contestant's process. */
import type { Rows } from './row.ts'

/** Where rows come from. */
export interface RowsSource {
  /** URL of the module that exports `rows`. */
  readonly module: string
  /** URL of the module that is handed to `rows` where that is a function. */
  readonly handed: string | null
}

export async function loadRows({ module, handed }: RowsSource): Promise<Rows> {
  const { rows } = (await import(module)) as { rows: Rows | ((handed: unknown) => Rows) }
  if (typeof rows !== 'function') return rows
  if (handed === null) throw new Error(`${module} makes its rows from a module that it was not given`)
  return rows(await import(handed))
}
