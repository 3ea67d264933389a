/**
 * A text of the user's as a suite. Nobody says what the counts must be, so engines of one rule are held against each
 * other: the first that takes the pattern, in an order of trust, sets the count for its rule.
 */
import type { EngineSpec, Semantics } from '../engines/facts.ts'
import type { PatternEntry } from '../input/patterns.ts'
import { EngineFailed, EngineProcess, EngineRefused, type Limits } from '../process/engine-process.ts'
import { present } from '../shootout.ts'
import type { Definition } from './definition.ts'

const LIMITS = { seconds: 20, bytes: 2 ** 31 }

export async function haystackDefinitions(
  entries: readonly PatternEntry[],
  flags: string,
  text: Uint8Array,
  name: string,
  specs: readonly EngineSpec[],
  signal?: AbortSignal,
): Promise<Definition[]> {
  const limits = { ...LIMITS, ...(signal && { signal }) }
  const { specs: here } = present(specs)
  const definitions: Definition[] = []
  for (const { pattern } of entries) {
    const expected: Partial<Record<Semantics, number>> = {}
    for (const spec of here) {
      const counted = await countOf(spec, pattern, flags, text, limits)
      if (counted !== null) expected[counted.semantics] ??= counted.count
    }
    definitions.push({ id: pattern, group: name, ask: 'count', pattern, flags, text, expected, calls: 1 })
  }
  return definitions
}

async function countOf(
  spec: EngineSpec,
  pattern: string,
  flags: string,
  text: Uint8Array,
  limits: Limits,
): Promise<{ semantics: Semantics; count: number } | null> {
  const engine = new EngineProcess(spec, limits)
  try {
    const { semantics } = await engine.hello()
    await engine.compile(pattern, flags)
    await engine.text([{ text, times: 1 }])
    return { semantics, count: (await engine.run('count')).check }
  } catch (error) {
    if (error instanceof EngineRefused || error instanceof EngineFailed) return null
    throw error
  } finally {
    engine.close()
  }
}
