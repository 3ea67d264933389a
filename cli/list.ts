import { sims } from '../sims/index.ts'
import type { Sim } from '../sims/lab/contract/sim.ts'
import { engines, scenarios, type Entry } from './catalog.ts'
import { defineCommand } from './command.ts'

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
  command: 'list [kind]',
  describe: 'List sims, engines and scenarios',
  builder: (parser) =>
    parser.positional('kind', {
      choices: Object.keys(KINDS) as (keyof typeof KINDS)[],
      describe: 'list only these',
    }),
  handler({ kind }) {
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
