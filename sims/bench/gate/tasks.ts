/**
 * A task of somebody else's file, ready to be done.
 *
 * A file of tasks exports tinybench's `Bench` (with its tasks added, not yet run), or `tasks`: functions by name. A task
 * does not say what it must return. What one of `tasks` returns first is what it must return each time after, and base's
 * must be head's. Where it counts its own work exactly, the file may export `counters`: a function that returns what was
 * done so far, by name.
 */
import { pathToFileURL } from 'node:url'
import type { Bench } from 'tinybench'
import { WrongResult } from '../harness/errors.ts'
import { FirstResult, shown } from './result.ts'
import { refuseStrangers } from './strangers.ts'
import { readyBenchTask, recordTasks } from './tinybench.ts'
import { isThenable, type Ready, type TaskFile } from './work.ts'

/** The tasks that a file offers, by name. Throws when it offers none. */
export async function tasksOf({
  file,
  cwd,
  repository,
  env,
}: TaskFile): Promise<ReadonlyMap<string, Runner>> {
  if (cwd !== undefined) process.chdir(cwd)
  Object.assign(process.env, env)
  if (repository !== undefined) refuseStrangers(repository)
  const added = recordTasks()
  const module = (await import(pathToFileURL(file).href)) as Record<string, unknown>
  const found = new Map<string, Runner>()
  const offers = new Map<string, unknown>()
  const offer = (name: string, task: unknown, runner: Runner): void => {
    // A Bench may be exported under several names.
    if ((offers.get(name) ?? task) !== task)
      throw new Error(`two of its tasks are named ${name}: only one of them would be compared`)
    offers.set(name, task)
    found.set(name, runner)
  }
  for (const value of Object.values(module)) {
    if (isBench(value))
      for (const task of value.tasks)
        offer(task.name, task, (keeps) => readyBenchTask(value, task, added, keeps))
  }
  const { tasks } = module
  if (typeof tasks === 'object' && tasks !== null) {
    for (const [name, task] of Object.entries(tasks)) {
      if (typeof task === 'function') offer(name, task, plainTask(task as () => unknown))
    }
  }
  if (found.size > 0) return found
  throw new Error('it exports no tinybench Bench with tasks, and no `tasks`: functions by name')
}

type Runner = (keepsResult: boolean) => Ready | Promise<Ready>

function isBench(value: unknown): value is Bench {
  return (
    typeof value === 'object' &&
    value !== null &&
    'tasks' in value &&
    Array.isArray(value.tasks) &&
    'add' in value
  )
}

function plainTask(task: () => unknown): Runner {
  return (keepsResult) => {
    let first: string | undefined
    const result = new FirstResult(keepsResult)
    const take = (value: unknown): void => {
      const got = shown(value)
      first ??= got
      result.take(value)
      if (got !== first) throw new WrongResult(`it returned ${first} first, and ${got} later`)
    }
    const finish = async (running: PromiseLike<unknown>, left: number): Promise<void> => {
      take(await running)
      for (let i = 0; i < left; i++) take(await task())
    }
    return {
      run: (repeats) => {
        for (let i = 0; i < repeats; i++) {
          const value = task()
          if (isThenable(value)) return finish(value, repeats - i - 1)
          take(value)
        }
        return undefined
      },
      result: (folder) => result.in(folder),
      units: 1,
      close: () => {},
    }
  }
}

export async function readyTask(from: TaskFile, name: string, keepsResult: boolean): Promise<Ready> {
  const task = (await tasksOf(from)).get(name)
  if (task === undefined) throw new Error(`there is no task ${name}`)
  const { counters } = (await import(pathToFileURL(from.file).href)) as { counters?: unknown }
  if (typeof counters !== 'function') return await task(keepsResult)
  return { ...(await task(keepsResult)), counters: async () => countsIn(await (counters as () => unknown)()) }
}

/** What a stranger's `counters` returned; what is no number is NaN, and refused where it is head's. */
function countsIn(given: unknown): Readonly<Record<string, number>> {
  if (typeof given !== 'object' || given === null)
    throw new Error('its `counters` must return numbers by name')
  return Object.fromEntries(Object.entries(given).map(([name, n]) => [name, Number(n)]))
}
