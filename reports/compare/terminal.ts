/** A comparison on a terminal: what it comes to, what was changed, and the figures that differ; all of them when asked. */
import { cleanLine } from '../wording/escape.ts'
import type { CompareDocument } from './runs.ts'
import { differenceWords, figureName, summary, valuesWords, WORDS } from './words.ts'

/** Figures that are noise, shown below those that are not. */
const MOST_NOISE = 8
const MOST_CHANGES = 20

export function renderComparison(
  document: CompareDocument,
  options: { readonly colour?: boolean } = {},
): string {
  const paint = (code: string, text: string): string =>
    options.colour === true ? `\u001b[${code}m${text}\u001b[0m` : text
  const { runs, changes, differences, verdict } = document
  const real = differences.filter(({ isReal }) => isReal)
  const noise = differences.filter(({ isReal }) => !isReal)
  const width = Math.min(60, Math.max(0, ...differences.map((one) => figureName(one).length)))
  const row = (one: (typeof differences)[number]): string =>
    cleanLine(`${figureName(one).padEnd(width)}  ${valuesWords(one)}, ${differenceWords(one)}`)
  const lines = [
    `${paint(verdict === 'real' ? '33' : '32', WORDS[verdict].word)}  ${cleanLine(`${runs[0].name} against ${runs[1].name}: ${summary(document)}`)}`,
    '',
    ...runs.map(({ name, verdict: judged, answer }) => `  ${cleanLine(`${name}: ${judged}. ${answer}`)}`),
    ...(changes.length === 0 ? [] : ['', '  changed']),
    ...changes
      .slice(0, MOST_CHANGES)
      .map(([path, a, b]) => `    ${cleanLine(`${path}: ${a ?? 'not there'} → ${b ?? 'not there'}`)}`),
    ...(real.length === 0 ? [] : ['', '  differs']),
    ...real.map((one) => `    ${row(one)}`),
    ...(noise.length === 0 || verdict === 'same' ? [] : ['', '  noise']),
    ...(verdict === 'same' ? [] : noise.slice(0, MOST_NOISE).map((one) => `    ${row(one)}`)),
    ...(noise.length > MOST_NOISE && verdict !== 'same'
      ? [`    and ${noise.length - MOST_NOISE} more (--json has them all)`]
      : []),
  ]
  return `${lines.join('\n')}\n`
}
