import { benchNames, runBench } from '../sims/bench/registry.ts'
import type { BenchDocument, PartsNotDone } from '../sims/bench/harness/row.ts'
import { defineCommand } from './command.ts'

export const bench = defineCommand({
  command: 'bench <name>',
  describe: 'An engine (or the kernel) against its peers, interleaved in one run',
  builder: (parser) =>
    parser
      .positional('name', { choices: benchNames, demandOption: true, describe: 'what to measure' })
      .option('rows', { type: 'string', array: true, describe: 'only rows whose id contains one of these' })
      .option('rounds', { type: 'number', describe: 'rounds of interleaved bursts' })
      .option('json', {
        type: 'boolean',
        default: false,
        describe: 'print the bench document and nothing else',
      }),
  async handler({ name, rows, rounds, json }) {
    const document = await runBench(name, {
      ...(rows === undefined ? {} : { rows }),
      ...(rounds === undefined ? {} : { rounds }),
      onProgress: (text) => process.stderr.write(`${text}\n`),
    })
    console.log(json ? JSON.stringify(document) : renderBench(document))
  },
})

/** A row a line, its peers indented below; a ratio above 1 means flowbench is better. */
export function renderBench({ name, machine, rows, missing }: BenchDocument): string {
  const lines = [`bench ${name} on ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}`]
  for (const { id, unit, value, checked, parts, peers } of rows) {
    const over = parts === undefined ? '' : `, mean over ${parts.measured}${notDone(parts)}`
    lines.push(`${id}: ${figure(value)} ${unit}${over}${checked ? '' : ' (UNVERIFIED)'}`)
    for (const [peer, { version, value: theirs, ratio, low, high, parts }] of Object.entries(peers)) {
      const interval = `${times(ratio)}x (${times(low)}-${times(high)})`
      const common = parts === undefined ? '' : `, over ${parts.compared}${notDone(parts)}`
      lines.push(`  ${interval} against ${peer} ${version}: ${figure(theirs)} ${unit}${common}`)
    }
  }
  for (const { peer, why, install } of missing) lines.push(`not measured: ${peer}: ${why}; ${install}`)
  return lines.join('\n')
}

/** How many parts are left out, by reason; the document names them. */
function notDone({ refused, wrong, slow }: PartsNotDone): string {
  const reasons = Object.entries({ refused, wrong, slow }).filter(([, names]) => names.length > 0)
  return reasons.map(([reason, names]) => `, ${names.length} ${reason}`).join('')
}

/** Three significant digits, however much faster or slower a peer is, and no powers of ten. */
function times(ratio: number): string {
  const rounded = Number(ratio.toPrecision(3))
  const magnitude = rounded > 0 ? Math.floor(Math.log10(rounded)) : 0
  return rounded.toFixed(Math.min(20, Math.max(0, 2 - magnitude)))
}

function figure(value: number): string {
  return value >= 1e6 ? `${(value / 1e6).toFixed(2)} M` : value.toPrecision(4)
}
