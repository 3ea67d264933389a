/** A sim small enough to know its answer by heart, and a runner for it: for tests of the runner itself. */
import { z } from 'zod'
import { defineSim, type Measures, type Sim } from '../../contract/sim.ts'
import { simulatePart } from '../../contract/part.ts'
import type { Runner } from '../runner.ts'
import { integer, share, uncertain } from '../../contract/quantity.ts'
import { loadScenario, type Scenario } from '../scenario/load.ts'

export interface FixtureWorld {
  readonly demand: number
}

const params = z.strictObject({
  /** What must be carried; noise of up to 1 is added. */
  demand: uncertain(integer({ min: 0 })).prefault(20),
  servers: integer({ min: 0 }).prefault(1),
  noise: share().prefault('100%'),
})
type Params = z.infer<typeof params>

/** Utilisation is demand over servers; overloaded from 2 up. */
export function fixtureSim(judged: boolean): Sim {
  const judge = (p: Params, worlds: readonly FixtureWorld[]): Measures => {
    const demand = worlds.reduce((sum, world) => sum + world.demand, 0)
    const utilisation = demand / p.servers
    return {
      metrics: { utilisation, 'p99(wait)': 1 / Math.max(1e-9, 2 - utilisation) },
      state: utilisation >= 2 ? 'overloaded' : 'stable',
      flow: { injected: 3, completed: 2, queued: 0, running: 1, dropped: 0, expired: 0 },
      little: [{ queue: 'all', arrivalRate: 2, meanTime: 3, meanNumber: 6 }],
      invariants: [{ name: 'demand is positive', ok: demand > 0, detail: `${demand}` }],
      counters: { draws: 2 },
    }
  }
  return defineSim<Params, FixtureWorld>({
    name: 'fixture',
    summary: 'Demand over servers.',
    params,
    metrics: {
      utilisation: { unit: 'share', label: 'Utilisation' },
      'p99(wait)': { unit: 's', label: 'Wait', steadyState: true },
    },
    ...(judged ? { judged: ['servers'] } : {}),
    parts: () => 2,
    replicate: (p, ctx) => ({
      demand: p.demand / 2 + p.noise * ctx.stream(`demand/${ctx.part}`).uniform() * 0.5,
    }),
    judge,
    answer: ({ found, verdict }) => ({
      text: `${verdict} with ${found?.value ?? 'no'} servers`,
      value: found?.value ?? null,
      unit: 'servers',
      low: null,
      high: null,
    }),
    charts: () => [],
    theory: (p) => [
      { name: 'utilisation', metric: 'utilisation', expected: (p.demand + p.noise / 2) / p.servers },
    ],
  })
}

export function fixtureScenario(sim: Sim, yaml: string): Scenario {
  const text = `name: fixture\nquestion: How many?\nsim: fixture\nseed: 3\n${yaml}`
  return loadScenario('fixture.yaml', text, new Map([['fixture', sim]]))
}

/** Runs parts in this thread and remembers which; `failAfter` parts it rejects, as a stopped pool does. */
export function fixtureRunner(sim: Sim, failAfter = Infinity): Runner & { readonly tasks: string[] } {
  const tasks: string[] = []
  return {
    workers: 1,
    tasks,
    async run(task) {
      if (tasks.length >= failAfter) throw new Error('stopped')
      tasks.push(`${task.replication}/${task.part} ${JSON.stringify(task.params)}`)
      return simulatePart(sim, task)
    },
    status: () => ({
      partsDone: tasks.length,
      partsWorth: tasks.length,
      partsKnown: tasks.length,
      events: 0,
    }),
    close: async () => {},
  }
}
