/**
 * `npm run gate:cost`: what a gate over every benchmark takes, from one round and one count of each, in processor time, so
 * that it may be asked on a busy machine. Says how long an unchanged tree takes to be cleared on two cores when everything
 * is timed (`--all`), and how long one in which nothing is clear before the last look. `--match TEXT`: only those whose id
 * contains it.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { benchModules } from '../../registry.ts'
import { childrenUsage } from '../command-meter.ts'
import { countOnce } from '../counting.ts'
import { playRound, roundOptions } from '../duel.ts'
import { GATED_ROWS } from '../gated.ts'
import { planOf } from '../judge.ts'
import { rowWork } from '../subjects.ts'
import { gateClock } from '../waiting.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..', '..')
const CORES = 2

const { values } = parseArgs({ options: { match: { type: 'string', default: '' } } })
const registry = { modules: benchModules, handed: pathToFileURL(join(ROOT, 'sims', 'index.ts')) }
const signal = new AbortController().signal
const cache = mkdtempSync(join(tmpdir(), 'flowbench-cost-'))
const usage = childrenUsage()
if (usage === null) throw new Error('koffi is not here: what children take cannot be told')
const gatedIds = GATED_ROWS.filter(({ timed }) => timed).map(({ id }) => id)
const { looks } = planOf(gatedIds.length)
let clear = 0
let longest = 0
try {
  for (const id of gatedIds.filter((one) => one.includes(values.match))) {
    const work = rowWork(registry, id, ROOT, ROOT)
    const sides = [
      { name: 'base', work },
      { name: 'head', work },
    ]
    const options = roundOptions(id, { clock: gateClock().clock, cache, seed: 1, signal })
    // The first fills the cache of compiled code, as a gate's first round does.
    await playRound(sides, options)
    const begin = usage()
    await playRound(sides, options)
    const round = usage() - begin
    const beforeCount = usage()
    await countOnce(id, work, ROOT, { signal, left: () => Infinity })
    const count = usage() - beforeCount
    // Both sides of a count run at once; of a round they start at once and then take turns.
    clear += count + looks[0]! * round
    longest += count + looks.at(-1)! * round
    console.log(`${id}: a round ${round.toFixed(1)} s of processor time, a count ${count.toFixed(1)} s`)
  }
} finally {
  rmSync(cache, { recursive: true, force: true })
}
const minutes = (seconds: number): string => `${(seconds / 60).toFixed(1)} min`
console.log(
  `${gatedIds.length} benchmarks, everything timed and clear after ${looks[0]} rounds: ${minutes(clear)} of processor time; ` +
    `between ${minutes(clear / CORES)} and that on ${CORES} cores. All undecided to the last of ${looks.at(-1)} rounds: ${minutes(longest)}, cut by the budget.`,
)
