/** A comparison as one page that needs nothing else. */
import { draw } from '../charts/drawings.ts'
import { intervalBars } from '../../sims/lab/contract/bars.ts'
import { html, raw, type Html } from '../page/html.ts'
import { row } from '../page/page.ts'
import { shell } from '../page/shell.ts'
import { scrolling } from '../page/tables.ts'
import type { CompareDocument } from './runs.ts'
import { differenceWords, figureName, summary, valuesWords, WORDS } from './words.ts'

/** Bars of the chart, at most. */
const MOST_BARS = 20

export async function renderComparisonPage(document: CompareDocument): Promise<string> {
  const { runs, verdict, changes } = document
  const title = `${runs[0].name} against ${runs[1].name}`
  return shell(
    `${title}: ${WORDS[verdict].word}`,
    `${WORDS[verdict].word}: ${summary(document)}`,
    html` <div class="page">
      <header class="bar"><b>Comparison</b><span>seeds ${runs[0].seed} and ${runs[1].seed}</span></header>
      <main id="main">
        <section class="hero" aria-labelledby="title">
          <h1 id="title"><bdi>${title}</bdi></h1>
          <p class="answer">${WORDS[verdict].word}: ${summary(document)}.</p>
          ${runs.map(
            ({ name, verdict: judged, answer }) =>
              html`<p>
                <b><bdi>${name}</bdi></b
                >, ${judged}: <bdi>${answer}</bdi>
              </p>`,
          )}
        </section>
        ${changes.length > 0 && row('changes', 'What was changed', 'Keys of the two scenarios that differ.', changesTable(document), 'long')}
        ${await chart(document)}
        ${row('figures', 'All figures', 'Those that differ first. A figure differs when chance alone would make such a difference in fewer than one in a hundred comparisons of equal runs, all figures considered.', figuresTable(document), 'long')}
      </main>
      <footer><span>flowbench</span></footer>
    </div>`,
  )
}

const changesTable = ({ changes, runs }: CompareDocument): Html =>
  scrolling(
    'Changes',
    html`<table>
      <thead>
        <tr>
          <th scope="col">key</th>
          ${runs.map(({ name }) => html`<th scope="col"><bdi>${name}</bdi></th>`)}
        </tr>
      </thead>
      <tbody>
        ${changes.map(
          ([path, a, b]) =>
            html`<tr>
              <th scope="row"><code>${path}</code></th>
              <td>${a ?? 'not there'}</td>
              <td>${b ?? 'not there'}</td>
            </tr>`,
        )}
      </tbody>
    </table>`,
  )

const figuresTable = ({ differences }: CompareDocument): Html =>
  scrolling(
    'Figures',
    html`<table>
      <thead>
        <tr>
          <th scope="col">figure</th>
          <th scope="col">first and second</th>
          <th scope="col">difference, 95 % interval</th>
          <th scope="col">is</th>
        </tr>
      </thead>
      <tbody>
        ${differences.map(
          (one) =>
            html`<tr>
              <th scope="row">${figureName(one)}</th>
              <td>${valuesWords(one)}</td>
              <td>${differenceWords(one)}</td>
              <td>${one.isReal ? 'real' : one.p === null ? 'no interval' : 'noise'}</td>
            </tr>`,
        )}
      </tbody>
    </table>`,
    differences.length > 18,
  )

/** Relative differences with their intervals, the surest first. */
async function chart({ differences }: CompareDocument): Promise<Html | null> {
  const bars = differences
    .flatMap((one) => {
      const { relative, difference, low, high, p } = one
      if (relative === null || difference === null || low === null || high === null || difference === 0)
        return []
      const scale = difference / relative
      const estimate = { unit: 'share', value: relative, low: low / scale, high: high / scale }
      return [{ label: figureName(one), estimate, p: p ?? 1 }]
    })
    .toSorted((a, b) => a.p - b.p)
    .slice(0, MOST_BARS)
  if (bars.length === 0) return null
  const {
    chart: drawn,
    wide,
    narrow,
  } = await draw(
    intervalBars(bars, {
      name: 'differences',
      title: 'Relative differences',
      description: 'Second run against the first, with 95 % intervals; the surest differences first.',
      names: '',
      figures: 'difference',
      format: '+.1%',
    }),
  )
  return html` <section class="row" aria-labelledby="chart">
    <header>
      <h2 id="chart">${drawn.title}</h2>
      <p>${drawn.description}</p>
    </header>
    <figure>
      <div class="wide">${raw(wide)}</div>
      <div class="narrow">${raw(narrow)}</div>
    </figure>
  </section>`
}
