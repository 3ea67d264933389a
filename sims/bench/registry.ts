/**
 * The benchmarks there are.
 *
 * To add one: write `sims/bench/rows/<name>.ts` that exports `rows: Rows` (`harness/row.ts` says what a row is) and put its name into
 * KNOWN. A name whose file is not there is not offered, and no benchmark's module is loaded but the one that is asked
 * for. A module must do no work when it is loaded: every contestant's process loads it.
 */
import { existsSync } from 'node:fs'
import type { BenchDocument } from './harness/row.ts'
import { measureModule, type BenchOptions } from './harness/document.ts'
import { CouldNotMeasure } from './harness/errors.ts'

const KNOWN = ['kernel', 'relay', 'regex', 'sparse-array', 'webhook'] as const

function moduleOf(name: string): URL {
  return new URL(`./rows/${name}.ts`, import.meta.url)
}

/** Names that `runBench` takes. */
export const benchNames: readonly string[] = KNOWN.filter((name) => existsSync(moduleOf(name)))

/** Measures one benchmark against its peers. CouldNotMeasure for a name that is none. */
export async function runBench(name: string, options: BenchOptions = {}): Promise<BenchDocument> {
  if (!benchNames.includes(name)) {
    throw new CouldNotMeasure(`there is no benchmark ${name}; there are ${benchNames.join(', ')}`)
  }
  return await measureModule(name, moduleOf(name), options)
}
