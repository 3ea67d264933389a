/**
 * How much processor time a command takes: its own and that of all that it started and waited for.
 *
 * `children` asks the system what the gate's ended children have used (getrusage, through koffi), exact to a microsecond,
 * so a run of 20 ms is a sample. Where koffi is not here, `bash` tells it with its `time`, to a millisecond.
 */
import { createRequire } from 'node:module'
import { runProgram, type Command } from '../harness/program.ts'
import { Refused, TimeUp } from './refused.ts'

export interface Taken {
  /** Seconds of the processor, user and system, and of the wall. */
  readonly cpu: number
  readonly wall: number
}

export interface Meter {
  readonly name: 'children' | 'bash'
  /** A sample shorter than this, in seconds, is too coarse. */
  readonly least: number
  /**
   * Runs the command so many times in `folder`, and then `spin` seconds of arithmetic. Throws TimeUp, all that it started
   * being ended, where that takes longer than there is time.
   */
  take(sample: CommandSample, limits: CommandLimits): Promise<Taken>
}

export interface CommandLimits {
  readonly signal: AbortSignal
  /** Seconds that are left. */
  readonly left: () => number
}

export interface CommandSample {
  readonly command: string
  readonly folder: string
  readonly runs: number
  /** Seconds of arithmetic after the runs; 0 for none. */
  readonly spin: number
  /** Default, ours. */
  readonly env?: NodeJS.ProcessEnv
}

/** The finest that this machine has. */
export function openMeter(usage = childrenUsage()): Meter {
  if (usage === null) return { name: 'bash', least: 1, take: takeByBash }
  return {
    name: 'children',
    least: 0.02,
    // Nothing else of the gate's may end meanwhile: it takes one sample at a time.
    take: async (sample, limits) => {
      const before = usage()
      const begin = performance.now()
      // A single run needs no shell around it but its own.
      if (sample.runs === 1 && sample.spin === 0) await run(['sh', '-c', sample.command], sample, limits)
      else await run(bash(script(sample), sample), sample, limits)
      return { cpu: usage() - before, wall: (performance.now() - begin) / 1000 }
    },
  }
}

const RUSAGE_CHILDREN = -1
const RUSAGE_BYTES = 144

/** Seconds that ended children have used so far; null where it cannot be asked. */
export function childrenUsage(): (() => number) | null {
  try {
    const koffi = createRequire(import.meta.url)('koffi') as {
      load(name: null): { func(definition: string): (...args: unknown[]) => number }
    }
    const getrusage = koffi.load(null).func('int getrusage(int who, void *usage)')
    const usage = Buffer.alloc(RUSAGE_BYTES)
    const ask = (): number => {
      if (getrusage(RUSAGE_CHILDREN, usage) !== 0) throw new Error('getrusage failed')
      // Two struct timeval: seconds in 64 bits, then microseconds.
      const seconds = (at: number): number =>
        Number(usage.readBigInt64LE(at)) + usage.readInt32LE(at + 8) / 1e6
      return seconds(0) + seconds(16)
    }
    ask()
    return ask
  } catch {
    return null
  }
}

const SPINNER = `const until = Number(process.argv[1]) * 1e6
for (let u = process.cpuUsage(); u.user + u.system < until; u = process.cpuUsage());`

/** `$1` is the command, `$2` Node, `$3` the spinner. */
function script({ runs, spin }: CommandSample): string {
  const once = 'sh -c "$1" >/dev/null </dev/null || exit $?'
  return [
    runs === 1 ? once : `i=0; while [ $i -lt ${runs} ]; do ${once}; i=$((i + 1)); done`,
    ...(spin > 0 ? [`"$2" -e "$3" ${spin}`] : []),
  ].join('\n')
}

const bash = (text: string, { command }: CommandSample): Command => [
  'bash',
  '-c',
  text,
  'bash',
  command,
  process.execPath,
  SPINNER,
]

async function takeByBash(sample: CommandSample, limits: CommandLimits): Promise<Taken> {
  const text = `TIMEFORMAT='flowbench %U %S %R'\ntime {\n${script(sample)}\n}`
  const told = await run(bash(text, sample), sample, limits)
  const times = /flowbench (\S+) (\S+) (\S+)\s*$/.exec(told)
  if (times === null) throw new Refused('bash did not tell its times')
  const [user, system, wall] = times.slice(1).map((text) => Number(text.replace(',', '.')))
  return { cpu: user! + system!, wall: wall! }
}

/** The last line that tells something; of what Node prints of an error, the error: its stack and Node's version follow it. */
function lastSaid(text: string): string | undefined {
  const lines = text.split('\n').filter((line) => /[^\s}]/.test(line) && !/^Node\.js v\d/.test(line))
  return (lines.findLast((line) => !/^\s/.test(line)) ?? lines.at(-1))?.trim()
}

/** What it wrote to stderr. Throws Refused where it fails, TimeUp where it does not end, or the signal's reason. */
async function run(
  command: Command,
  { folder, env = process.env }: CommandSample,
  { signal, left }: CommandLimits,
): Promise<string> {
  const begin = performance.now()
  const { code, told, isLate } = await runProgram(command, { cwd: folder, env, signal, seconds: left() })
  if (isLate) throw new TimeUp(`it had not ended after ${((performance.now() - begin) / 1000).toFixed(1)} s`)
  if (code === 0) return told
  throw new Refused(`the command failed: ${lastSaid(told) ?? `exit ${code ?? 'by a signal'}`}`)
}
