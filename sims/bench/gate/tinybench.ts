/**
 * A task that was added to a tinybench `Bench`: its own function, with its hooks around it.
 *
 * The gate times and counts the function alone. tinybench keeps that to itself, so the file is given a `Bench` that notes
 * what is added; older versions (before 6) hand it out.
 */
import { registerHooks } from 'node:module'
import type { Bench, Task } from 'tinybench'
import { FirstResult } from './result.ts'
import { isThenable, type Ready } from './work.ts'

type Hook = (this: Task, mode: 'run') => unknown

interface Added {
  readonly fn: (this: Task) => unknown
  readonly options?: Partial<Record<'beforeAll' | 'beforeEach' | 'afterEach' | 'afterAll', Hook>> | undefined
}

export type AddedTasks = WeakMap<Task, Added>

const NOTE = Symbol.for('flowbench.gate.added')

/** From now on, what is added to any `Bench` that is imported. */
export function recordTasks(): AddedTasks {
  const added: AddedTasks = new WeakMap()
  const note = (task: Task, fn: Added['fn'], options: Added['options']): void =>
    void added.set(task, { fn, options })
  Object.assign(globalThis, { [NOTE]: note })
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context)
      const { parentURL = '', conditions } = context
      const isImported =
        /\/node_modules\/tinybench\/.*\.m?js$/.test(found.url) && conditions.includes('import')
      if (!isImported || parentURL.startsWith('data:') || parentURL.includes('/node_modules/tinybench/'))
        return found
      return {
        url: `data:text/javascript,${encodeURIComponent(noting(found.url))}`,
        format: 'module',
        shortCircuit: true,
      }
    },
  })
  return added
}

/** The text of a module that is tinybench, with a `Bench` that notes what is added. */
const noting = (url: string): string => `import * as real from ${JSON.stringify(url)}
export * from ${JSON.stringify(url)}
export class Bench extends real.Bench {
  add(name, fn, options) {
    super.add(name, fn, options)
    globalThis[Symbol.for(${JSON.stringify(NOTE.description)})](this.getTask(name), fn, options)
    return this
  }
}
export default Bench
`

/** Throws where the task's function cannot be had. */
export async function readyBenchTask(
  bench: Bench,
  task: Task,
  added: AddedTasks,
  keepsResult: boolean,
): Promise<Ready> {
  const { fn, options = {} } = added.get(task) ?? handedOut(task)
  const call = (name: keyof NonNullable<Added['options']>): unknown => options[name]?.call(task, 'run')
  // As tinybench does before the first run of a task, and after the last.
  await bench.setup?.(task, 'run')
  await call('beforeAll')
  const result = new FirstResult(keepsResult)
  let isFirst = true
  const take = (value: unknown): void => {
    if (!isFirst) return
    isFirst = false
    if (typeof value === 'object' && value !== null && 'overriddenDuration' in value)
      throw new Error('it says itself how long it took, and the gate has a clock of its own')
    result.take(value)
  }
  const finish = async (running: PromiseLike<unknown>, left: number): Promise<void> => {
    take(await running)
    for (let i = 0; i < left; i++) take(await fn.call(task))
  }
  return {
    run: (repeats) => {
      for (let i = 0; i < repeats; i++) {
        const value = fn.call(task)
        if (isThenable(value)) return finish(value, repeats - i - 1)
        take(value)
      }
      return undefined
    },
    ...((options.beforeEach ?? options.afterEach) && {
      around: { before: () => call('beforeEach'), after: () => call('afterEach') },
    }),
    result: (folder) => result.in(folder),
    units: 1,
    close: async () => {
      await call('afterAll')
      await bench.teardown?.(task, 'run')
    },
  }
}

function handedOut(task: Task): Added {
  const { fn, fnOpts, opts } = task as unknown as { fn?: unknown; fnOpts?: object; opts?: object }
  if (typeof fn === 'function') return { fn: fn as Added['fn'], options: fnOpts ?? opts }
  throw new Error(
    "its Bench must come from `import { Bench } from 'tinybench'`: else its function cannot be timed alone",
  )
}
