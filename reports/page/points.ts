/**
 * What was measured: one point as a list of metrics, several as one row each. Of many points, the neighbours of the
 * answer are what a reader looks for, so those stand open and all are one click away.
 */
import { formatQuantity } from '../../sims/lab/contract/quantity.ts'
import type { At, PointDocument, RunDocument } from '../../sims/lab/contract/document.ts'
import type { Estimate } from '../../sims/lab/contract/sim.ts'
import type { ReportInput } from '../input.ts'
import { atValue, counted, interval, quantity, samePoint } from '../wording/words.ts'
import { html, type Html } from './html.ts'
import { stateSign } from './signs.ts'
import { INTERVAL, scrolling } from './tables.ts'

/** More rows than this fold away, and more than that are only in the CSV. */
const MANY = 18
const MOST = 200
/** Neighbours shown on each side of the answer. */
const NEAR = 4

export function pointsTable(input: ReportInput): Html {
  const { document, metricLabels } = input
  const { points } = document
  const metrics = metricsOf(document)
  const label = (metric: string) => metricLabels[metric]?.label ?? metric
  const only = points.length === 1 ? points[0]! : null
  if (only !== null) {
    return scrolling(
      'Measured',
      html`<table>
        <caption>
          ${counted(only.replications, 'replication')}; ${stateSign(only.state)}
        </caption>
        <thead>
          <tr>
            <th scope="col">metric</th>
            <th scope="col" class="num">mean over replications</th>
            <th scope="col" class="num">${INTERVAL}</th>
          </tr>
        </thead>
        <tbody>
          ${metrics.map((metric) => {
            const estimate = only.metrics[metric]
            return html`<tr>
              <th scope="row">${label(metric)}</th>
              <td class="num">${estimate ? quantity(estimate.value, estimate.unit) : 'none'}</td>
              <td class="num">
                ${(estimate && interval(estimate.low, estimate.high, estimate.unit)) ?? 'none'}
              </td>
            </tr>`
          })}
        </tbody>
      </table>`,
    )
  }
  const chosen = chosenPoint(document)
  if (points.length <= MANY) return manyPoints(input, points, chosen)
  const from = Math.max(0, points.findIndex(({ at }) => chosen !== null && samePoint(chosen, at)) - NEAR)
  const near = manyPoints(input, points.slice(from, from + 2 * NEAR + 1), chosen)
  if (points.length > MOST) {
    return html`${near}
      <p>All ${counted(points.length, 'point')} are in <a href="points.csv">points.csv</a>.</p>`
  }
  return html`${near}
    <details>
      <summary>All ${counted(points.length, 'point')}</summary>
      ${manyPoints(input, points, chosen)}
    </details>`
}

function manyPoints(
  { document, metricLabels }: ReportInput,
  points: readonly PointDocument[],
  chosen: At | null,
): Html {
  const metrics = metricsOf(document)
  const params = [...new Set(document.points.flatMap(({ at }) => Object.keys(at)))]
  return scrolling(
    points.length === document.points.length ? 'All measured points' : 'Measured points',
    html`<table class="points">
      <caption>
        Mean over replications, with its ${INTERVAL} below${chosen && '; the marked row is the answer'}
      </caption>
      <thead>
        <tr>
          ${params.map((param) => html`<th scope="col">${param}</th>`)}
          <th scope="col">state</th>
          ${metrics.map((metric) => {
            const label = metricLabels[metric]?.label ?? metric
            return html`<th scope="col" class="num${label.length > 36 && ' long'}">${label}</th>`
          })}
          <th scope="col" class="num">replications</th>
        </tr>
      </thead>
      <tbody>
        ${points.map((point) => {
          const isChosen = chosen !== null && samePoint(chosen, point.at)
          return html`<tr${isChosen && html` class="chosen"`}>${params.map((param, i) => {
            const value = atValue(param, point.at[param] ?? '', document.atUnits)
            return i === 0
              ? html`<th scope="row">${value}${isChosen && html`<span class="vh"> (the answer)</span>`}</th>`
              : html`<td>${value}</td>`
          })}<td>${stateSign(point.state)}</td>${metrics.map((metric) =>
            estimateCell(point.metrics[metric]),
          )}<td class="num">${point.replications}</td></tr>`
        })}
      </tbody>
    </table>`,
    points.length > MANY,
  )
}

/** What these points have, or would have with more of it: a figure that no replication has a value of does not apply. */
const metricsOf = ({ points }: RunDocument): string[] => [
  ...new Set(
    points.flatMap(({ metrics, samples, state }) =>
      Object.entries(metrics).flatMap(([name, { value }]) =>
        state === 'overloaded' || value !== null || samples[name] !== undefined ? [name] : [],
      ),
    ),
  ),
]

function estimateCell(estimate: Estimate | undefined): Html {
  if (estimate === undefined || estimate.value === null) {
    return html`<td class="num"><span aria-hidden="true">–</span><span class="vh">no figure</span></td>`
  }
  const range = interval(estimate.low, estimate.high, estimate.unit)
  return html`<td class="num">
    ${formatQuantity(estimate.value, estimate.unit)}${
      range !== null && html`<span class="ci">${range}</span>`
    }
  </td>`
}

/** With one answer among several points, the expectations are judged there and nowhere else. */
function chosenPoint({ expectations, points }: RunDocument): At | null {
  const first = expectations[0]
  if (first === undefined || points.length < 2) return null
  return expectations.every(({ at }) => samePoint(at, first.at)) ? first.at : null
}
