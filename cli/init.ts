import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { sims } from '../sims/index.ts'
import { nearest } from '../sims/lab/contract/nearest.ts'
import { scenarios, SCENARIO_FOLDER } from './catalog.ts'
import { defineCommand } from './command.ts'
import { UsageError } from './exit.ts'

export const init = defineCommand({
  command: 'init <sim> [file]',
  describe: 'Copy a commented scenario to start from',
  builder: (parser) =>
    parser
      .positional('sim', { type: 'string', demandOption: true, describe: 'a sim, as `list sims` names it' })
      .positional('file', {
        type: 'string',
        describe: 'where to write it; SIM.yaml in this folder by default',
      }),
  handler({ sim, file = `${sim}.yaml` }) {
    const source = scenarios().find((scenario) => scenario.sim === sim)
    if (!source) {
      const guess = nearest(sim, sims.keys())
      throw new UsageError(
        `no scenario to start from for sim "${sim}"${guess ? ` (did you mean "${guess}"?)` : ''}`,
      )
    }
    if (existsSync(file)) throw new UsageError(`${file} exists; name another file`)
    const schema = relative(resolve(file, '..'), resolve(SCENARIO_FOLDER, 'scenario.schema.json'))
    const text = readFileSync(source.file, 'utf8').replace(/\$schema=\S+/, () => `$schema=${schema}`)
    writeFileSync(file, text, { flag: 'wx' })
    console.log(`${file}: a copy of ${source.name}. Change it, then: flowbench run ${file}`)
  },
})
