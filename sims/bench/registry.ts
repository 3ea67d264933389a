/**
 * The benchmarks there are.
 *
 * To add one: write `sims/bench/rows/<name>.ts` that exports `rows: Rows` (`harness/row.ts` says what a row is) and give it a
 * line here. No benchmark's module is loaded but the one that is asked for. A module must do no work when it is loaded:
 * every contestant's process loads it.
 */
import type { BenchDocument } from './harness/document.ts'
import { BadRequest } from './harness/errors.ts'
import { measureModule, type BenchOptions } from './harness/measure.ts'

const MODULES: ReadonlyMap<string, URL> = new Map(
  ['kernel', 'relay', 'regex', 'sparse-array', 'webhook', 'sims'].map((name) => [
    name,
    new URL(`./rows/${name}.ts`, import.meta.url),
  ]),
)

/** Names that `runBench` takes. */
export const benchNames: readonly string[] = [...MODULES.keys()]

/** Where the rows of each benchmark are. */
export const benchModules: ReadonlyMap<string, URL> = MODULES

/** Measures one benchmark against its peers. BadRequest for a name that is none. */
export async function runBench(name: string, options: BenchOptions = {}): Promise<BenchDocument> {
  const module = MODULES.get(name)
  if (module === undefined) {
    throw new BadRequest(`there is no benchmark ${name}; there are ${benchNames.join(', ')}`)
  }
  return await measureModule(name, module, options)
}
