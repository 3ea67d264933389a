/**
 * The report of one run: one HTML file that needs nothing else. Reads from the answer down to the evidence, and every
 * chart stands above its numbers.
 */
import type { Drawing } from '../charts/drawings.ts'
import type { ReportInput } from '../input.ts'
import { html, raw, type Html, type Part } from './html.ts'
import { hero } from './hero.ts'
import { liveOf, stageId } from './live.ts'
import { methodList, reproduce } from './method.ts'
import { shell } from './shell.ts'
import { dataTable, expectationsTable, invariantsTable, theoryTable } from './tables.ts'
import { pointsTable } from './points.ts'
import { uncertaintyTables } from './uncertainty.ts'
import { reason, unbroken, VERDICTS } from '../wording/words.ts'

/** A sweep of more points than this is read by its charts; all else is a click away. */
const MANY_POINTS = 200
const OPEN_CHARTS = 2

export type PageDrawing = Pick<Drawing, 'chart' | 'wide' | 'narrow' | 'live'>

export function renderPage(input: ReportInput, drawings: readonly PageDrawing[]): string {
  const { document } = input
  const isLong = document.points.length > MANY_POINTS
  const open = isLong ? OPEN_CHARTS : drawings.length
  const evidence = html` ${drawings.slice(open).map((drawing, i) => figure(drawing, open + i))}
  ${document.expectations.length > 0 && row('expectations', 'Expectations', 'What the scenario demands, and whether it holds.', expectationsTable(document))}
  ${document.uncertainty !== undefined && row('uncertainty', 'All assumptions together', 'Every uncertain parameter drawn at once, each triangular over its interval.', uncertaintyTables(document.uncertainty), 'long')}
  ${row('measured', 'What was measured', measuredNote(input), pointsTable(input), 'long')}
  ${document.theory.length > 0 && row('theory', 'Theory beside observation', 'Where queueing theory has a closed form for a part of this scenario, the simulation must agree with it.', theoryTable(input))}
  ${document.invariants.length > 0 && row('invariants', 'Invariants', 'What must hold in any world, checked in every replication.', invariantsTable(document))}
  ${row('method', 'How it was made', 'The points of the STRESS-DES checklist for reporting simulations.', methodList(input), 'long')}
  ${row('scenario', 'The scenario', 'What was run, environment and overrides included.', html`<pre><code>${input.scenarioYaml}</code></pre>`, 'long')}
  ${row('reproduce', 'Run it again', document.mode === 'virtual' ? 'Same scenario and seed, same bytes, on any machine and any number of workers.' : 'A live run measures a machine: expect other numbers on another.', html`${reproduce(input)}${files(drawings)}`)}`
  const description = `${VERDICTS[document.verdict].word}: ${document.answer.text} ${reason(document)}`
  return shell(
    `${document.scenario}: ${VERDICTS[document.verdict].word}`,
    description,
    html` <div class="page">
      <header class="bar">
        <b><bdi>${document.scenario}</bdi></b
        >${
          document.environment !== null && html`<span>environment <bdi>${document.environment}</bdi></span>`
        }<span>${document.mode === 'live' ? 'live run' : 'simulated in virtual time'}</span
        ><span>seed ${document.seed}</span>
      </header>
      <main id="main">
        ${hero(input)} ${drawings.slice(0, open).map((drawing, i) => figure(drawing, i))}
        ${
          isLong
            ? html`<details>
                <summary>All else: tables, other charts, how it was made, the scenario</summary>
                ${evidence}
              </details>`
            : evidence
        }
      </main>
      <footer>
        <span>flowbench</span>${(input.wallClock ?? []).map((fact) => html`<span>${fact}</span>`)}
      </footer>
    </div>`,
    liveOf(drawings),
  )
}

export function row(id: string, title: string, note: string, body: Part, kind = ''): Html {
  return html` <section class="row ${kind}" aria-labelledby="${id}">
    <header>
      <h2 id="${id}">${title}</h2>
      <p>${note}</p>
    </header>
    <div class="stack">${body}</div>
  </section>`
}

export function figure({ chart, wide, narrow }: PageDrawing, index: number): Html {
  const id = `chart-${index + 1}`
  return html` <section class="row" aria-labelledby="${id}">
    <header>
      <h2 id="${id}"><bdi>${chart.title}</bdi></h2>
      <p>${unbroken(chart.description)}</p>
    </header>
    <figure>
      <div class="wide" id="${stageId(chart.name, 'wide')}">${raw(wide)}</div>
      <div class="narrow" id="${stageId(chart.name, 'narrow')}">${raw(narrow)}</div>
      ${dataTable(chart)}
    </figure>
  </section>`
}

function measuredNote({ document }: ReportInput): string {
  const overloaded = document.points.filter(({ state }) => state === 'overloaded').length
  const base = document.points.length > 1 ? 'Every point that was run.' : 'The one point that was run.'
  return overloaded > 0 ? `${base} An overloaded point has no steady state, so it shows no percentile.` : base
}

function files(drawings: readonly PageDrawing[]): Html {
  const names = [
    'result.json',
    'points.csv',
    'series.csv',
    'scenario.yaml',
    ...drawings.flatMap(({ chart }) => [`charts/${chart.name}.svg`, `charts/${chart.name}.png`]),
  ]
  return html`<ul class="files" aria-label="Files beside this page">
    ${names.map((name) => html`<li><a href="${name}">${name}</a></li>`)}
  </ul>`
}
