/** A suite's document as a page: the verdict, the charts, the sections of `sections.ts`. */
import type { ShootoutDocument } from '../../sims/bench/shootout/suite/run.ts'
import { html, type Html } from '../page/html.ts'
import { figure, row, type PageDrawing } from '../page/page.ts'
import { shell } from '../page/shell.ts'
import { scrolling } from '../page/tables.ts'
import { sections, verdict, type Cell, type Section } from './sections.ts'

export function shootoutPage(document: ShootoutDocument, drawings: readonly PageDrawing[]): string {
  const title = `Regex shoot-out: ${document.suite}`
  const [first = 'Nothing was measured.', ...more] = verdict(document).split('\n')
  return shell(
    title,
    first,
    html` <div class="page">
      <header class="bar"><b>${title}</b><span>measured on real engines</span></header>
      <main id="main">
        <section class="hero">
          <h1>${title}</h1>
          <p class="answer">${sentence(first)}</p>
          ${more.map((line) => html`<p>${sentence(line)}</p>`)}
        </section>
        ${drawings.map((drawing, i) => figure(drawing, i))} ${sections(document).map(section)}
      </main>
      <footer><span>flowbench</span></footer>
    </div>`,
  )
}

/** Patterns stand in backticks. */
const sentence = (line: string): Html[] =>
  line.split('`').map((part, at) => (at % 2 === 0 ? html`${part}` : html`<code>${part}</code>`))

function section({ title, text, columns, rows }: Section, at: number): Html {
  if (rows.length === 0) return row(`section-${at + 1}`, title, text, '')
  const table = html`<table>
    <thead>
      <tr>
        ${columns.map((one) => html`<th scope="col">${cell(one)}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        ([first, ...others]) =>
          html`<tr>
            <th scope="row">${cell(first!)}</th>
            ${others.map((one) => html`<td>${cell(one)}</td>`)}
          </tr>`,
      )}
    </tbody>
  </table>`
  return row(`section-${at + 1}`, title, text, scrolling(title, table), 'long')
}

const cell = (value: Cell): Html =>
  typeof value === 'object' ? html`<code>${value.code}</code>` : html`${value}`
