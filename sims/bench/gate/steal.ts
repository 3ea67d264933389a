/**
 * Time that the host of a virtual machine gave to others (steal). A thread that is ready then neither runs nor, for its own
 * kernel, waits for a core: it looks asleep.
 */
import { readFileSync } from 'node:fs'
import { Refused, TimeUp } from './refused.ts'

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
