/** The evidence as tables: expectations, theory, invariants, and the data under each chart. */
import { formatQuantity } from '../../sims/lab/contract/quantity.ts'
import type { RunDocument } from '../../sims/lab/contract/document.ts'
import type { ChartSpec } from '../../sims/lab/contract/sim.ts'
import type { ReportInput } from '../input.ts'
import { counted, interval, isUnmeasured, pointName, quantity, unclear } from '../wording/words.ts'
import { html, type Html, type Part } from './html.ts'
import { checkSign, UNMEASURED } from './signs.ts'

/**
 * A table that may be wider than the page scrolls in a box of its own, which the keyboard can reach. `name` is unique in
 * the page; the box is called a table, so that it is not taken for the section around it.
 */
export const scrolling = (name: string, table: Part, tall = false): Html =>
  html`<div class="scroll${tall ? ' tall' : ''}" role="region" aria-label="Table: ${name}" tabindex="0">
    ${table}
  </div>`

/** Rows of a table of checks, at most: those that fail come first, the rest is in `result.json`. */
const MOST_CHECKS = 24
/** Rows of the data under a chart. */
const MOST_DATA = 120

/** The first rows to be shown, and what to say of the others. */
function capped<T>(
  rows: readonly T[],
  most: number,
  where: string,
): { shown: readonly T[]; rest: Html | null } {
  if (rows.length <= most) return { shown: rows, rest: null }
  const left = (rows.length - most).toLocaleString('en-GB')
  return {
    shown: rows.slice(0, most),
    rest: html`<p>${left} more are in <a href="${where}">${where}</a>.</p>`,
  }
}

const failedFirst = <T extends { readonly ok: boolean }>(checks: readonly T[]): T[] =>
  checks.length <= MOST_CHECKS ? [...checks] : checks.toSorted((a, b) => Number(a.ok) - Number(b.ok))

export const INTERVAL = '95 % interval'

export function expectationsTable(document: RunDocument): Html {
  const { expectations } = document
  const withPoint = new Set(expectations.map(({ at }) => pointName(at))).size > 1
  const { shown, rest } = capped(failedFirst(expectations), MOST_CHECKS, 'result.json')
  const table = scrolling(
    'Expectations',
    html`<table>
      <caption>
        Each expectation against what was measured
      </caption>
      <thead>
        <tr>
          <th scope="col">expectation</th>
          ${withPoint && html`<th scope="col">at</th>`}
          <th scope="col">verdict</th>
          <th scope="col" class="num">measured</th>
          <th scope="col" class="num">${INTERVAL}</th>
        </tr>
      </thead>
      <tbody>
        ${shown.map((one) => {
          const but = unclear(one, document)
          return html`<tr>
            <th scope="row"><code>${one.text}</code></th>
            ${withPoint && html`<td>${pointName(one.at, document.atUnits)}</td>`}
            <td>
              ${isUnmeasured(one, document) ? UNMEASURED : checkSign(one.ok)}${but !== null && html`<span class="ci">${but}: the interval spans the limit</span>`}
            </td>
            <td class="num">${quantity(one.value, one.unit)}</td>
            <td class="num">${interval(one.low, one.high, one.unit) ?? 'none'}</td>
          </tr>`
        })}
      </tbody>
    </table>`,
  )
  return html`${table}${rest}`
}

export function theoryTable({ document, metricLabels }: ReportInput): Html {
  const { theory } = document
  const { shown, rest } = capped(failedFirst(theory), MOST_CHECKS, 'result.json')
  const table = scrolling(
    'Theory beside observation',
    html`<table>
      <caption>
        Closed forms that apply to this scenario, beside what the simulation measured
      </caption>
      <thead>
        <tr>
          <th scope="col">closed form</th>
          <th scope="col" class="num">theory</th>
          <th scope="col" class="num">observed</th>
          <th scope="col" class="num">${INTERVAL}</th>
          <th scope="col">agreement</th>
        </tr>
      </thead>
      <tbody>
        ${shown.map((one) => {
          const unit = metricLabels[one.metric]?.unit ?? 'count'
          const at = pointName(one.at, document.atUnits)
          return html`<tr>
            <th scope="row">${one.name}${at !== '' && html`<span class="ci quiet"> at ${at}</span>`}</th>
            <td class="num">${formatQuantity(one.expected, unit)}</td>
            <td class="num">${quantity(one.observed, unit)}</td>
            <td class="num">${interval(one.low, one.high, unit) ?? 'none'}</td>
            <td>${one.low === null ? 'no interval' : checkSign(one.ok, ['agrees', 'disagrees'])}</td>
          </tr>`
        })}
      </tbody>
    </table>`,
  )
  return html`${table}${rest}`
}

export function invariantsTable({ invariants, atUnits }: RunDocument): Html {
  const names = [...new Set(invariants.map(({ name }) => name))]
  return scrolling(
    'Invariants',
    html`<table>
      <caption>
        Checks that every replication makes of itself
      </caption>
      <thead>
        <tr>
          <th scope="col">invariant</th>
          <th scope="col">verdict</th>
          <th scope="col">where</th>
        </tr>
      </thead>
      <tbody>
        ${names.map((name) => {
          const checks = invariants.filter((one) => one.name === name)
          const broken = checks.filter(({ ok }) => !ok)
          return html`<tr>
            <th scope="row">${name}</th>
            <td>${checkSign(broken.length === 0, ['holds', 'BROKEN'])}</td>
            <td>
              ${
                broken.length === 0
                  ? checks.length === 1
                    ? 'in every replication'
                    : `in every replication at ${counted(checks.length, 'point')}`
                  : broken.map(
                      ({ at, detail }) =>
                        html`<div>
                          ${pointName(at, atUnits) || 'here'}${detail !== undefined && `: ${detail}`}
                        </div>`,
                    )
              }
            </td>
          </tr>`
        })}
      </tbody>
    </table>`,
  )
}

/** The numbers of a chart for those who cannot see it, or want them. */
export function dataTable({ name, title, table }: ChartSpec): Html {
  const { shown, rest } = capped(table.rows, MOST_DATA, `charts/${name}.vl.json`)
  const numeric = table.columns.map((_, column) => table.rows.every((row) => typeof row[column] !== 'string'))
  return html`<details>
    <summary>Data as a table<span class="vh">: ${title}</span></summary>
    ${scrolling(
      `Data: ${title}`,
      html`<table>
        <thead>
          <tr>
            ${table.columns.map((column, i) => html`<th scope="col" ${numeric[i] && html` class="num"`}>${column}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${shown.map(
            (row) =>
              html`<tr>
                ${row.map((cell, i) =>
                  i === 0
                    ? html`<th scope="row" ${numeric[i] && html` class="num"`}>${cell ?? '–'}</th>`
                    : html`<td${numeric[i] && html` class="num"`}>${
                        typeof cell === 'number'
                          ? cell.toLocaleString('en-GB', { maximumSignificantDigits: 6 })
                          : (cell ?? '–')
                      }</td>`,
                )}
              </tr>`,
          )}
        </tbody>
      </table>`,
      table.rows.length > 12,
    )}
    ${rest}
  </details>`
}
