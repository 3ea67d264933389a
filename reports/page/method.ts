/**
 * How the run was made, in the order of the STRESS-DES reporting guideline (purpose, outputs, model, experiment,
 * estimation, sampling, checks, software), filled from the document; then the scenario and the way to run it again.
 */
import type { ReportInput } from '../input.ts'
import { counted, timeWords, trustWords } from '../wording/words.ts'
import { html, type Html, type Part } from './html.ts'

export function methodList(input: ReportInput): Html {
  const { document, metricLabels, series } = input
  const { points, mode } = document
  const metrics = [...new Set(points.flatMap((point) => Object.keys(point.metrics)))]
  const params = [...new Set(points.flatMap(({ at }) => Object.keys(at)))]
  const replications = points.map((point) => point.replications)
  const [fewest, most] = [Math.min(...replications), Math.max(...replications)]
  const overloaded = points.filter(({ state }) => state === 'overloaded').length
  const pairs: readonly (readonly [string, Part])[] = [
    ['Purpose', html`<bdi>${document.question}</bdi>`],
    [
      'Model',
      html`the sim <code>${document.sim}</code>${
          document.environment !== null && html`, environment <code>${document.environment}</code>`
        };
        ${
          mode === 'virtual'
            ? 'virtual time: the model steps from event to event, and no clock of the machine is read'
            : 'live: real sockets and processes, measured in real time'
        }`,
    ],
    ['Outputs', metrics.map((metric) => metricLabels[metric]?.label ?? metric).join('; ')],
    [
      'Assumptions',
      document.assumptions.length === 0
        ? 'none is declared uncertain'
        : document.assumptions.map(({ label }) => label).join('; '),
    ],
    [
      'Experiment',
      points.length <= 1
        ? 'one point'
        : html`${counted(points.length, 'point')} over
          ${params.map(
            (param, i) => html`${i > 0 && ', '}<code>${param}</code>`,
          )}${overloaded > 0 && `; ${overloaded} of them overloaded`}`,
    ],
    [
      'Estimation',
      `${fewest === most ? counted(most, 'replication') : `${fewest} to ${counted(most, 'replication')}`} a point; ` +
        'means over replications with Student-t 95 % intervals, corrected for skew; percentiles and shares from all ' +
        'observations pooled, a percentile’s interval by inverting that of the share above it. An overloaded point has no ' +
        'steady state and prints none, and neither does a percentile with fewer than 100 effective exceedances.',
    ],
    [
      'Horizon',
      document.horizon === 'steady'
        ? 'the steady state: the start is cut off as warm-up, and the run is checked to be long enough'
        : 'a span of time with its start; replications alone are the evidence',
    ],
    ['Run length and warm-up', timeWords(document) ?? 'as the model has it'],
    [
      'Trust',
      document.trust.reasons.length === 0
        ? document.trust.level
        : `${document.trust.level}: ${trustWords(document).join('; ')}`,
    ],
    [
      'Random sampling',
      mode === 'virtual'
        ? `seed ${document.seed}; one named stream for each source of chance, derived from seed, replication and name, ` +
          'so that the same replication sees the same chances at every point (common random numbers)'
        : `seed ${document.seed} for the load; the rest is the machine`,
    ],
    [
      'Work done',
      html`<ul class="list">
        ${Object.entries(document.counters).map(
          ([name, value]) => html`<li>${name} ${value.toLocaleString('en-GB')}</li>`,
        )}
      </ul>`,
    ],
    [
      'Series',
      Object.values(series)
        .map(({ label }) => label)
        .join('; ') || 'none',
    ],
  ]
  return html`<dl class="pairs">
    ${pairs.map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`
}

export function reproduce({ document }: ReportInput): Html {
  return html`<div class="stack">
    <pre><code>${document.reproduce}</code></pre>
    <dl class="pairs">
      <dt>Seed</dt>
      <dd>${document.seed}</dd>
      <dt>Digest</dt>
      <dd>
        ${
          document.digest === undefined
            ? 'none: a live run is never the same twice'
            : html`<code>${document.digest}</code>`
        }
      </dd>
      <dt>Schema</dt>
      <dd><code>${document.schema}</code></dd>
    </dl>
  </div>`
}
