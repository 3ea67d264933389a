/**
 * `npm run coverage:alarms -- [--runs 1000] [--from 0]`: how often a run that is four times as long as its question needs is
 * not called sound. Random M/M/c queues at 50 to 95 % load, asked in turn for the mean wait, its p95 and its p99, each with
 * all theory rows: whatever is said against such a run is a false alarm. Ends with 1 above one in 40.
 */
import { parseArgs } from 'node:util'
import { FEWEST_EFFECTIVE, steadyQueue } from '../../lab/analysis/theory/run-length.ts'
import { openStream } from '../../lab/kernel/random/stream.ts'
import { runInline } from '../../lab/run/testing/inline.ts'
import { mmC } from '../index.ts'

const FIGURES = ['mean(wait)', 'p95(wait)', 'p99(wait)'] as const
const REPLICATIONS = 20
const LONGER = 4
/** Of all runs. */
const MOST_ALARMS = 0.025

/** A scenario whose expectation is met with ease: what is asked is whether the run is believed. */
export function alarmCase(index: number): string {
  const stream = openStream(2027, index, 'alarm')
  const servers = 1 + stream.below(20)
  const load = 0.5 + 0.45 * stream.uniform()
  const arrivalRate = Number((servers * load).toPrecision(4))
  const figure = FIGURES[index % FIGURES.length]!
  const queue = steadyQueue({ arrivalRate, meanService: 1, servers })!
  const known =
    figure === 'mean(wait)' ? queue.meanWait! : queue.waitQuantile(figure === 'p95(wait)' ? 0.95 : 0.99)
  // Where fewer than one in a hundred waits, p99 is zero and needs nothing: the next question is as good.
  if (known === null) return alarmCase(index + 1)
  const span = (LONGER * FEWEST_EFFECTIVE * known.variance) / REPLICATIONS
  return `name: t
question: q?
sim: mm-c
seed: ${index}
params: {arrivalRate: ${arrivalRate}/s, serviceTime: 1s, servers: ${servers}, span: ${Math.ceil(span)}s}
until: {replications: ${REPLICATIONS}}
expect: ["${figure} < 1000000 s"]
`
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { runs: { type: 'string', default: '1000' }, from: { type: 'string', default: '0' } },
  })
  const [first, runs] = [Number(values.from), Number(values.runs)]
  const said = new Map<string, number>()
  let sound = 0
  for (let index = first; index < first + runs; index++) {
    const yaml = alarmCase(index)
    const { document } = await runInline(mmC, yaml)
    if (document.trust.level === 'sound') sound++
    else {
      const why = document.trust.reasons.map(({ code }) => code).join(', ')
      said.set(why, (said.get(why) ?? 0) + 1)
      console.log(
        `${index}: ${document.trust.level}: ${document.trust.reasons.map(({ text }) => text).join('; ')}`,
      )
    }
  }
  console.log(`${sound} of ${runs} sound; ${[...said].map(([why, times]) => `${why} ${times}`).join(', ')}`)
  if (sound < (1 - MOST_ALARMS) * runs) process.exitCode = 1
}

if (import.meta.main) await main()
