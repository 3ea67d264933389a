/** Whether patterns are linear on the engine that is checked, the accepted ones set aside. */
import { acceptedBy, type Accepted } from '../../sims/bench/shootout/input/accepted.ts'
import type { EngineReport, Shown } from '../../sims/bench/shootout/inspect.ts'
import { sentence } from './terminal.ts'
import type { PatternReport } from '../../sims/bench/shootout/shootout.ts'

export type Finding = {
  readonly pattern: string
  readonly line: number | null
  readonly name: string
  readonly report: EngineReport
  /** What is judged: the worse of a search's growth and of finding all matches. */
  readonly shown: Shown
  readonly of: 'search' | 'all matches'
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
    const { shown, of } = worse(report)
    const raw = rawOutcome(shown)
    return [
      {
        pattern,
        line,
        name,
        report,
        shown,
        of,
        outcome: raw !== 'passed' && found !== null && !found.expired ? 'accepted' : raw,
        accepted:
          found === null
            ? null
            : { reason: found.entry.reason, until: found.entry.until, expired: found.expired },
      },
    ]
  })
}

function rawOutcome({ verdict }: Shown): 'passed' | 'unsure' | 'failed' {
  if (verdict === 'linear') return 'passed'
  return verdict === 'undecided' || verdict === 'refused' ? 'unsure' : 'failed'
}

const RANK = { passed: 0, unsure: 1, failed: 2 } as const

/**
 * A pattern that is linear in one search may take quadratic time to find all matches, and whoever replaces or splits does
 * that. Where an engine does not find all, it is judged by what it does.
 */
function worse(report: EngineReport): Pick<Finding, 'shown' | 'of'> {
  const { findAll } = report
  const isWorse =
    findAll !== null && findAll.verdict !== 'refused' && RANK[rawOutcome(findAll)] > RANK[rawOutcome(report)]
  return isWorse ? { shown: findAll, of: 'all matches' } : { shown: report, of: 'search' }
}

/** Linear in all that it does. */
export const isLinear = (report: EngineReport): boolean => rawOutcome(worse(report).shown) === 'passed'

/** What was seen of what is judged, in words. */
export function findingSentence({ report, shown, of }: Finding): string {
  return `${of === 'search' ? '' : 'finding all matches is '}${sentence(shown, report.promise)}`
}

/** 99 when one is not linear, 3 when one is undecided and that matters, else 0. */
export function exitOf(findings: readonly Finding[], strict: boolean): 0 | 3 | 99 {
  if (findings.some(({ outcome }) => outcome === 'failed')) return 99
  return strict && findings.some(({ outcome }) => outcome === 'unsure') ? 3 : 0
}
