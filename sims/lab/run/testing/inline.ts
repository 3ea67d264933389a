/** A scenario's text run in this process, for tests of sims: one worker, no report. */
import { simulatePart } from '../../contract/part.ts'
import type { Sim } from '../../contract/sim.ts'
import { runScenario, type RunOptions, type RunOutcome } from '../run.ts'
import { loadScenario } from '../scenario/load.ts'

export interface InlineOptions extends Partial<RunOptions> {
  readonly environment?: string
  readonly set?: readonly string[]
}

export function runInline(sim: Sim, yaml: string, options: InlineOptions = {}): Promise<RunOutcome> {
  const { environment, set, ...rest } = options
  const scenario = loadScenario('inline.yaml', yaml, new Map([[sim.name, sim]]), { environment, set })
  return runScenario(scenario, { runner: inlineRunner(sim), reproduce: 'flowbench run inline.yaml', ...rest })
}

/** Runs every part where and when it is asked for. */
export const inlineRunner = (sim: Sim): RunOptions['runner'] => ({
  workers: 1,
  run: async (task) => simulatePart(sim, task),
  status: () => ({ partsDone: 0, partsWorth: 0, partsKnown: 0, events: 0 }),
  close: async () => {},
})
