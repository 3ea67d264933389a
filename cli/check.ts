import { defineCommand } from './command.ts'
import { readScenarios } from './scenarios.ts'

export const check = defineCommand({
  command: 'check <files..>',
  describe: 'Validate scenario files without running anything',
  builder: (parser) =>
    parser
      .positional('files', { type: 'string', array: true, demandOption: true, describe: 'scenario files' })
      .option('env', { type: 'string', describe: 'an environment of the file to lay over it' })
      .option('set', {
        type: 'string',
        array: true,
        nargs: 1,
        default: [],
        describe: 'PATH=VALUE, after the environment',
      }),
  handler({ files, env, set }) {
    const scenarios = readScenarios(files, { ...(env === undefined ? {} : { environment: env }), set })
    for (const { file, name, sim } of scenarios) console.log(`${file}: ok (${name}, sim ${sim.name})`)
  },
})
