/**
 * `npm run regex:kill`: children of a running shoot-out are ended by SIGKILL at any time, 200 times. The run must end,
 * with a row for every pattern, and nothing may be left running.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { openStream } from '../../../lab/kernel/random/stream.ts'
import { DEFAULTS } from '../inspect.ts'
import { shootOut } from '../shootout.ts'
import { builtIn } from './specs.ts'

const PATTERNS = ['^(a+)+$', '\\s+$', '^[a-z]+$', '(x+x+)+y', '.*a|b', '^(a|b|ab)*$']

/** Processes below this one that still run: parent by parent. */
function descendants(): number[] {
  const parents = new Map<number, number>()
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    try {
      const [state, parent] = readFileSync(`/proc/${pid}/stat`, 'latin1')
        .replace(/^.*\) /, '')
        .split(' ')
      if (state !== 'Z') parents.set(Number(pid), Number(parent))
    } catch {
      // It has ended.
    }
  }
  const isOurs = (pid: number): boolean => {
    const parent = parents.get(pid)
    return parent === process.pid || (parent !== undefined && parent > 1 && isOurs(parent))
  }
  return [...parents.keys()].filter(isOurs)
}

export async function killing(times: number): Promise<{ killed: number; rows: number; left: number[] }> {
  const random = openStream(17, 0, 'shootout/kill')
  const tally = { killed: 0 }
  let rows = 0
  const timer = setInterval(() => {
    const pids = descendants()
    if (pids.length === 0 || tally.killed >= times) return
    try {
      process.kill(pids[random.below(pids.length)]!, 'SIGKILL')
      tally.killed++
    } catch {
      // It was quicker.
    }
  }, 30)
  const specs = ['v8', 'flowbench', 're2js'].map(builtIn)
  const entries = PATTERNS.map((pattern, at) => ({ pattern, line: at + 1, name: pattern }))
  while (tally.killed < times) {
    const options = { ...DEFAULTS, flags: '', seconds: 0.05, bytes: 100_000, findAll: false, lanes: 2 }
    const reports = await shootOut(entries, specs, options)
    for (const { engines } of reports) rows += engines.length
    if (reports.length !== PATTERNS.length || reports.some(({ engines }) => engines.length !== specs.length))
      throw new Error('a row is missing')
  }
  clearInterval(timer)
  // What was ended a moment ago may still be going.
  for (let tries = 0; descendants().length > 0 && tries < 50; tries++)
    await new Promise((resolve) => setTimeout(resolve, 100))
  return { killed: tally.killed, rows, left: descendants() }
}

if (import.meta.main) {
  const { killed, rows, left } = await killing(Number(process.argv[2] ?? 200))
  console.log(`${killed} children killed, ${rows} rows, ${left.length} processes left`)
  process.exitCode = left.length === 0 ? 0 : 1
}
