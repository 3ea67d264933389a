/**
 * A live run: the same scenario, points and answer, but each replication is measured on the real thing by the sim's
 * `live` instead of being simulated.
 *
 * Replications run one after another in this process, because two measurements at once disturb each other. A
 * measurement cannot be repeated byte for byte, so the document says `mode: "live"` and has no digest. No assumption is
 * probed: the tornado chart compares worlds under common random numbers, and the real thing has none.
 */
import type { LiveIo, Measures, Sim } from '../contract/sim.ts'
import { openStream } from '../kernel/random/stream.ts'
import type { PartTask } from '../contract/part.ts'
import { runScenario, type RunOptions, type RunOutcome } from './run.ts'
import type { Runner } from './runner.ts'
import type { Scenario } from './scenario/load.ts'

/** Runs a scenario live; `runner` is a `liveRunner`. */
export async function runLive(scenario: Scenario, options: RunOptions): Promise<RunOutcome> {
  const { document, ...rest } = await runScenario(
    { ...scenario, sim: asMeasured(scenario.sim), assumptions: [] },
    options,
  )
  const { digest: _, ...body } = document
  return { ...rest, document: { ...body, mode: 'live' } }
}

/** A measurement is one whole: it has no parts, and no world from which other values could be judged. */
function asMeasured(sim: Sim): Sim {
  return { ...sim, parts: () => 1, judged: [], judge: (_params, worlds) => worlds[0] as Measures }
}

/** Measures replications in turn. `findSim` is the registry's; a sim without `live` is a TypeError. */
export function liveRunner(findSim: (name: string) => Sim, signal: AbortSignal): Runner {
  let last: Promise<unknown> = Promise.resolve()
  let known = 0
  let done = 0
  const measure = async ({ sim: name, params, seed, replication }: PartTask): Promise<Measures> => {
    signal.throwIfAborted()
    const sim = findSim(name)
    if (!sim.live) throw new TypeError(`sim ${name} has no live mode`)
    const io: LiveIo = { replication, stream: (stream) => openStream(seed, replication, stream), signal }
    const measures = await sim.live(params, io)
    done++
    return measures
  }
  return {
    workers: 1,
    run(task) {
      known++
      const next = (): Promise<Measures> => measure(task)
      const mine = last.then(next, next)
      last = mine
      return mine
    },
    status: () => ({ partsDone: done, partsWorth: done, partsKnown: known, events: 0 }),
    close: async () => {},
  }
}
