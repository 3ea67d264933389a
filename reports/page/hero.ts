/**
 * The first screen: question, answer, verdict, and the four facts a planner repeats in a meeting. Everything here is
 * above the fold at 1280 x 800 and at 390 x 844.
 */
import type { RunDocument } from '../../sims/lab/contract/document.ts'
import type { ReportInput } from '../input.ts'
import {
  answerNumber,
  assumptionRange,
  brokenWords,
  counted,
  replicationWords,
  effectWords,
  multipleOf,
  reason,
  tally,
  theoryWords,
  timeWords,
  trustWords,
  unbroken,
} from '../wording/words.ts'
import { html, type Html } from './html.ts'
import { checkSign, verdictSign } from './signs.ts'

export function hero({ document, metricLabels }: ReportInput): Html {
  const { answer, verdict } = document
  return html` <section class="hero is-${verdict}" aria-labelledby="question">
    <h1 id="question"><span class="vh">Question: </span><bdi>${unbroken(document.question)}</bdi></h1>
    <p class="answer"><bdi>${unbroken(answer.text)}</bdi></p>
    ${range(document, metricLabels)}
    <p class="verdict">${verdictSign(verdict)}<span class="why">${reason(document)}</span></p>
    ${distrust(document)}
    <dl class="facts">${breaksFirst(document)} ${restsOn(document, metricLabels)} ${evidence(document)}</dl>
  </section>`
}

/** Of what stands against the answer so much is told on the first screen. */
const MOST_REASONS = 3

/** A world that broke its own rules, was left half-way or watched too briefly must not be read as an answer. */
function distrust(document: RunDocument): Html[] {
  const broken = brokenWords(document)
  const lines = [
    ...(broken === null ? [] : [`Do not trust this answer. Invariant ${broken}`]),
    ...(document.trust.level === 'sound' ? [] : trustWords(document)),
  ]
  const left = lines.length - MOST_REASONS
  return [
    ...lines
      .slice(0, MOST_REASONS)
      .map((line) => html`<p class="distrust">${checkSign(false, ['', line])}</p>`),
    ...(left > 0 ? [html`<p class="quiet">${counted(left, 'more reason')}, under “Trust” below</p>`] : []),
  ]
}

/** The number itself and its interval, for an answer that is a number. */
function range(document: RunDocument, labels: ReportInput['metricLabels']): Html | null {
  const number = answerNumber(document.answer)
  const assumed = assumptionRange(document, labels)
  return (
    number &&
    html`<p class="range">
      <b>${number.value}</b
      >${number.range !== null && html`<span>${unbroken(number.range)}</span>`}${assumed !== null && html`<span>${unbroken(assumed)}</span>`}
    </p>`
  )
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
        <dd class="big"><bdi>${unbroken(first.name)}</bdi></dd>
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
        <dd>${unbroken(words)}</dd>
      </div>`
    : null
}

function evidence(document: RunDocument): Html {
  const { points, invariants, theory, trust } = document
  const time = timeWords(document)
  const lines = [
    ...(time === null ? [] : [time]),
    ...(trust.level === 'sound' ? ['sound'] : []),
    ...(trust.level === 'sound' ? trust.reasons.map(({ text }) => text) : []),
    ...(points.length > 1 ? [`at each of ${counted(points.length, 'point')}`] : []),
    `theory: ${theoryWords(theory)}`,
    ...(invariants.length > 0 ? [`invariants: ${tally(invariants, 'hold')}`] : []),
  ]
  return html`<div>
    <dt>Evidence</dt>
    <dd class="big">${replicationWords(points)}</dd>
    <dd>${unbroken(lines.join('; '))}</dd>
  </div>`
}
