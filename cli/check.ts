import { defineCommand } from './command.ts'
import { readScenarios, scenarioArguments } from './scenarios.ts'

export const check = defineCommand({
  command: 'check <files..>',
  describe: 'Validate scenario files without running anything',
  builder: scenarioArguments,
  handler({ files, env, set }) {
    const scenarios = readScenarios(files, { ...(env === undefined ? {} : { environment: env }), set })
    for (const { file, name, sim } of scenarios) console.log(`${file}: ok (${name}, sim ${sim.name})`)
  },
})
