/**
 * A run on a terminal: verdict first, then the answer, then what stands behind it. Plain text; colour is the caller's
 * choice (a terminal, and no NO_COLOR), and never the only carrier. Same document, same bytes.
 */
import type { RunDocument } from '../../sims/lab/contract/document.ts'
import { cleanLine } from '../wording/escape.ts'
import {
  absence,
  isUnmeasured,
  answerNumber,
  assumptionRange,
  brokenWords,
  replicationWords,
  effectWords,
  interval,
  multipleOf,
  pointName,
  quantity,
  reason,
  regretWords,
  tally,
  theoryWords,
  timeWords,
  trustWords,
  unclear,
  uncertaintyWords,
  VERDICTS,
} from '../wording/words.ts'

const CODES = {
  pass: '32',
  fail: '31',
  overloaded: '33',
  weak: '33',
  unfinished: '33',
  unchecked: '36',
  bold: '1',
  dim: '2',
} as const

/** Expectations shown, over all points. */
const MOST_EXPECTATIONS = 20

/** The summary of one run, ending in a newline. */
export function renderTerminal(document: RunDocument, options: { readonly colour?: boolean } = {}): string {
  const paint = (code: keyof typeof CODES, text: string) =>
    options.colour === true ? `\u001b[${CODES[code]}m${text}\u001b[0m` : text
  const say = cleanLine
  const { answer, verdict } = document
  const number = answerNumber(answer)
  const assumed = assumptionRange(document, {})
  // Of a long sweep the failures first: they are what it was run to find.
  const all = expectations(document)
  const judged = all.length > MOST_EXPECTATIONS ? all.toSorted(([a], [b]) => rankOf(a) - rankOf(b)) : all
  const environment = document.environment === null ? '' : ` (${say(document.environment)})`
  const lines = [
    `${paint(verdict, VERDICTS[verdict].word)}  ${paint('bold', say(document.scenario))}${environment}: ${say(reason(document))}`,
    '',
    `  ${paint('bold', say(answer.text))}`,
    ...(number === null
      ? []
      : [
          `  ${say(number.value)}${number.range === null ? '' : `, ${say(number.range)}`}${assumed === null ? '' : `; ${say(assumed)}`}`,
        ]),
    ...(document.trust.level === 'sound' ? [] : trustWords(document)).map(
      (line) => `  ${paint('weak', 'weak')}  ${say(line)}`,
    ),
    '',
    ...facts(document).map(([name, value]) => `  ${paint('dim', name.padEnd(14))} ${say(value)}`),
    '',
    ...judged
      .slice(0, MOST_EXPECTATIONS)
      .map(([mark, text]) => `  ${paint(MARKS[mark], mark.padEnd(4))} ${say(text)}`),
    ...(judged.length > MOST_EXPECTATIONS
      ? [
          `  and ${judged.length - MOST_EXPECTATIONS} more, ${judged.slice(MOST_EXPECTATIONS).filter(([mark]) => mark === 'FAIL').length} of them FAIL`,
        ]
      : []),
  ]
  return `${lines
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trimEnd()}\n`
}

function facts(document: RunDocument): [string, string][] {
  const { answer, assumptions, points, theory, invariants, digest, trust } = document
  const time = timeWords(document)
  const rows: [string, string][] = []
  if (answer.breaksFirst !== null) {
    rows.push(['breaks first', `${answer.breaksFirst.name}, at ${multipleOf(answer.breaksFirst.multiple)}`])
  }
  const top = assumptions[0]
  const words = top && effectWords(top, {})
  if (words) rows.push(['rests most on', `${top.label}: ${words}`])
  const together = uncertaintyWords(document)
  if (together !== null) rows.push(['uncertainty', together])
  const regret = regretWords(document)
  if (regret !== null) rows.push(['least regret', regret])
  rows.push([
    'evidence',
    `${replicationWords(points)}${time === null ? '' : ` of ${time}`}${points.length > 1 ? ` at each of ${points.length} points` : ''}`,
  ])
  if (trust.level === 'sound')
    rows.push(['trust', ['sound', ...trust.reasons.map(({ text }) => text)].join('; ')])
  rows.push(['theory', theoryWords(theory)])
  if (invariants.length > 0) rows.push(['invariants', brokenWords(document) ?? tally(invariants, 'hold')])
  rows.push(['again', document.reproduce])
  if (digest !== undefined) rows.push(['digest', digest])
  return rows
}

/** Failures first; `none` is what could not be measured. */
const MARKS = { FAIL: 'fail', none: 'weak', ok: 'pass' } as const
type Mark = keyof typeof MARKS
const rankOf = (mark: Mark): number => Object.keys(MARKS).indexOf(mark)

function expectations(document: RunDocument): [Mark, string][] {
  return document.expectations.map((one) => {
    const at = pointName(one.at, document.atUnits)
    const range = interval(one.low, one.high, one.unit)
    const but = unclear(one, document)
    const measured = `${quantity(one.value, one.unit, absence(one, document))}${range === null ? '' : ` (${range})`}`
    return [
      one.ok ? 'ok' : isUnmeasured(one, document) ? 'none' : 'FAIL',
      `${one.text}${at === '' ? '' : ` at ${at}`}: ${measured}${but === null ? '' : `, ${but}`}`,
    ]
  })
}
