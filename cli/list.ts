import { sims } from '../sims/index.ts'
import { engines, scenarios, type Entry } from './catalog.ts'
import { defineCommand } from './command.ts'

const KINDS = {
  sims: (): Entry[] => [...sims.values()].map(({ name, summary }) => ({ name, summary })),
  engines,
  scenarios: (): Entry[] =>
    scenarios().map(({ name, summary, sim }) => ({ name, summary: `[${sim}] ${summary}` })),
}

export const list = defineCommand({
  command: 'list [kind]',
  describe: 'List sims, engines and scenarios',
  builder: (parser) =>
    parser.positional('kind', {
      choices: Object.keys(KINDS) as (keyof typeof KINDS)[],
      describe: 'only these',
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
