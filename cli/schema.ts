import { sims } from '../sims/index.ts'
import { scenarioSchema } from '../sims/lab/run/scenario/schema.ts'
import { defineCommand } from './command.ts'

export const schema = defineCommand({
  command: 'schema',
  describe: 'Print the JSON Schema of scenario files, for editors',
  builder: (parser) => parser,
  acts: {},
  handler() {
    console.log(JSON.stringify(scenarioSchema(sims), null, 2))
  },
})
