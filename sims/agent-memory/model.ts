/** One replication: the same requests put to three servers. */
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
    { yields: true, budget: params.budget },
    { yields: false, budget: params.budget },
    { yields: false, budget: UNBOUNDED },
  ]
  const { engine, bytesPerFragment } = load(fragments)
  const loops = kinds.map((options, i) => {
    const loop = new Loop(params, options, engine)
    loop.run(asked)
    ctx.progress((i + 1) / kinds.length, asked.length * (i + 1))
    return loop
  })
  engine.space.release()
  const [ours, atOnce, unbounded] = loops as [Loop, Loop, Loop]
  const utilisation = ours.busy / params.span
  return {
    metrics: {
      fragmentsPerGB: GB / bytesPerFragment,
      bytesPerFragment,
      refused: ours.searched === 0 ? null : ours.refused / ours.searched,
      longestStall: ours.longestStall,
      utilisation,
    },
    observations: {
      argetWait: ours.reads.toData(),
      atOnceWait: atOnce.reads.toData(),
      unboundedWait: unbounded.reads.toData(),
      argrepTime: ours.searchTimes.toData(),
    },
    state: utilisation >= 1 ? 'overloaded' : 'stable',
    flow: {
      injected: asked.length,
      completed: ours.completed,
      queued: 0,
      running: 0,
      dropped: 0,
      expired: 0,
    },
    little: loops.map(({ area, sojourn, completed, now }, i) => ({
      queue: ['yielding', 'at once', 'unbounded'][i]!,
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
        ok: Math.abs(ours.work - atOnce.work) <= 0.02 * atOnce.work,
        detail: `${ours.work} and ${atOnce.work} units`,
      },
    ],
    counters: {
      requests: asked.length,
      work: ours.work,
      unboundedWork: unbounded.work,
    },
  }
}
