/**
 * `npm run coverage:find -- [--cases 50] [--seeds 200] [--minutes N] [--file out/coverage-find.jsonl]`: does a search find
 * enough servers? Random M/M/c queues with a limit on the mean wait or the p99 of it; each is searched by the lab as a
 * scenario without a span, again and again with another seed, and held against the smallest number that Erlang C allows.
 *
 * Goes round the cases, one seed each, and keeps every outcome at once, so it may be stopped and taken up again.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { mmc } from '../../lab/analysis/theory/queues.ts'
import { openStream } from '../../lab/kernel/random/stream.ts'
import type { Sim } from '../../lab/contract/sim.ts'
import { runInline } from '../../lab/run/testing/inline.ts'
import { mmC } from '../index.ts'

const sim = mmC as unknown as Sim

interface Case {
  readonly name: string
  readonly yaml: string
  /** The smallest number of servers that meets the limit, by Erlang C. */
  readonly exact: number
}

interface Line {
  readonly case: number
  readonly seed: number
  readonly found: number | null
  readonly level: string
}

/** A queue of 1 to 60 erlangs, and a limit of 2 to 200 % of a service time on the mean wait or the p99. */
export function caseOf(index: number): Case {
  const stream = openStream(2026, index, 'case')
  const erlangs = Number((60 ** stream.uniform()).toPrecision(3))
  const limit = Number((0.02 * 100 ** stream.uniform()).toPrecision(2))
  const isMean = stream.uniform() < 0.5
  const waitOf = (servers: number): number => {
    const queue = mmc(erlangs, 1, servers)
    return queue === null ? Infinity : isMean ? queue.meanWait : queue.waitQuantile(0.99)
  }
  let exact = Math.floor(erlangs) + 1
  while (!(waitOf(exact) < limit)) exact++
  const metric = isMean ? 'mean(wait)' : 'p99(wait)'
  const from = Math.max(1, Math.floor(erlangs * 1.02))
  const to = Math.ceil(2 * erlangs) + 20
  return {
    name: `${erlangs} erlangs, ${metric} < ${limit} s`,
    yaml: `name: t\nquestion: q?\nsim: mm-c\nparams: {arrivalRate: ${erlangs}/s, serviceTime: 1s}\nfind: {smallest: servers, in: ${from}..${to}}\nuntil: {replications: 20}\nexpect: ["${metric} < ${limit} s"]\n`,
    exact,
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      cases: { type: 'string', default: '50' },
      seeds: { type: 'string', default: '200' },
      file: { type: 'string', default: 'out/coverage-find.jsonl' },
      minutes: { type: 'string', default: 'Infinity' },
    },
  })
  const cases = Array.from({ length: Number(values.cases) }, (_, i) => caseOf(i))
  const lines = existsSync(values.file)
    ? readFileSync(values.file, 'utf8')
        .split('\n')
        .slice(0, -1)
        .map((text) => JSON.parse(text) as Line)
    : []
  const done = new Set(lines.map((line) => `${line.case} ${line.seed}`))
  mkdirSync(dirname(values.file), { recursive: true })
  const until = performance.now() + 60_000 * Number(values.minutes)
  outer: for (let seed = 0; seed < Number(values.seeds); seed++) {
    for (const [index, { yaml }] of cases.entries()) {
      if (done.has(`${index} ${seed}`)) continue
      if (performance.now() > until) break outer
      const { document } = await runInline(sim, `${yaml}seed: ${seed}\n`)
      const line = { case: index, seed, found: document.answer.value, level: document.trust.level }
      lines.push(line)
      appendFileSync(values.file, `${JSON.stringify(line)}\n`)
    }
  }
  report(cases, lines)
}

function report(cases: readonly Case[], lines: readonly Line[]): void {
  let met = 0
  let all = 0
  let isFair = true
  for (const [index, { name, exact }] of cases.entries()) {
    const found = lines.flatMap((line) =>
      line.case === index && line.level === 'sound' && line.found !== null ? [line.found] : [],
    )
    if (found.length === 0) continue
    const enough = found.filter((servers) => servers >= exact).length
    const median = found.toSorted((a, b) => a - b)[Math.floor(found.length / 2)]!
    const isClose = median <= Math.max(exact + 1, 1.03 * exact)
    if (enough / found.length < 0.9 && found.length >= 50) isFair = false
    if (!isClose) isFair = false
    met += enough
    all += found.length
    console.log(
      `${name.padEnd(40)} exact ${String(exact).padStart(3)}, median ${String(median).padStart(3)}${isClose ? '' : ' (too far above)'}, enough in ${((100 * enough) / found.length).toFixed(1)} % of ${found.length} sound runs`,
    )
  }
  console.log(`all: enough in ${((100 * met) / all).toFixed(2)} % of ${all} sound runs of ${lines.length}`)
  if (!isFair || met / all < 0.95) process.exitCode = 1
}

if (import.meta.main) await main()
