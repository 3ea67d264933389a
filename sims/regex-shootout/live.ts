/** The shoot-out itself: the suite run on real engines in processes of their own. */
import { ENGINES } from '../bench/shootout/engines/engines.ts'
import { runSuite, type ShootoutDocument } from '../bench/shootout/suite/run.ts'
import type { LiveIo, Measures } from '../lab/contract/sim.ts'
import { NOTHING } from './metrics.ts'
import type { ShootoutParams } from './params.ts'

export async function measure(params: ShootoutParams, { signal }: Pick<LiveIo, 'signal'>): Promise<Measures> {
  const document = await runSuite(params.suite, ENGINES, {
    patterns: params.patterns,
    rounds: params.rounds,
    sampleSeconds: params.sampleTime,
    seconds: params.searchTime,
    bytes: params.textSize,
    signal,
  })
  signal.throwIfAborted()
  return measuresOf(document)
}

export function measuresOf({ engines, groups, definitions, growth, cases }: ShootoutDocument): Measures {
  const metrics: Record<string, number | null> = { ...NOTHING, patterns: growth.length }
  for (const { engine, ratio } of groups[0]?.standings ?? []) metrics[`ratio(${engine})`] = ratio
  const tally = { asked: 0, answered: 0, refused: 0, failed: 0 }
  for (const { id } of engines) {
    const reports = growth.flatMap((one) => one.engines.filter(({ engine }) => engine === id))
    if (growth.length > 0) {
      const bad = new Set(['exponential', 'polynomial'])
      metrics[`notLinear(${id})`] = reports.filter(({ verdict }) => bad.has(verdict)).length
    }
    const answers = [...definitions, ...cases].flatMap((one) =>
      one.engines.filter(({ engine }) => engine === id),
    )
    if (answers.length > 0) {
      metrics[`wrong(${id})`] = answers.filter(
        ({ outcome, difference }) => outcome === 'wrong' && difference?.cause !== 'semantics',
      ).length
    }
    for (const { outcome } of answers) count(tally, outcome)
    for (const { verdict } of reports) count(tally, verdict)
  }
  return {
    metrics,
    // Answers do not hang on the clock: what is never wrong in a suite is never wrong in it. Whether time grows linearly does.
    unseen: Object.fromEntries(
      ['patterns', ...engines.map(({ id }) => `wrong(${id})`)].map((name) => [name, 0]),
    ),
    state: 'stable',
    flow: {
      injected: tally.asked,
      completed: tally.answered,
      queued: 0,
      running: 0,
      dropped: tally.refused,
      expired: tally.failed,
    },
    little: [],
    invariants: [
      { name: 'every engine has a row in every table', ok: hasAllRows(engines.length, definitions, cases) },
    ],
    counters: { engines: engines.length, definitions: definitions.length, patterns: growth.length },
  }
}

function count(
  tally: { asked: number; answered: number; refused: number; failed: number },
  what: string,
): void {
  tally.asked++
  if (what === 'refused' || what === 'no rule' || what === 'not asked') tally.refused++
  else if (['failed', 'too slow', 'crashed', 'undecided'].includes(what)) tally.failed++
  else tally.answered++
}

function hasAllRows(
  engines: number,
  ...tables: readonly (readonly { readonly engines: readonly unknown[] }[])[]
): boolean {
  return tables.flat().every((row) => row.engines.length >= engines)
}
