import { renderHistory } from '../reports/gate/history.ts'
import { readHistory, seriesOf } from '../sims/bench/gate/history.ts'
import { ALWAYS } from './acts.ts'
import { defineCommand } from './command.ts'

export const history = defineCommand({
  command: 'history <file>',
  describe: 'What gate --record has kept: times and counters over the runs, with change points',
  builder: (parser) =>
    parser
      .positional('file', { type: 'string', demandOption: true, describe: 'the file of gate --record' })
      .option('json', { type: 'boolean', default: false, describe: 'print the series and nothing else' }),
  acts: { file: ALWAYS, json: ALWAYS },
  handler({ file, json }) {
    const lines = readHistory(file)
    const series = seriesOf(lines)
    console.log(json ? JSON.stringify(series) : renderHistory(series, lines.length))
  },
})
