/**
 * `gate --command CMD`: any program, base's against head's, interleaved.
 *
 * A sample is as many runs as last about a second of processor time, timed by bash's `time` (user and system time of all
 * that the command started; a program that waits is told by the wall time beside it). A round takes two samples of each
 * tree in random order, the least of each counts, and the rounds are judged as benchmarks are. Besides, the order of the
 * two is said where it is sure at one per cent, and not said where it is not.
 *
 * The control copy does the same runs and then a tenth of base's time of arithmetic.
 */
import { spawn } from 'node:child_process'
import { openStream } from '../../lab/kernel/random/stream.ts'
import { shuffled } from '../harness/shuffled.ts'
import type { Played } from './duel.ts'
import { Refused } from './timing.ts'

const SAMPLES = 2
const SAMPLE_SECONDS = 1
const MOST_REPEATS = 1000
const SPINNER = `const until = Number(process.argv[1]) * 1e6
for (let u = process.cpuUsage(); u.user + u.system < until; u = process.cpuUsage());`
/** A node that does nothing takes this long: a shorter spin is none. */
const LEAST_SPIN_SECONDS = 0.1

interface Run {
  /** Seconds of a single run. */
  readonly cpu: number
  readonly wall: number
}

interface Sample {
  readonly folder: string
  readonly repeats: number
  /** Seconds of arithmetic after the runs. */
  readonly spin: number
}

export interface CommandOptions {
  readonly command: string
  readonly seed: number
  readonly signal: AbortSignal
}

export interface CommandSide {
  readonly folder: string
  /** Made slower by this share on purpose. */
  readonly slower: number
}

/** Rounds of the command in these folders; the first round finds out how long it takes. */
export function commandRounds(
  sides: readonly CommandSide[],
  { command, seed, signal }: CommandOptions,
): () => Promise<Played[]> {
  const shuffle = openStream(seed, 0, `gate/command/${sides.length}`)
  const take = (sample: Sample): Promise<Run> => runCommand(command, sample, signal)
  let samples: Sample[] | null = null
  const look = async (): Promise<Sample[]> => {
    // The first run finds caches cold, and fails where the command does.
    for (const { folder } of sides) await take({ folder, repeats: 1, spin: 0 })
    const { cpu } = await take({ folder: sides[0]!.folder, repeats: 1, spin: 0 })
    const repeats = Math.min(MOST_REPEATS, Math.max(1, Math.round(SAMPLE_SECONDS / Math.max(cpu, 0.001))))
    return sides.map(({ folder, slower }) => ({
      folder,
      repeats,
      spin: slower === 0 ? 0 : Math.max(LEAST_SPIN_SECONDS, slower * repeats * cpu),
    }))
  }
  return async () => {
    samples ??= await look()
    const runs: Run[][] = samples.map(() => [])
    const turns = samples.flatMap((_, side) => Array.from({ length: SAMPLES }, () => side))
    for (const side of shuffled(turns, shuffle)) runs[side]!.push(await take(samples[side]!))
    return runs.map(playedOf)
  }
}

/** What is not known of a program (memory, garbage) is the same on both sides. */
function playedOf(runs: readonly Run[]): Played {
  const cpu = runs.map((run) => run.cpu).toSorted((a, b) => a - b)
  return {
    seconds: cpu[0]!,
    wall: Math.min(...runs.map(({ wall }) => wall)),
    p95: cpu.at(-1)!,
    finish: { peak: 1, gc: 0, asleep: null },
    result: null,
  }
}

async function runCommand(
  command: string,
  { folder, repeats, spin }: Sample,
  signal: AbortSignal,
): Promise<Run> {
  const script = `TIMEFORMAT='flowbench %U %S %R'
time {
  for ((i = 0; i < ${repeats}; i++)); do sh -c "$1" >/dev/null </dev/null || exit 9; done
  ${spin > 0 ? `"$2" -e "$3" ${spin}` : ''}
}`
  const child = spawn('bash', ['-c', script, 'bash', command, process.execPath, SPINNER], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    // A group of its own, so that an interrupt ends what the command started, too.
    detached: true,
  })
  let told = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (told = (told + text).slice(-4000)))
  const kill = (): void => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  }
  signal.addEventListener('abort', kill)
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    signal.throwIfAborted()
    const times = /flowbench (\S+) (\S+) (\S+)\s*$/.exec(told)
    if (code !== 0 || times === null) {
      const why = told.trim().split('\n').at(-1) ?? ''
      throw new Refused(`the command failed${why === '' ? '' : `: ${why}`}`)
    }
    const [user, system, real] = times.slice(1).map((text) => Number(text.replace(',', '.'))) as [
      number,
      number,
      number,
    ]
    const cpu = (user + system) / repeats
    if (cpu === 0) throw new Refused('the command takes no processor time that can be told')
    return { cpu, wall: real / repeats }
  } finally {
    signal.removeEventListener('abort', kill)
  }
}
