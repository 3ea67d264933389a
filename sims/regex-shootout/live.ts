/** The shoot-out itself: the suite run on real engines in processes of their own. */
import { ENGINES } from '../bench/shootout/engines/engines.ts'
import type { CaseResult } from '../bench/shootout/suite/cases.ts'
import { runSuite, type ShootoutDocument } from '../bench/shootout/suite/run.ts'
import type { DefinitionResult } from '../bench/shootout/suite/speed.ts'
import type { LiveIo, Measures, Open } from '../lab/contract/sim.ts'
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
  const open: Record<string, Open> = {}
  for (const { id } of engines) {
    const reports = growth.flatMap((one) => one.engines.filter(({ engine }) => engine === id))
    if (growth.length > 0) {
      const name = `notLinear(${id})`
      metrics[name] = reports.filter(({ verdict }) => BAD.has(verdict)).length
      const unknown = reports.filter(({ verdict }) => UNKNOWN.has(verdict)).length
      if (unknown > 0) {
        const why = `on ${unknown} of ${reports.length} patterns ${id} crashed, or its growth is undecided`
        open[name] = { most: unknown, why }
      }
    }
    const answers = [...definitions, ...cases].flatMap((one) =>
      one.engines.filter(({ engine }) => engine === id),
    )
    if (answers.length > 0) {
      const name = `wrong(${id})`
      metrics[name] = answers.filter(
        ({ outcome, difference }) => outcome === 'wrong' && difference?.cause !== 'semantics',
      ).length
      const missing = answers.filter(isMissing).length
      if (missing > 0) {
        const why = `${id} failed or was too slow ${missing} of ${answers.length} times, and gave no answer`
        open[name] = { most: missing, why }
      }
    }
    for (const { outcome } of answers) count(tally, outcome)
    for (const { verdict } of reports) count(tally, verdict)
  }
  return {
    metrics,
    // Answers do not hang on the clock: what is never wrong in a suite is never wrong in it, but for those that did not come.
    // Whether time grows linearly does.
    unseen: Object.fromEntries(
      ['patterns', ...engines.map(({ id }) => `wrong(${id})`)].map((name) => [name, 0]),
    ),
    open,
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

/** Verdicts on growth. */
const BAD = new Set<string>(['exponential', 'polynomial'])
const UNKNOWN = new Set<string>(['undecided', 'crashed'])

type Asked = (DefinitionResult | CaseResult)['engines'][number]

/** No answer came that could be right or wrong. Of what was right, and too slow or failed when it was timed, one did. */
const isMissing = (one: Asked): boolean =>
  (one.outcome === 'failed' || one.outcome === 'too slow') &&
  !('compileSeconds' in one && one.compileSeconds !== null)

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
