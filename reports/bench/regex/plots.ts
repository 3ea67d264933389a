/**
 * Measures growth in pattern size and draws it: `npm run regex:plots [-- --out FOLDER] [--quick]`.
 *
 * Writes `growth-time` and `growth-memory`, each as SVG and PNG, into `engines/regex` or the folder given, and prints
 * their figures. About a minute, most of it TRE's.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { measureGrowth } from '../../../sims/bench/rows/regex/growth.ts'
import type { ChartSpec } from '../../../sims/lab/contract/sim.ts'
import { draw } from '../../charts/drawings.ts'
import { tryFolder } from '../../folder/claim.ts'
import { growthCharts } from './growth.ts'

function figures({ title, table }: ChartSpec): string {
  const cell = (value: string | number | null): string =>
    typeof value === 'number' ? String(Number(value.toPrecision(4))) : (value ?? '-')
  const lines = [table.columns, ...table.rows].map((row) => row.map(cell))
  const widths = table.columns.map((_, k) => Math.max(...lines.map((line) => line[k]!.length)))
  const body = lines.map((line) =>
    line
      .map((text, k) => text.padEnd(widths[k]!))
      .join('  ')
      .trimEnd(),
  )
  return [title, ...body].join('\n')
}

const { values } = parseArgs({
  options: { out: { type: 'string' }, quick: { type: 'boolean', default: false } },
})
const folder = values.out ?? join(import.meta.dirname, '../../../engines/regex')
// Before a minute of measuring.
await tryFolder(folder)
const growth = await measureGrowth({
  ...(values.quick ? { timeSizes: [10, 20, 40], memorySizes: [16, 40], bombs: [], runs: 1 } : {}),
  onProgress: (text) => process.stderr.write(`${text}\n`),
})
for (const { peer, why, install } of growth.missing) console.log(`not measured: ${peer}: ${why}; ${install}`)
for (const chart of growthCharts(growth)) {
  const { svg, png } = await draw(chart)
  writeFileSync(join(folder, `${chart.name}.svg`), svg)
  writeFileSync(join(folder, `${chart.name}.png`), png)
  console.log(`${figures(chart)}\n`)
}
