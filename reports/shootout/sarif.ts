/** Findings as SARIF 2.1.0, which code hosts show beside the line. */
import { attackCode } from './attack.ts'
import { findingSentence, type Finding } from './verdict.ts'

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json'
const RULES = {
  exponential: 'A search takes time exponential in the length of the text',
  polynomial: 'A search takes time with a power of the length of the text',
  crashed: 'A search ends its engine',
  undecided: 'How time grows could not be decided',
  refused: 'The engine does not take the pattern',
} as const

export function sarif(findings: readonly Finding[], file: string, version: string): object {
  const told = findings.filter(({ outcome }) => outcome !== 'passed')
  return {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'flowbench regex',
            version,
            rules: Object.entries(RULES).map(([id, text]) => ({
              id: `regex/${id}`,
              shortDescription: { text },
            })),
          },
        },
        results: told.map((finding) => resultOf(finding, file)),
      },
    ],
  }
}

function resultOf(finding: Finding, file: string): object {
  const { name, line, pattern, report, shown, outcome, accepted } = finding
  return {
    ruleId: `regex/${shown.verdict}`,
    level: outcome === 'failed' ? 'error' : 'note',
    message: {
      text: `${name}: ${pattern}: on ${report.engine} ${report.version} ${findingSentence(finding)}`,
    },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(file) },
          ...(line === null ? {} : { region: { startLine: line } }),
        },
        logicalLocations: [{ name, kind: 'member' }],
      },
    ],
    ...(outcome === 'accepted'
      ? {
          suppressions: [
            { kind: 'external', justification: `${accepted!.reason} (until ${accepted!.until})` },
          ],
        }
      : {}),
    properties: {
      verdict: shown.verdict,
      degree: shown.degree,
      ...(shown.attack === null ? {} : { attack: shown.attack, attackCode: attackCode(shown.attack) }),
    },
  }
}

/** A path as a reference of RFC 3986: blanks and what would begin a query or a fragment are written by their numbers. */
function uriOf(file: string): string {
  const path = encodeURI(file.toWellFormed().replaceAll('\\', '/'))
    .replaceAll('#', '%23')
    .replaceAll('?', '%3F')
  if (/^[A-Za-z]:\//.test(path)) return `file:///${path}`
  // What stands before a colon would be taken for a scheme.
  return /^[^/]*:/.test(path) ? `./${path}` : path
}
