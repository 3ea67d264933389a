/** Whether patterns are linear on the engine that is checked, the accepted ones set aside. */
import { acceptedBy, type Accepted } from '../../sims/bench/shootout/input/accepted.ts'
import type { EngineReport } from '../../sims/bench/shootout/inspect.ts'
import type { PatternReport } from '../../sims/bench/shootout/shootout.ts'

export type Finding = {
  readonly pattern: string
  readonly line: number | null
  readonly name: string
  readonly report: EngineReport
  /** `failed`: not linear; `unsure`: undecided or refused, which `--strict` minds. */
  readonly outcome: 'passed' | 'failed' | 'unsure' | 'accepted'
  /** Of what is accepted, or was until it ran out. */
  readonly accepted: { readonly reason: string; readonly until: string; readonly expired: boolean } | null
}

export function judge(
  patterns: readonly PatternReport[],
  engine: string,
  accepted: readonly Accepted[],
  today: string,
): Finding[] {
  return patterns.flatMap(({ pattern, line, name, engines }) => {
    const report = engines.find((one) => one.engine === engine)
    if (report === undefined) return []
    const found = acceptedBy(accepted, { pattern, name, engine, today })
    const { verdict } = report
    const raw =
      verdict === 'linear' ? 'passed' : verdict === 'undecided' || verdict === 'refused' ? 'unsure' : 'failed'
    return [
      {
        pattern,
        line,
        name,
        report,
        outcome: raw !== 'passed' && found !== null && !found.expired ? 'accepted' : raw,
        accepted:
          found === null
            ? null
            : { reason: found.entry.reason, until: found.entry.until, expired: found.expired },
      },
    ]
  })
}

/** 99 when one is not linear, 3 when one is undecided and that matters, else 0. */
export function exitOf(findings: readonly Finding[], strict: boolean): 0 | 3 | 99 {
  if (findings.some(({ outcome }) => outcome === 'failed')) return 99
  return strict && findings.some(({ outcome }) => outcome === 'unsure') ? 3 : 0
}
