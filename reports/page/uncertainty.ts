/** What all assumptions together make of the answer: its distribution, what it rests on, and the choice to regret least. */
import { formatQuantity } from '../../sims/lab/contract/quantity.ts'
import type { UncertaintyDocument } from '../../sims/lab/contract/document.ts'
import { costWords, interval, quantity } from '../wording/words.ts'
import { html, type Html, type Part } from './html.ts'
import { INTERVAL, scrolling } from './tables.ts'

const share = (value: number): string => formatQuantity(value, 'share')

export function uncertaintyTables(uncertainty: UncertaintyDocument): Html {
  const { quantiles, effects, rest, unit, of, samples, beyond, choices, leastRegret, impossible } =
    uncertainty
  // Without a search there is nothing to be beyond of: such a case has no figure.
  const none = choices === undefined ? 'no figure' : 'beyond what was searched'
  const apart = [
    ...(beyond > 0 ? [choices === undefined ? `${beyond} have no figure` : `${beyond} lie ${none}`] : []),
    ...(impossible === undefined ? [] : [`${impossible} more were drawn that cannot be`]),
  ]
  return html`
    ${table(
      'Cases',
      `The answer (${of}) over ${[`${samples - (impossible ?? 0)} cases`, ...apart].join('; ')}`,
      ['share of cases', 'need at most'],
      quantiles.map(({ p, value }) => [share(p), quantity(value, unit, none)]),
    )}
    ${
      effects.length > 0 &&
      table(
        'Total effects',
        `What the answer’s variance comes from, alone or together with others; ${share(rest)} is left unexplained`,
        ['parameter', 'total effect', INTERVAL],
        effects.map((one) => [one.label, share(one.share), interval(one.low, one.high, 'share') ?? 'none']),
      )
    }
    ${
      choices !== undefined &&
      choices.length > 0 &&
      table(
        'Choices',
        leastRegret?.value == null
          ? 'What each choice is worth'
          : `What each choice is worth; ${formatQuantity(leastRegret.value, unit)} is the one to regret least where each one missing costs ${formatQuantity(leastRegret.shortfall, 'count')} times one too many`,
        ['choice', 'enough in', 'the next is worth it where falling short costs more than'],
        choices.map(({ value, enough, worthwhile }) => [
          formatQuantity(value, unit),
          share(enough),
          worthwhile === null ? 'nothing gained' : costWords(worthwhile, unit),
        ]),
      )
    }
  `
}

function table(
  name: string,
  caption: string,
  columns: readonly string[],
  rows: readonly (readonly Part[])[],
): Html {
  return scrolling(
    name,
    html`<table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${columns.map((column) => html`<th scope="col">${column}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([first, ...others]) =>
            html`<tr>
              <th scope="row">${first}</th>
              ${others.map((cell) => html`<td>${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>`,
    rows.length > 18,
  )
}
