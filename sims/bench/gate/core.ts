/**
 * All sides of a round on one core.
 *
 * Cores are not alike: a virtual one shares its execution units with whatever its host runs beside it, and is then slower
 * by a third to a half, for seconds at a time. A scheduler leaves a process where it is. So base on one core and head on
 * another differ for a whole round by what the cores differ, and turns do not help; on the same core they do
 * (`METHODOLOGY.md` has the figures). Helper threads, such as those that collect garbage, stay free to go anywhere.
 *
 * Linux only, by its own call through koffi. Where either is missing, processes run where they like.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Stream } from '../../lab/kernel/random/stream.ts'

/** Cores that a process, this one if no other is named, may run on; none where the machine does not tell. */
export function allowedCores(pid: number | 'self' = 'self'): readonly number[] {
  try {
    return coresIn(/^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]!)
  } catch {
    return []
  }
}

/** `0-2,5` as numbers. */
export function coresIn(list: string): readonly number[] {
  return list.split(',').flatMap((part) => {
    const [first, last = first] = part.split('-').map(Number) as [number, number?]
    return Array.from({ length: last - first + 1 }, (_, i) => first + i)
  })
}

/** As many bits as Linux counts cores by default. */
const MASK_BYTES = 128

/**
 * Keeps the main thread of a process, and what it starts from then on, on these cores; one that is gone already is left
 * alone. Null where that cannot be done.
 */
export function openPin(): ((pid: number, cores: readonly number[]) => void) | null {
  if (process.platform !== 'linux') return null
  try {
    const koffi = createRequire(import.meta.url)('koffi') as {
      load(name: null): { func(definition: string): (...args: unknown[]) => number }
    }
    const set = koffi.load(null).func('int sched_setaffinity(int pid, size_t size, const void *mask)')
    return (pid, cores) => {
      const mask = Buffer.alloc(MASK_BYTES)
      for (const core of cores) mask[core >> 3]! |= 1 << (core & 7)
      set(pid, MASK_BYTES, mask)
    }
  } catch {
    return null
  }
}

const pin = openPin()
const cores = allowedCores()

/** Keeps these processes on one core, drawn from `shuffle`, until the returned function lets them go. */
export function keepTogether(pids: readonly number[], shuffle: Stream): () => void {
  if (pin === null || cores.length === 0) return () => {}
  const core = cores[shuffle.below(cores.length)]!
  for (const pid of pids) pin(pid, [core])
  return () => {
    for (const pid of pids) pin(pid, cores)
  }
}
