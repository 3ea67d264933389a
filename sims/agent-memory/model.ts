/** One replication: the same requests put to three servers. */
import { LogHistogram } from '../lab/analysis/histogram.ts'
import type { Measures, ReplicationContext } from '../lab/contract/sim.ts'
import { load, Loop } from './loop.ts'
import type { AgentMemoryParams } from './params.ts'
import { fragment, requests } from './requests.ts'

const UNBOUNDED = Number.MAX_SAFE_INTEGER
const GB = 1e9

export function simulate(params: AgentMemoryParams, ctx: ReplicationContext): Measures {
  const notes = ctx.stream('fragments')
  const fragments = Array.from({ length: params.fragments }, () => fragment(notes, params.fragmentSize))
  const asked = requests(params, (name) => ctx.stream(name))
  const kinds = [
    { name: 'yielding', yields: true, budget: params.budget },
    { name: 'at once', yields: false, budget: params.budget },
    { name: 'unbounded', yields: false, budget: UNBOUNDED },
  ].slice(0, params.counterfactuals === 'all' ? 3 : 1)
  const { engine, bytesPerFragment } = load(fragments)
  const loops = kinds.map((options, i) => {
    const loop = new Loop(params, options, engine)
    loop.run(asked)
    ctx.progress((i + 1) / kinds.length, asked.length * (i + 1))
    return loop
  })
  engine.space.release()
  const ours = loops[0]!
  const [, atOnce, unbounded] = loops
  const busy = (loop: Loop): number => loop.busy / params.span
  const waits = (loop: Loop | undefined): LogHistogram => loop?.reads ?? new LogHistogram()
  return {
    metrics: {
      fragmentsPerGB: GB / bytesPerFragment,
      bytesPerFragment,
      refused: ours.searched === 0 ? null : ours.refused / ours.searched,
      longestStall: ours.reads.count === 0 ? null : ours.longestStall,
      utilisation: busy(ours),
      atOnceUtilisation: atOnce === undefined ? null : busy(atOnce),
      unboundedUtilisation: unbounded === undefined ? null : busy(unbounded),
    },
    // What a search is counted for hangs on its own pattern, not on who else is there.
    chances: { refused: ours.searched },
    counted: { refused: { of: ours.searched } },
    observations: {
      argetWait: ours.reads.toData(),
      atOnceWait: waits(atOnce).toData(),
      unboundedWait: waits(unbounded).toData(),
      argrepTime: ours.searchTimes.toData(),
    },
    state: busy(ours) >= 1 ? 'overloaded' : 'stable',
    flow: {
      injected: asked.length,
      completed: ours.completed,
      queued: 0,
      running: 0,
      dropped: 0,
      expired: 0,
    },
    little: loops.map(({ area, sojourn, completed, now }, i) => ({
      queue: kinds[i]!.name,
      arrivalRate: completed / now,
      meanTime: completed === 0 ? 0 : sojourn / completed,
      meanNumber: area / now,
      tolerance: 1e-6,
    })),
    invariants: [
      {
        name: 'each server answers every request',
        ok: loops.every(({ completed }) => completed === asked.length),
      },
      {
        name: 'what an ARGREP is counted for does not depend on whether it yields',
        ok: atOnce === undefined || Math.abs(ours.work - atOnce.work) <= 0.02 * atOnce.work,
        detail: `${ours.work} and ${atOnce?.work ?? 'none'} units`,
      },
    ],
    counters: {
      requests: asked.length,
      work: ours.work,
      unboundedWork: unbounded?.work ?? 0,
    },
  }
}
