import { sims } from '../sims/index.ts'
import { nearest } from '../sims/lab/contract/nearest.ts'
import type { Sim } from '../sims/lab/contract/sim.ts'
import { ALWAYS } from './acts.ts'
import { engines, scenarios, type Entry } from './catalog.ts'
import { defineCommand } from './command.ts'
import { describeSim } from './describe-sim.ts'
import { UsageError } from './exit.ts'

const KINDS = {
  sims: (): Entry[] => [...sims.values()].map(simEntry),
  engines,
  scenarios: (): Entry[] =>
    scenarios().map(({ name, summary, sim }) => ({ name, summary: `[${sim}] ${summary}` })),
}

/** A sim's line; one that `run --live` can measure is marked. */
export function simEntry({ name, summary, live }: Pick<Sim, 'name' | 'summary' | 'live'>): Entry {
  return { name, summary: live === undefined ? summary : `${summary} [--live]` }
}

export const list = defineCommand({
  command: 'list [kind] [name]',
  describe: 'List sims, engines and scenarios; `list sims NAME`: its parameters and metrics',
  builder: (parser) =>
    parser
      .positional('kind', {
        choices: Object.keys(KINDS) as (keyof typeof KINDS)[],
        describe: 'list only these',
      })
      .positional('name', { type: 'string', describe: 'a sim, to be described' }),
  acts: { kind: ALWAYS, name: ALWAYS },
  handler({ kind, name: one }) {
    if (one !== undefined) {
      if (kind !== 'sims') throw new UsageError('only a sim can be described: flowbench list sims NAME')
      const sim = sims.get(one)
      if (sim === undefined) throw new UsageError(unknownSim(one))
      process.stdout.write(describeSim(sim))
      return
    }
    const kinds = kind ? [kind] : (Object.keys(KINDS) as (keyof typeof KINDS)[])
    for (const each of kinds) {
      if (!kind) console.log(`${each}:`)
      const entries = KINDS[each]()
      const width = Math.max(0, ...entries.map((entry) => entry.name.length))
      for (const { name, summary } of entries) {
        console.log(`${kind ? '' : '  '}${name.padEnd(width)}  ${summary}`)
      }
    }
  },
})

function unknownSim(name: string): string {
  const near = nearest(name, [...sims.keys()])
  return `no sim is called "${name}"${near === undefined ? `: sims are ${[...sims.keys()].join(', ')}` : `; did you mean ${near}?`}`
}
