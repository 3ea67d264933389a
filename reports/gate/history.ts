/** A history of gates on a terminal: a line of bars for each series, and where its level changes. */
import type { Series } from '../../sims/bench/gate/history.ts'
import { cleanLine } from '../wording/escape.ts'

const BARS = '▁▂▃▄▅▆▇█'
/** The latest values that fit a terminal. */
const MOST_BARS = 80

export function renderHistory(series: readonly Series[], runs: number): string {
  const lines = [`${runs} runs; for reading only, nothing is judged by this`]
  for (const { benchmark, what, values, at, changes } of series) {
    const last = values.at(-1)!
    const now = what === 'time' ? `${last.toFixed(3)} times the first run's base` : String(last)
    lines.push(`${benchmark} ${what}: ${bars(values.slice(-MOST_BARS))} ${now}`)
    for (const place of changes) {
      lines.push(
        `  ${at[place]!.slice(0, 10)}, run ${place + 1}: from ${short(place === 0 ? 1 : values[place - 1]!)} to ${short(values[place]!)}`,
      )
    }
  }
  return lines.map(cleanLine).join('\n')
}

function bars(values: readonly number[]): string {
  const low = Math.min(...values)
  const range = Math.max(...values) - low
  return values
    .map((value) => BARS[range === 0 ? 3 : Math.round(((value - low) / range) * (BARS.length - 1))]!)
    .join('')
}

const short = (value: number): string => (Number.isInteger(value) ? String(value) : value.toPrecision(4))
