/**
 * `npm run gate:counters`: what every benchmark of the gate counts exactly, counted in two processes of their own. Fails
 * where one counts nothing of its own, or another number the second time. `--match TEXT`: only those whose id contains it.
 */
import { parseArgs } from 'node:util'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { benchModules } from '../../registry.ts'
import { agree } from '../counts.ts'
import { countOnce } from '../counting.ts'
import { GATED_ROWS } from '../gated.ts'
import { rowWork } from '../subjects.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..', '..')
/** Handed over, as the command line does: no benchmark imports the list of sims. */
const SIMS = pathToFileURL(join(ROOT, 'sims', 'index.ts'))

const { values } = parseArgs({ options: { match: { type: 'string', default: '' } } })
const registry = { modules: benchModules, handed: SIMS }
const limits = { signal: new AbortController().signal, left: () => Infinity }
let wrong = 0
for (const { id } of GATED_ROWS.filter((row) => row.id.includes(values.match))) {
  const work = rowWork(registry, id, ROOT, ROOT)
  const begin = performance.now()
  const [first, second] = [await countOnce(id, work, ROOT, limits), await countOnce(id, work, ROOT, limits)]
  const own = Object.entries(first.own).filter(([, n]) => n !== 0)
  const said = agree(first, second) ? (own.length === 0 ? 'COUNTS NOTHING' : 'exact') : 'NOT EXACT'
  if (said !== 'exact') wrong++
  const seconds = ((performance.now() - begin) / 2000).toFixed(1)
  console.log(`${said}: ${id} (${seconds} s): ${own.map(([name, n]) => `${name} ${n}`).join(', ')}`)
  for (const name of Object.keys(first.own))
    if (first.own[name] !== second.own[name])
      console.log(`  ${name}: ${first.own[name]}, then ${second.own[name]}`)
}
console.log(wrong === 0 ? 'every benchmark counts its work exactly' : `${wrong} do not`)
process.exitCode = wrong === 0 ? 0 : 1
