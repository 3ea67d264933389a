/** A gate's document on a terminal: the verdict first, what failed next, how to repeat it last. */
import type { Bisected } from '../../sims/bench/gate/bisect.ts'
import type { GateBenchmark, GateDocument } from '../../sims/bench/gate/document.ts'
import { cleanLine } from '../wording/escape.ts'
import { besideTime, letThrough, ratesLines } from './wording.ts'

/** Without a newline at its end. */
export function renderGate(document: GateDocument): string {
  const { verdict, headline, base, changes, benchmarks, controls, errorRates, notMeasured, repeat } = document
  const { machine, seconds } = document
  const lines = [`${verdict.toUpperCase()}: ${headline}`]
  for (const change of changes) lines.push(`note: ${change}`)
  lines.push(
    `against ${base.ref} (${base.commit.slice(0, 12)}) on ${machine.cpu}, ${machine.cores} cores, load ${machine.load.toFixed(1)}, Node ${machine.node}; ${seconds.toFixed(0)} s`,
  )
  for (const benchmark of benchmarks) lines.push(...benchmarkLines(benchmark))
  for (const { id, why } of notMeasured) lines.push(`not measured: ${id}: ${why}`)
  for (const { of, benchmark, ok, said } of controls) {
    lines.push(`control (${of}, ${benchmark}): ${said}: ${ok ? 'as it must be' : 'NOT AS IT MUST BE'}`)
  }
  lines.push(...ratesLines(errorRates))
  lines.push(`${verdict.toUpperCase()}; again: ${repeat}`)
  return lines.map(cleanLine).join('\n')
}

function* benchmarkLines(benchmark: GateBenchmark) {
  const { id, outcome, why, order, counters, laidOver, notes } = benchmark
  yield `${outcome.padEnd(9)} ${id}: ${why}`
  for (const { name, base, head, grown, where } of counters) {
    if (grown)
      yield `          ${name}: ${base} at base, ${head} at head${where.length > 0 ? `; most in ${where.join(', ')}` : ''}`
  }
  const beside = besideTime(benchmark)
  if (beside !== null) yield `          ${beside}`
  const through = letThrough(benchmark)
  if (through !== null) yield `          ${through}`
  if (order !== null) yield `          order: ${order}`
  if (laidOver.length > 0)
    yield `          its own files differ, so base was asked head's question: ${laidOver.join(', ')}`
  for (const note of notes) yield `          note: ${note}`
}

/** The commit that a bisection has found. */
export function renderBisected({ id, first, untold, unfinished, why, tried }: Bisected): string {
  const what = unfinished ? 'there was no time to try' : 'could not be told'
  const or = untold.length === 0 ? '' : `, or one of those before it that ${what}: ${untold.join(', ')}`
  return cleanLine(`${id} is worse since ${first}${or}: ${why}; ${tried} commits tried`)
}
