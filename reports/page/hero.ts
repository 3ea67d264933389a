/**
 * The first screen: question, answer, verdict, and the four facts a planner repeats in a meeting. Everything here is
 * above the fold at 1280 x 800 and at 390 x 844.
 */
import { formatQuantity } from '../../sims/run/scenario/quantity.ts'
import type { RunDocument } from '../../sims/run/document.ts'
import type { ReportInput } from '../input.ts'
import { counted, effectWords, interval, multipleOf, pointName, VERDICTS } from '../words.ts'
import { html, type Html } from './html.ts'
import { verdictSign } from './signs.ts'

export function hero({ document, metricLabels }: ReportInput): Html {
  const { answer, verdict } = document
  return html` <section class="hero is-${verdict}" aria-labelledby="question">
    <h1 id="question"><span class="vh">Question: </span><bdi>${document.question}</bdi></h1>
    <p class="answer"><bdi>${answer.text}</bdi></p>
    ${range(document)}
    <p class="verdict">${verdictSign(verdict)}<span class="why">${reason(document)}</span></p>
    <dl class="facts">${breaksFirst(document)} ${restsOn(document, metricLabels)} ${evidence(document)}</dl>
  </section>`
}

/** Why the verdict is what it is, in one clause. */
export function reason(document: RunDocument): string {
  const { expectations, verdict } = document
  if (verdict === 'overloaded') return VERDICTS.overloaded.meaning
  const failed = expectations.filter(({ ok }) => !ok)
  const first = failed[0]
  if (first !== undefined) {
    const at = pointName(first.at)
    const more = failed.length > 1 ? `, and ${failed.length - 1} more` : ''
    return `${first.text} does not hold${at === '' ? '' : ` at ${at}`}${more}`
  }
  if (verdict === 'fail') return VERDICTS.fail.meaning
  const narrow = expectations.filter(({ clear }) => !clear).length
  if (expectations.length === 0) return 'nothing was expected of this run'
  const all =
    expectations.length === 1 ? 'the expectation holds' : `all ${expectations.length} expectations hold`
  return narrow === 0 ? all : `${all}, ${narrow} of them only just`
}

/** The number itself and its interval, for an answer that is a number. */
function range({ answer }: RunDocument): Html | null {
  if (answer.value === null) return null
  const ends = interval(answer.low, answer.high, answer.unit)
  return html`<p class="range">
    <b>${formatQuantity(answer.value, answer.unit)}</b>${
      ends !== null && html`<span>95 % interval ${ends}</span>`
    }
  </p>`
}

function breaksFirst({ answer }: RunDocument): Html {
  const { breaksFirst: first } = answer
  return first === null
    ? html`<div>
        <dt>Breaks first</dt>
        <dd class="big">nothing found</dd>
        <dd>within the loads looked at</dd>
      </div>`
    : html`<div>
        <dt>Breaks first</dt>
        <dd class="big"><bdi>${first.name}</bdi></dd>
        <dd>at ${multipleOf(first.multiple)}</dd>
      </div>`
}

function restsOn({ assumptions }: RunDocument, labels: ReportInput['metricLabels']): Html | null {
  const top = assumptions[0]
  const words = top && effectWords(top, labels)
  return words
    ? html`<div>
        <dt>Rests most on</dt>
        <dd class="big"><bdi>${top.label}</bdi></dd>
        <dd>${words}</dd>
      </div>`
    : null
}

function evidence({ points, expectations, invariants }: RunDocument): Html {
  const replications = points.reduce((sum, point) => sum + point.replications, 0)
  const held = expectations.filter(({ ok }) => ok).length
  const broken = invariants.filter(({ ok }) => !ok).length
  const lines = [
    expectations.length > 0 ? `${held} of ${counted(expectations.length, 'expectation')} hold` : null,
    broken === 0
      ? `${counted(invariants.length, 'invariant check')} hold`
      : `${counted(broken, 'invariant check')} broken`,
  ].filter((line) => line !== null)
  return html`<div>
    <dt>Evidence</dt>
    <dd class="big">${counted(replications, 'replication')}</dd>
    <dd>
      ${points.length === 1 ? lines.join('; ') : `at ${counted(points.length, 'point')}; ${lines.join('; ')}`}
    </dd>
  </div>`
}
