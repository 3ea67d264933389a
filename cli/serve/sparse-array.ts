import { defineCommand } from '../command.ts'
import { UsageError } from '../exit.ts'

export const sparseArray = defineCommand({
  command: 'sparse-array',
  describe: 'The sparse array behind RESP',
  builder: (parser) => parser.option('port', { type: 'number', default: 0, describe: '0: a free one' }),
  handler() {
    throw new UsageError('serve sparse-array: this build has no server for it yet')
  },
})
