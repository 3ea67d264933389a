/**
 * `npm run batch:reduce -- [--runs 2000] [--file out/batch-reduce.jsonl]`: the batch queue reduced to queues that have a
 * closed form. Each is put to so many short runs of ten replications; the closed form must lie in the 95 % interval of 93
 * to 97 % of them.
 *
 * Every block of runs is a line of the file as soon as it is done, so the study may be stopped and taken up again. Ends
 * with code 1 when a figure misses its promise.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { formatQuantity } from '../../lab/contract/format.ts'
import { figureOver, readFigure } from '../../lab/contract/figure.ts'
import { batchPending } from '../index.ts'
import type { BatchParams } from '../params.ts'
import { predictions } from '../theory.ts'
import { plain, replicate } from './context.ts'

const BLOCK = 50
const REPLICATIONS = 10
/** Of a mean service of one second: the start is forgotten after a minute, and a run has some thousand jobs. */
const SHORT = { span: '400s', warmUp: '60s' }

const CASES: Readonly<Record<string, Record<string, unknown>>> = {
  'exponential patience (Erlang A, three slots)': { slots: 3, jobRate: '3/s', cancelAfter: '4s' },
  'fixed patience': { jobRate: '0.9/s', pendingExpiry: '3s' },
  'fixed patience, beyond saturation': { jobRate: '1.5/s', pendingExpiry: '3s' },
  'two priorities, one slot, unlike services (Cobham)': {
    jobRate: '0.2/s',
    interactiveLoad: '30%',
    interactiveTime: '0.5s',
    requestLaw: 'lognormal',
    requestScv: 0.5,
  },
  'two priorities, three slots (Kella and Yechiali)': { slots: 3, jobRate: '0.9/s', interactiveLoad: '30%' },
  vacations: { jobRate: '0.4/s', lease: '3s', requestLaw: 'lognormal', requestScv: 0.5 },
}

/** How many of these runs hold the closed form, by figure. */
function block(params: BatchParams, first: number): Record<string, number> {
  const forms = predictions(params).map(({ metric, expected }) => {
    const read = readFigure(metric, batchPending)
    if (!read.ok) throw new Error(`no figure is called ${metric}`)
    return { figure: read.figure, expected }
  })
  if (forms.length === 0) throw new Error('no closed form applies')
  const held = Object.fromEntries(forms.map(({ figure }) => [figure.name, 0]))
  for (let seed = first; seed < first + BLOCK; seed++) {
    const measures = Array.from({ length: REPLICATIONS }, (_, i) => replicate(params, i, seed))
    for (const { figure, expected } of forms) {
      const { low, high } = figureOver(figure, measures)!.interval()!
      if (low <= expected && expected <= high) held[figure.name]!++
    }
  }
  return held
}

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '2000' },
    file: { type: 'string', default: 'out/batch-reduce.jsonl' },
  },
})

interface Line {
  readonly name: string
  readonly first: number
  readonly held: Readonly<Record<string, number>>
}

const done = new Map<string, Line>()
if (existsSync(values.file)) {
  // A line cut short by a kill is no line.
  for (const text of readFileSync(values.file, 'utf8').split('\n').slice(0, -1)) {
    const line = JSON.parse(text) as Line
    done.set(`${line.name} ${line.first}`, line)
  }
}
mkdirSync(dirname(values.file), { recursive: true })

let missed = 0
for (const [name, more] of Object.entries(CASES)) {
  const params = plain({ ...SHORT, ...more })
  const total: Record<string, number> = {}
  let runs = 0
  for (let first = 0; first < Number(values.runs); first += BLOCK) {
    let line = done.get(`${name} ${first}`)
    if (line === undefined) {
      line = { name, first, held: block(params, first) }
      appendFileSync(values.file, `${JSON.stringify(line)}\n`)
    }
    runs += BLOCK
    for (const [figure, held] of Object.entries(line.held)) total[figure] = (total[figure] ?? 0) + held
  }
  for (const [figure, held] of Object.entries(total)) {
    const share = held / runs
    const isKept = share >= 0.93 && share <= 0.97
    if (!isKept) missed++
    console.log(
      `${isKept ? 'ok  ' : 'MISS'} ${name}, ${figure}: the closed form in ${formatQuantity(share, 'share')} of ${runs} intervals`,
    )
  }
}
process.exitCode = missed === 0 ? 0 : 1
