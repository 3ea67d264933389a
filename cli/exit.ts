/** Exit codes and how an error is told: a person's mistake in one clear line, a bug with its stack. */
import { RunFolderError } from '../reports/folder/folder.ts'
import { BadRequest, BenchInterrupted, CouldNotMeasure } from '../sims/bench/harness/errors.ts'
import type { Verdict } from '../sims/lab/contract/document.ts'
import { Unmeasurable } from '../sims/lab/contract/sim.ts'
import { Interrupted } from '../sims/lab/run/point.ts'
import { ScenarioErrors } from '../sims/lab/run/scenario/load.ts'

/** Pass; a bug, or an invariant broken; a mistake of the caller's; not measured, or too weak to judge; failed; stopped. */
export const EXIT = { pass: 0, bug: 1, usage: 2, unmeasured: 3, failed: 99, interrupted: 130 } as const

/** The codes of a run, for its `--help`; README has the same. */
export const EXIT_HELP =
  'exit codes: 0 every expectation holds; 99 one fails, or the system is overloaded; 3 not measured, or too weak to judge; 2 a mistake in a file or a flag; 1 a bug; 130 stopped'

/** What each verdict of a run exits with. */
const VERDICT_EXIT = {
  unfinished: EXIT.interrupted,
  fail: EXIT.failed,
  overloaded: EXIT.failed,
  weak: EXIT.unmeasured,
  pass: EXIT.pass,
  unchecked: EXIT.pass,
} as const satisfies Record<Verdict, number>

/** Of several runs the first that applies: interrupted, failed, too weak to judge, pass. */
export function verdictExit(verdicts: readonly Verdict[]): number {
  const codes = new Set<number>(verdicts.map((verdict) => VERDICT_EXIT[verdict]))
  return [EXIT.interrupted, EXIT.failed, EXIT.unmeasured].find((code) => codes.has(code)) ?? EXIT.pass
}

/** Something that the caller can put right: a file that is not there, a name that does not exist. */
export class UsageError extends Error {}

const USAGE_ERRORS = [UsageError, ScenarioErrors, RunFolderError, BadRequest]

export function exitCodeOf(error: unknown): number {
  if (USAGE_ERRORS.some((kind) => error instanceof kind)) return EXIT.usage
  if (error instanceof CouldNotMeasure || error instanceof Unmeasurable) return EXIT.unmeasured
  if (error instanceof Interrupted || error instanceof BenchInterrupted) return EXIT.interrupted
  return EXIT.bug
}

export function explain(error: unknown): string {
  if (!(error instanceof Error)) return `${String(error)}\n`
  return `${exitCodeOf(error) === EXIT.bug ? (error.stack ?? error.message) : error.message}\n`
}
