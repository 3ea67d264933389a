/** A pattern on a terminal: verdict first, an engine a line, worst attack spelled out. */
import { attackWords } from './attack.ts'
import { cleanLine } from '../wording/escape.ts'
import type { EngineReport, Shown } from '../../sims/bench/shootout/inspect.ts'
import type { MissingEngine, PatternReport } from '../../sims/bench/shootout/shootout.ts'

export function renderPattern(
  { pattern, engines }: PatternReport,
  missing: readonly MissingEngine[],
): string {
  const width = Math.max(...engines.map(({ engine }) => engine.length))
  const lines = [
    headline(pattern, engines),
    '',
    ...engines.map((report) => `  ${report.engine.padEnd(width)}  ${engineLine(report)}`),
    ...missing.map(({ engine, why, install }) => `  ${engine.padEnd(width)}  not here: ${why}; ${install}`),
  ]
  return `${lines.map(cleanLine).join('\n')}\n`
}

const ORDER = ['exponential', 'polynomial', 'crashed', 'undecided', 'linear', 'refused'] as const

/** `^(a+)+$: exponential on v8, python; linear on flowbench`. */
export function headline(pattern: string, engines: readonly EngineReport[]): string {
  // What only finding all matches shows stands for itself. An engine that does not find all is judged by a search.
  const all = engines.flatMap(({ engine, findAll }) => (findAll === null ? [] : [{ engine, ...findAll }]))
  const grows = partsOf(all, ['exponential', 'polynomial', 'crashed', 'undecided'])
  const parts = [...partsOf(engines, ORDER), ...grows.map((part) => `finding all matches ${part}`)]
  return `${pattern}: ${parts.join('; ')}`
}

function partsOf(
  shown: readonly Pick<EngineReport, 'engine' | 'verdict' | 'degree'>[],
  order: readonly (typeof ORDER)[number][],
): string[] {
  return order.flatMap((verdict) => {
    const those = shown.filter((report) => report.verdict === verdict)
    if (those.length === 0) return []
    const names = those.map(({ engine, degree }) =>
      verdict === 'polynomial' ? `${engine} (${power(degree!)})` : engine,
    )
    return [`${verdict}${verdict === 'refused' ? ' by' : ' on'} ${names.join(', ')}`]
  })
}

export function power(degree: number): string {
  return ['constant', 'linear', 'quadratic', 'cubic'][degree] ?? `degree ${degree}`
}

function engineLine(report: EngineReport): string {
  const { findAll, version } = report
  const all =
    findAll === null || findAll.verdict === 'linear' || findAll.verdict === 'refused'
      ? ''
      : `; finding all matches is ${sentence(findAll, report.promise)}`
  return `${sentence(report, report.promise)}${all}  [${version}]`
}

/** What was seen, with the text that showed it. */
export function sentence(
  { verdict, degree, attack, seconds, longest, why }: Shown,
  promise: EngineReport['promise'],
): string {
  switch (verdict) {
    case 'exponential':
    case 'polynomial': {
      const word = verdict === 'exponential' ? 'EXPONENTIAL' : power(degree!).toUpperCase()
      const gaveUp = why === null ? '' : ` (${why})`
      return `${word}: ${attackWords(attack!)}, ${count(attack!.length)} characters, cost ${time(seconds!)}${gaveUp}`
    }
    case 'linear':
      return promise === 'linear'
        ? `linear, as promised: ${count(longest)} bytes in ${time(seconds!)}`
        : `none found up to ${count(longest)} characters (${time(seconds!)}); no promise`
    default:
      return `${verdict}: ${why ?? 'no reason is known'}`
  }
}

export const count = (value: number): string => value.toLocaleString('en')

export function time(seconds: number): string {
  if (seconds >= 1) return `${seconds.toFixed(1)} s`
  if (seconds >= 1e-3) return `${(1e3 * seconds).toPrecision(2)} ms`
  return `${(1e6 * seconds).toPrecision(2)} us`
}
