/** The JSON documents of `flowbench regex`: of one pattern, and of a file of them. */
import type { EngineReport, Shown } from '../../sims/bench/shootout/inspect.ts'
import type { MissingEngine, PatternReport } from '../../sims/bench/shootout/shootout.ts'

export const REGEX_SCHEMA = 'flowbench.regex/1'

/** An engine's row: verdict, degree, attack, seconds, promise, and what they stand on. */
function row({ facts, findAll, ...report }: EngineReport) {
  return {
    engine: report.engine,
    version: report.version,
    ...judged(report),
    promise: report.promise,
    ...(facts === null
      ? {}
      : { semantics: facts.semantics, units: facts.units, called: facts.called, refuses: facts.refuses }),
    compileSeconds: report.compileSeconds,
    findAll: findAll === null ? null : judged(findAll),
  }
}

function judged({ verdict, degree, exponent, attack, seconds, longest, why, points }: Shown) {
  return { verdict, degree, attack, seconds, longest, exponent, why, points }
}

export function patternDocument(
  { pattern, engines }: PatternReport,
  flags: string,
  missing: readonly MissingEngine[],
) {
  return { schema: REGEX_SCHEMA, pattern, flags, engines: engines.map(row), missing }
}

export function patternsDocument(
  patterns: readonly PatternReport[],
  flags: string,
  missing: readonly MissingEngine[],
) {
  return {
    schema: REGEX_SCHEMA,
    flags,
    patterns: patterns.map(({ pattern, line, name, engines }) => ({
      pattern,
      line,
      name,
      // Points of a hundred thousand rows would drown what is said.
      engines: engines.map((report) => {
        const { findAll, ...rest } = row(report)
        return { ...rest, points: undefined, findAll: findAll && { ...findAll, points: undefined } }
      }),
    })),
    missing,
  }
}
