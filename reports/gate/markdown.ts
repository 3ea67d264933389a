/**
 * A gate's document as a step summary of GitHub's: the verdict first, and never so long that it is thrown away (a summary
 * over 1 MiB is dropped whole).
 */
import type { GateBenchmark, GateDocument } from '../../sims/bench/gate/document.ts'
import { clean } from '../wording/escape.ts'
import { besideTime, letThrough, ratesLines, timesBase } from './wording.ts'

const MOST_BYTES = 900_000

const ICONS = { pass: '\u2705', fail: '\u274c', undecided: '\u2754', unmeasured: '\u26a0\ufe0f' } as const

export function gateMarkdown(document: GateDocument): string {
  const { verdict, headline, base, changes, benchmarks, controls, errorRates, notMeasured, repeat } = document
  const head = [
    `## ${ICONS[verdict]} Speed gate: ${verdict}`,
    cell(headline),
    ...changes.map((change) => `> ${cell(change)}`),
  ]
  const tail = [
    '**Controls**',
    controls
      .map(
        ({ of, benchmark, ok, said }) =>
          `- ${ok ? 'as it must be' : '**not as it must be**'}: ${cell(`${of}, ${benchmark}: ${said}`)}`,
      )
      .join('\n'),
    ...(notMeasured.length > 0
      ? ['**Not measured**', notMeasured.map(({ id, why }) => `- ${cell(id)}: ${cell(why)}`).join('\n')]
      : []),
    ratesLines(errorRates).map(cell).join('<br>'),
    `Against ${cell(base.ref)} (${base.commit.slice(0, 12)}). **${verdict}**; again: \`${repeat.replaceAll('`', "'")}\``,
  ]
  const size = (parts: readonly string[]): number => Buffer.byteLength(parts.join('\n\n'))
  const room = MOST_BYTES - size(head) - size(tail) - 1000
  const rows = rowsWithin(benchmarks, room)
  const left = benchmarks.length - rows.length
  const table = [
    '| benchmark | outcome | head / base | p95, garbage collection, peak memory, wall | why |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    ...(left > 0 ? [`| ${left} more | | | | left out to keep this short |`] : []),
  ].join('\n')
  return `${[...head, table, ...tail].join('\n\n')}\n`
}

/** Worst first, as the document has them, as many as there is room for. */
function rowsWithin(benchmarks: readonly GateBenchmark[], room: number): string[] {
  const rows: string[] = []
  let bytes = 0
  for (const benchmark of benchmarks) {
    const { id, outcome, why, notes } = benchmark
    const through = [letThrough(benchmark)].filter((text) => text !== null)
    const row = `| ${[id, outcome, timesBase(benchmark) ?? '', besideTime(benchmark) ?? '', [why, ...through, ...notes].join('; ')].map(cell).join(' | ')} |`
    bytes += Buffer.byteLength(row) + 1
    if (bytes > room) break
    rows.push(row)
  }
  return rows
}

/** Text that came from a name or an error: on one line, and no markup. */
function cell(text: string): string {
  return clean(text)
    .replaceAll(/[\r\n]+/g, ' ')
    .replaceAll(/[\\`*_[\]<>|]/g, (char) => `\\${char}`)
}
