/** One sim and no other's modules: for a worker thread 40 to 210 of them, in place of the 520 that all sims take. */
import type { Sim } from './lab/contract/sim.ts'

/** This module, for worker threads. */
export const SIM_BY_NAME = new URL(import.meta.url)

/** The sim of this name; its folder has the same. */
export async function findSim(name: string): Promise<Sim> {
  const exported = (await import(`./${name}/index.ts`)) as Readonly<Record<string, Sim>>
  const sim = Object.values(exported).find((one) => one.name === name)
  if (sim === undefined) throw new Error(`sims/${name} has no sim of this name`)
  return sim
}
