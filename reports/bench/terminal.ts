/** A bench document on a terminal: a row a line, its peers indented below; a ratio above 1 means flowbench is better. */
import type {
  BenchDocument,
  PartsNotDone,
  PeerDocument,
  RowDocument,
} from '../../sims/bench/harness/document.ts'
import { cleanLine } from '../wording/escape.ts'

/** The whole document, without a newline at its end. */
export function renderBench(document: BenchDocument): string {
  const { name, machine, rows, missing, against, geomean } = document
  const lines = [`bench ${name} on ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}`]
  if (against !== undefined) {
    lines.push(
      `base is ${against.ref}, commit ${against.commit}, its dependencies ${DEPENDENCIES[against.dependencies]}`,
    )
  }
  for (const row of rows) {
    lines.push(rowLine(row))
    for (const [peer, measured] of Object.entries(row.peers)) lines.push(peerLine(row, peer, measured))
  }
  for (const { peer, why, install } of missing) lines.push(`not measured: ${peer}: ${why}; ${install}`)
  if (geomean !== undefined) {
    lines.push(`geometric mean over ${count(geomean.rows, 'row')}: ${interval(geomean)} against base`)
  }
  return lines.map(cleanLine).join('\n')
}

const DEPENDENCIES = {
  linked: 'those of this checkout',
  installed: 'installed from its own lock file',
  none: 'none',
} as const

function rowLine({ id, unit, value, checked, parts }: RowDocument): string {
  const over = parts === undefined ? '' : `, mean over ${parts.measured}${notDone(parts)}`
  return `${id}: ${figure(value)} ${unit}${over}${checked ? '' : ' (UNVERIFIED)'}`
}

function peerLine({ unit }: RowDocument, peer: string, measured: PeerDocument): string {
  const { version, value, parts, differs } = measured
  const common = parts === undefined ? '' : `, over ${parts.compared}${notDone(parts)}`
  const note = differs === undefined ? '' : `; DIFFERS: ${differs}`
  return `  ${interval(measured)} against ${peer} ${version}: ${figure(value)} ${unit}${common}${note}`
}

function interval({ ratio, low, high }: Pick<PeerDocument, 'ratio' | 'low' | 'high'>): string {
  return `${times(ratio)}x (${times(low)}-${times(high)})`
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

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}
