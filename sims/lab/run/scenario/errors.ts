/** What is wrong with a scenario, and where: for people (`format`) and for programs (the fields). */

import type { Problem } from '../../contract/problem.ts'

/** Where a value was written: in the file, or on the command line. */
export interface Place {
  /** The scenario's file as given, or `--set path=value`. */
  readonly file: string
  /** From 1; 0 when the value came from the command line. */
  readonly line: number
  readonly column: number
}

export interface ScenarioError extends Place, Problem {
  /** Path of the key, `params.voiceShare`; empty for the file as a whole. */
  readonly key: string
}

/** More errors than this are counted, not told. */
export const MAX_ERRORS = 50

/** `file:line:column: key: message (did you mean "x"?)` */
export function formatError({ file, line, column, key, message, nearest }: ScenarioError): string {
  const place = line > 0 ? `${file}:${line}:${column}` : file
  const hint = nearest === undefined ? '' : ` (did you mean "${nearest}"?)`
  return `${place}: ${key === '' ? '' : `${key}: `}${message}${hint}`
}

/** Everything that is wrong with one scenario, in the order of its lines; or with several, one after another. */
export class ScenarioErrors extends Error {
  override readonly name = 'ScenarioErrors'
  readonly errors: readonly ScenarioError[]
  /** Errors beyond `MAX_ERRORS`, which `errors` does not hold. */
  readonly untold: number

  constructor(errors: readonly ScenarioError[]) {
    const told = inOrder(errors)
    const lines = told.slice(0, MAX_ERRORS).map(formatError)
    const untold = Math.max(0, told.length - MAX_ERRORS)
    super([...lines, ...(untold > 0 ? [`and ${untold} more`] : [])].join('\n'))
    this.errors = told.slice(0, MAX_ERRORS)
    this.untold = untold
  }
}

/** File by file as they came, by line and column within one, those of the command line last; one of each. */
function inOrder(errors: readonly ScenarioError[]): ScenarioError[] {
  const unique = [...new Map(errors.map((error) => [formatError(error), error])).values()]
  const files = [...new Set(unique.map(({ file }) => file))]
  const rank = new Map(files.map((file, index) => [file, index]))
  return unique.toSorted((a, b) => {
    if ((a.line === 0) !== (b.line === 0)) return a.line === 0 ? 1 : -1
    if (a.file !== b.file) return rank.get(a.file)! - rank.get(b.file)!
    return a.line - b.line || a.column - b.column
  })
}
