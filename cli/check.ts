import { ALWAYS } from './acts.ts'
import { defineCommand } from './command.ts'
import { readScenarios, scenarioArguments } from './scenarios.ts'
import { settingsOf } from './settings.ts'

export const check = defineCommand({
  command: 'check <files..>',
  describe: 'Validate scenario files without running anything',
  builder: scenarioArguments,
  acts: { files: ALWAYS, env: ALWAYS, set: ALWAYS },
  handler({ files, env, set }) {
    const settings = settingsOf(set)
    const scenarios = readScenarios(files, {
      ...(env === undefined ? {} : { environment: env }),
      set: settings,
    })
    for (const { file, name, sim } of scenarios) console.log(`${file}: ok (${name}, sim ${sim.name})`)
  },
})
