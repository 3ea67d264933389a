/**
 * `npm run coverage -- [--seeds 1000] [--file out/coverage.jsonl] [--minutes N] [--largest CUSTOMERS]`: how often the 95 % intervals of runs that
 * the trust check calls sound hold the truth.
 *
 * Every block of seeds is one line of the file as soon as it is done, so the study may be stopped and taken up again; it
 * goes round all cells, a block each, the cheapest first, so that an early look is a fair one. `--largest` leaves out cells
 * whose block simulates more customers: the whole study is 10^12 of them, nearly all for the call centre near saturation. Ends with code 1 when the figures so far refute
 * the promise.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import {
  canBeSound,
  customersIn,
  experiment,
  FIGURES,
  LENGTHS,
  QUEUES,
  STOPPINGS,
  type FigureName,
  type Queue,
  type Stopping,
} from './cell.ts'
import { tabulate, type CellTally } from './table.ts'

const BLOCK = 25

interface Line {
  readonly cell: string
  readonly first: number
  readonly figures: Readonly<Record<FigureName, { sound: number; held: number; width: number }>>
}

interface Cell {
  readonly name: string
  readonly queue: Queue
  readonly length: number
  readonly stopping: Stopping
  readonly customers: number
}

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    file: { type: 'string', default: 'out/coverage.jsonl' },
    minutes: { type: 'string', default: 'Infinity' },
    largest: { type: 'string', default: 'Infinity' },
  },
})

const cells: Cell[] = QUEUES.flatMap((queue) =>
  LENGTHS.flatMap((length) =>
    STOPPINGS.map((stopping) => ({
      name: `${queue.name}, ${length} relaxation times, ${stopping}`,
      queue,
      length,
      stopping,
      customers: BLOCK * customersIn(queue, length, stopping),
    })),
  ),
).toSorted((a, b) => a.customers - b.customers)

const done = new Map<string, Line>()
if (existsSync(values.file)) {
  // A line cut short by a kill is no line.
  for (const text of readFileSync(values.file, 'utf8').split('\n').slice(0, -1)) {
    const line = JSON.parse(text) as Line
    done.set(`${line.cell} ${line.first}`, line)
  }
}
mkdirSync(dirname(values.file), { recursive: true })

const until = performance.now() + 60_000 * Number(values.minutes)
outer: for (let first = 0; first < Number(values.seeds); first += BLOCK) {
  for (const cell of cells) {
    if (done.has(`${cell.name} ${first}`) || cell.customers > Number(values.largest)) continue
    if (!canBeSound(cell.queue, cell.length, cell.stopping)) continue
    if (performance.now() > until) break outer
    const line = block(cell, first)
    appendFileSync(values.file, `${JSON.stringify(line)}\n`)
    done.set(`${cell.name} ${first}`, line)
  }
}

function block({ name, queue, length, stopping }: Cell, first: number): Line {
  const figures = Object.fromEntries(FIGURES.map((figure) => [figure, { sound: 0, held: 0, width: 0 }]))
  for (let seed = first; seed < first + BLOCK; seed++) {
    const outcomes = experiment(queue, length, stopping, seed)
    for (const figure of FIGURES) {
      const { level, holds, width } = outcomes[figure]
      if (level !== 'sound') continue
      const tally = figures[figure]!
      tally.sound++
      tally.width += width
      if (holds) tally.held++
    }
  }
  return { cell: name, first, figures: figures as Line['figures'] }
}

const tallies = cells.flatMap(({ name }): CellTally[] => {
  const lines = [...done.values()].filter(({ cell }) => cell === name)
  return lines.length === 0
    ? []
    : FIGURES.map((figure) => ({
        cell: name,
        figure,
        runs: BLOCK * lines.length,
        sound: lines.reduce((sum, line) => sum + line.figures[figure].sound, 0),
        held: lines.reduce((sum, line) => sum + line.figures[figure].held, 0),
        width: lines.reduce((sum, line) => sum + line.figures[figure].width, 0),
      }))
})
const { lines, ok } = tabulate(tallies)
console.log(lines.join('\n'))
if (!ok) process.exitCode = 1
