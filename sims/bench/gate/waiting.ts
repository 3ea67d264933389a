/**
 * What this machine tells of waiting: which clock a gate may go by, and whether one that looks asleep may be none that sleeps.
 *
 * Processor time sees no waiting. A benchmark that sleeps is known by its wall time less its processor time less the time it
 * stood in line for a core (`waitedForCore`). Where that last is not told (macOS, gVisor), one that sleeps looks like any
 * other on a busy machine: then the wall is the clock, which sees both.
 *
 * Time that the host of a virtual machine gave to others (steal) is told by no such figure: a thread that is ready then
 * neither runs nor, for its own kernel, waits for a core.
 */
import { readFileSync } from 'node:fs'
import { chooseClock, type ClockName } from './clock.ts'
import { Refused, TimeUp } from './refused.ts'

export interface Chosen {
  readonly clock: ClockName
  /** What a reader should know of it; null of the best there is. */
  readonly note: string | null
}

export function gateClock(best = chooseClock(), isTold = tellsOfWaiting()): Chosen {
  const wall = 'timed by the wall, which also sees what others do meanwhile'
  if (best === 'wall')
    return { clock: 'wall', note: `processor time moves in steps too coarse on this machine; ${wall}` }
  if (isTold) return { clock: 'cpu', note: null }
  return {
    clock: 'wall',
    note: `this machine does not tell who waits, and processor time would not see it; ${wall}`,
  }
}

/** Of a kernel that does not count it, the file is not there or holds nothing but zeros: not even that we have run. */
export function tellsOfWaiting(file = '/proc/thread-self/schedstat'): boolean {
  try {
    return Number(readFileSync(file, 'utf8').split(' ')[0]) > 0
  } catch {
    return false
  }
}

type Ticks = Readonly<Record<'stolen' | 'all', number>>

/**
 * Of the core that lost most, the share of the time from now until the returned function is called; null where that is not
 * told.
 */
export function watchSteal(read = (): string => readFileSync('/proc/stat', 'utf8')): () => number | null {
  const before = ticksOf(read)
  return () => {
    const shares = [...ticksOf(read)].flatMap(([core, { stolen, all }]) => {
      const then = before.get(core)
      return then === undefined || all === then.all ? [] : (stolen - then.stolen) / (all - then.all)
    })
    return shares.length === 0 ? null : Math.max(...shares)
  }
}

/** `cpu1 user nice system idle iowait irq softirq steal`; what follows is in user and nice already. */
const COLUMNS = 8

function ticksOf(read: () => string): ReadonlyMap<string, Ticks> {
  const cores = new Map<string, Ticks>()
  try {
    for (const [, core, figures] of read().matchAll(/^(cpu\d+) ([\d ]+)$/gm)) {
      const ticks = figures!.trim().split(' ').slice(0, COLUMNS).map(Number)
      if (ticks.length < COLUMNS) continue
      cores.set(core!, { stolen: ticks.at(-1)!, all: ticks.reduce((sum, one) => sum + one, 0) })
    }
  } catch {
    // Another system.
  }
  return cores
}

/** Less of it makes no benchmark look asleep. */
const LEAST_STOLEN = 0.05

/** Why a benchmark was refused, with what the host took meanwhile where that may be all there is to it. */
export function withSteal(refused: Refused, stolen: number | null): Refused {
  if (refused instanceof TimeUp || stolen === null || stolen <= LEAST_STOLEN) return refused
  const share = Math.round(100 * stolen)
  return new Refused(
    `${refused.message}; but meanwhile the host of this machine gave a core to others for ${share} % of the time (steal), which looks like sleep`,
    { cause: refused },
  )
}
