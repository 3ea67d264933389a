/** Findings as JUnit's XML: a pattern is a test case, a failure names the rule and its line. */
import { escapeXml } from '../wording/escape.ts'
import { attackCode } from './attack.ts'
import { findingSentence, type Finding } from './verdict.ts'

export function junit(findings: readonly Finding[], file: string, engine: string): string {
  const of = (outcome: Finding['outcome']): number => findings.filter((one) => one.outcome === outcome).length
  const cases = findings.map((finding) => {
    const { name, line, pattern, shown, outcome, accepted } = finding
    const open = `    <testcase classname="${xml(file)}" name="${xml(name)}" file="${xml(file)}"${line === null ? '' : ` line="${line}"`}`
    const said = findingSentence(finding)
    const place = `${file}${line === null ? '' : `:${line}`}: ${name}: ${pattern}`
    if (outcome === 'failed') {
      const expired = accepted?.expired ? ` (accepted until ${accepted.until}, which is over)` : ''
      const text = `${place}\n${shown.attack === null ? '' : attackCode(shown.attack)}`
      return `${open}>\n      <failure message="${xml(said + expired)}" type="${shown.verdict}">${xml(text)}</failure>\n    </testcase>`
    }
    if (outcome === 'passed') return `${open}/>`
    const why = outcome === 'accepted' ? `accepted until ${accepted!.until}: ${accepted!.reason}` : said
    return `${open}>\n      <skipped message="${xml(why)}"/>\n    </testcase>`
  })
  const counts = `tests="${findings.length}" failures="${of('failed')}" skipped="${of('accepted') + of('unsure')}"`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `  <testsuite name="regex growth on ${xml(engine)}" ${counts}>`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

const xml = (text: string): string => escapeXml(text)
