/** Engines for tests: built in, or with a planted fault. */
import { fileURLToPath } from 'node:url'
import { ENGINES } from '../engines/engines.ts'
import type { EngineSpec } from '../engines/facts.ts'

const FAULTY = fileURLToPath(new URL('faulty.ts', import.meta.url))

export const faulty = (fault: string): EngineSpec => ({
  id: fault,
  command: [process.execPath, FAULTY, fault],
  missing: () => null,
})

export function builtIn(id: string): EngineSpec {
  const spec = ENGINES.find((one) => one.id === id)
  if (spec === undefined) throw new Error(`no engine is called ${id}`)
  return spec
}
