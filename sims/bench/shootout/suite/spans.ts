/**
 * Whether engines that count alike also find the same matches: a hash of all starts and ends, asked of each.
 *
 * Engines of one rule and one unit of offsets must have one hash (where all is ASCII, units are one). Where they do not, each one's matches are read and held
 * against the judge of `difference.ts`, which needs none of them; what it cannot judge goes by the majority, and where
 * there is none, every one is named, for one of them is wrong.
 */
import type { EngineFacts } from '../engines/facts.ts'
import type { Definition } from './definition.ts'
import { explainDifference, type Difference } from './difference.ts'

export interface Hashed {
  readonly engine: string
  readonly facts: Pick<EngineFacts, 'semantics' | 'units'>
  /** Null where the engine does not answer that question. */
  readonly hash: number | null
  /** Its first matches. */
  readonly find: () => Promise<readonly (readonly number[])[] | null>
}

const OPEN: Difference = { match: 0, theirs: null, right: null, cause: 'open', rule: null }

/** The engines whose spans are not what their rule says, each with what differs. */
export async function wrongSpans(
  definition: Pick<Definition, 'pattern' | 'flags' | 'text'>,
  engines: readonly Hashed[],
): Promise<ReadonlyMap<string, Difference>> {
  const wrong = new Map<string, Difference>()
  // An engine that reports all ends has as many matches as it likes: its hash is its own.
  const asked = engines.filter(({ hash, facts }) => hash !== null && facts.semantics !== 'all-ends')
  const ascii = definition.text.every((byte) => byte < 0x80)
  const classes = Map.groupBy(asked, ({ facts }) => `${facts.semantics} ${ascii ? '' : facts.units}`)
  for (const alike of classes.values()) {
    const byHash = [...Map.groupBy(alike, ({ hash }) => hash).values()].toSorted(
      (a, b) => b.length - a.length,
    )
    if (byHash.length === 1) continue
    const [most, second] = byHash as [Hashed[], Hashed[]]
    const majority = most.length > second.length ? most : []
    for (const one of alike) {
      const found = await one.find()
      const difference = found === null ? OPEN : explainDifference(definition, found, one.facts)
      if (difference === null || (difference.cause === 'open' && majority.includes(one))) continue
      wrong.set(one.engine, difference)
    }
  }
  return wrong
}
