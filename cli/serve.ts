import { ENGINES } from './serve/engines.ts'
import { defineCommand } from './command.ts'

/** Every engine brings its own flags: `flowbench serve NAME --help` shows them. */
export const serve = defineCommand({
  command: 'serve',
  describe: 'An engine live behind a port of this machine',
  builder: (parser) => parser.command([...ENGINES]).demandCommand(1, 'which engine?'),
  acts: {},
  handler: () => {},
})
