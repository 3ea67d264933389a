/**
 * What one process of the gate runs: a row of this project's benchmarks, or a task of somebody else's file.
 *
 * A file of tasks exports tinybench's `Bench` (with its tasks added, not yet run), or `tasks`: functions by name. A row
 * says what it must return. A task does not, so what it returns first is what it must return each time after; and base's
 * must be head's. Where it counts its own work exactly, it may export `counters`: a function that returns what was done
 * so far, by name.
 */
import { pathToFileURL } from 'node:url'
import type { Bench, Task } from 'tinybench'
import { verify, WrongResult } from '../harness/errors.ts'
import { loadRows, type RowsSource } from '../harness/load.ts'
import type { Burst, Parts } from '../harness/row.ts'

export type Work =
  | ({ readonly kind: 'row'; readonly row: string } & RowsSource)
  | { readonly kind: 'task'; readonly file: string; readonly task: string }

/** Work that is ready to be done. */
export interface Ready {
  /** Does it `repeats` times over; throws WrongResult when a result is not the one it must be. */
  run(repeats: number): void | Promise<void>
  /** What it must return, as text; null where it returns nothing to compare. */
  result(): string | null
  /** Units of work in one run. */
  readonly units: number
  /** The engine's own exact counts of the work of one run. */
  counters?(): Readonly<Record<string, number>> | Promise<Readonly<Record<string, number>>>
  close(): void | Promise<void>
}

export async function makeReady(work: Work): Promise<Ready> {
  return work.kind === 'row' ? await readyRow(work) : await readyTask(work.file, work.task)
}

async function readyRow(work: Work & { kind: 'row' }): Promise<Ready> {
  const row = (await loadRows(work)).find(({ id }) => id === work.row)
  if (row === undefined) throw new Error('there is no such row')
  const prepared = await row.ours.prepare()
  const burst = 'parts' in prepared ? await allParts(prepared) : prepared
  if (burst.timed !== undefined)
    throw new Error('it is done in a further process, whose time the gate cannot take')
  return {
    run: (repeats) => repeatBurst(burst, repeats),
    result: () => String(burst.expected),
    units: burst.work,
    ...(burst.counters && { counters: () => burst.counters!() }),
    close: () => burst.close?.(),
  }
}

/** All runs in one turn of the event loop where the burst allows it. */
function repeatBurst(burst: Burst, repeats: number): void | Promise<void> {
  for (let i = 0; i < repeats; i++) {
    const got = burst.run()
    if (got instanceof Promise) return finishBurst(burst, got, repeats - i - 1)
    verify(burst, got)
  }
  return undefined
}

async function finishBurst(burst: Burst, running: Promise<number>, left: number): Promise<void> {
  verify(burst, await running)
  for (let i = 0; i < left; i++) verify(burst, await burst.run())
}

/** A mean over parts as one burst: each part once, each part's counters under its own name. */
async function allParts(work: Parts): Promise<Burst> {
  const bursts: Burst[] = []
  for (const part of work.parts) bursts.push(await part.prepare())
  const counters = async (): Promise<Record<string, number>> => {
    const all: Record<string, number> = {}
    for (const [i, burst] of bursts.entries()) {
      for (const [name, n] of Object.entries((await burst.counters?.()) ?? {})) {
        all[`${work.parts[i]!.id}: ${name}`] = n
      }
    }
    return all
  }
  return {
    run: async () => {
      let right = 0
      for (const burst of bursts) if (Object.is(await burst.run(), burst.expected)) right++
      return right
    },
    work: bursts.length,
    expected: bursts.length,
    counters,
    close: async () => {
      for (const burst of bursts) await burst.close?.()
      await work.close?.()
    },
  }
}

/** The tasks that a file offers, by name. Throws when it offers none. */
export async function tasksOf(file: string): Promise<ReadonlyMap<string, Runner>> {
  const module = (await import(pathToFileURL(file).href)) as Record<string, unknown>
  const found = new Map<string, Runner>()
  for (const value of Object.values(module)) {
    if (isBench(value)) for (const task of value.tasks) found.set(task.name, benchTask(value, task))
  }
  const { tasks } = module
  if (typeof tasks === 'object' && tasks !== null) {
    for (const [name, task] of Object.entries(tasks)) {
      if (typeof task === 'function') found.set(name, plainTask(task as () => unknown))
    }
  }
  if (found.size > 0) return found
  throw new Error('it exports no tinybench Bench with tasks, and no `tasks`: functions by name')
}

type Runner = () => Ready

function isBench(value: unknown): value is Bench {
  return (
    typeof value === 'object' &&
    value !== null &&
    'tasks' in value &&
    Array.isArray(value.tasks) &&
    'add' in value
  )
}

/** tinybench runs its own task, so hooks run as its author meant; we only say how often. */
function benchTask(bench: Bench, task: Task): Runner {
  return () => ({
    run: async (repeats) => {
      // Readonly in its types only; a Bench made by another copy of tinybench is no different.
      Object.assign(bench, { time: 0, iterations: repeats, warmup: false, throws: true })
      task.reset()
      await task.run()
      const { state } = task.result
      if (state !== 'completed') throw new Error(`tinybench ended ${state}`)
    },
    result: () => null,
    units: 1,
    close: () => {},
  })
}

function plainTask(task: () => unknown): Runner {
  return () => {
    let first: string | undefined
    const take = (value: unknown): void => {
      const got = shown(value)
      first ??= got
      if (got !== first) throw new WrongResult(`it returned ${first} first, and ${got} later`)
    }
    const finish = async (running: Promise<unknown>, left: number): Promise<void> => {
      take(await running)
      for (let i = 0; i < left; i++) take(await task())
    }
    return {
      run: (repeats) => {
        for (let i = 0; i < repeats; i++) {
          const value = task()
          if (value instanceof Promise) return finish(value, repeats - i - 1)
          take(value)
        }
        return undefined
      },
      result: () => (first === undefined || first === 'undefined' ? null : first),
      units: 1,
      close: () => {},
    }
  }
}

function shown(value: unknown): string {
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}

async function readyTask(file: string, name: string): Promise<Ready> {
  const task = (await tasksOf(file)).get(name)
  if (task === undefined) throw new Error(`there is no task ${name}`)
  const { counters } = (await import(pathToFileURL(file).href)) as { counters?: unknown }
  if (typeof counters !== 'function') return task()
  return { ...task(), counters: async () => countsIn(await (counters as () => unknown)()) }
}

/** What a stranger's `counters` returned; what is no number is NaN, and refused where it is head's. */
function countsIn(given: unknown): Readonly<Record<string, number>> {
  if (typeof given !== 'object' || given === null)
    throw new Error('its `counters` must return numbers by name')
  return Object.fromEntries(Object.entries(given).map(([name, n]) => [name, Number(n)]))
}
