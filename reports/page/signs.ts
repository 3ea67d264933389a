/** Verdicts and states as a sign and a word, so that colour is never the only carrier. */
import type { PointState } from '../../sims/lab/contract/sim.ts'
import type { RunDocument } from '../../sims/lab/contract/document.ts'
import { html, raw, type Html } from './html.ts'
import { VERDICTS } from '../wording/words.ts'

const icon = (body: string): Html =>
  raw(
    `<svg viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${body}</svg>`,
  )
const CIRCLE = '<circle cx="10" cy="10" r="8.3" stroke-width="1.8"/>'
const TICK = icon(`${CIRCLE}<path d="m6.2 10.4 2.6 2.6 5-5.6"/>`)
const CROSS = icon(`${CIRCLE}<path d="m7 7 6 6m0-6-6 6"/>`)
const TRIANGLE = icon('<path d="M10 2.6 18.4 17H1.6Z" stroke-width="1.8"/><path d="M10 8v4m0 2.4v.1"/>')
const HALF = icon(`${CIRCLE}<path d="M6.4 10h7.2"/>`)

const verdictIcons = {
  pass: TICK,
  fail: CROSS,
  overloaded: TRIANGLE,
  weak: TRIANGLE,
  unfinished: HALF,
  unchecked: HALF,
} as const

export const verdictSign = (verdict: RunDocument['verdict']): Html =>
  html`${verdictIcons[verdict]}<span class="word">${VERDICTS[verdict].word}</span>`

/** "holds" or "fails", or two other words for the same. */
export const checkSign = (ok: boolean, words: readonly [string, string] = ['holds', 'fails']): Html =>
  html`<span class="mark ${ok ? 'ok' : 'bad'}">${ok ? TICK : CROSS}${ok ? words[0] : words[1]}</span>`

/** What an expectation has that is neither met nor missed. */
export const UNMEASURED: Html = html`<span class="mark warn">${HALF}not measured</span>`

const stateSigns: Readonly<Record<PointState, Html>> = {
  stable: html`<span class="mark ok">${TICK}stable</span>`,
  backlogged: html`<span class="mark warn">${HALF}backlogged</span>`,
  overloaded: html`<span class="mark bad">${TRIANGLE}OVERLOADED</span>`,
}

export const stateSign = (state: PointState): Html => stateSigns[state]
