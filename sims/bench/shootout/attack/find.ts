/** All attacks worth trying on a pattern: recheck's, our own search's, and a plain text. */
import { fileURLToPath } from 'node:url'
import type { Proposal, Proposals } from '../../../../engines/ambiguity/index.ts'
import { AskedProcess } from './asked.ts'
import { attackKey, type Attack } from './attack.ts'
import { readingsOf, type Reading } from './dialect.ts'
import type { DialectName } from './dialects.ts'
import { attacksOf, hasSeenAll, Recheck } from './recheck.ts'

export interface Attacks {
  /** Of a search for one match. */
  readonly search: readonly Attack[]
  /** Of finding all matches. */
  readonly findAll: readonly Attack[]
  /** Whether the whole pattern was looked into: else that no attack grows says nothing about the pattern. */
  readonly complete: boolean
  /** A part that was not read as the engine reads it, null for none: where there is one, the search is not complete. */
  readonly differs: string | null
}

/** What was found in readings of one pattern: several engines may read it alike. */
export type Known = Map<string, Promise<Found>>

interface Found {
  readonly search: readonly Attack[]
  readonly findAll: readonly Attack[]
  readonly busiest: Attack | null
  readonly complete: boolean
}

/** Its steps are bounded; this is for a pattern that it is lost in, on a busy machine. */
const SEARCH_MS = 30_000

/** For patterns that nobody has an attack on: something to measure. */
const PLAIN: readonly Attack[] = [
  { prefix: '', pump: 'a', suffix: '!', from: 'plain' },
  { prefix: '', pump: ' ', suffix: 'x', from: 'plain' },
]
const NONE: Proposals = { search: [], busiest: null, findAll: [], complete: false }

export class AttackFinder {
  private readonly recheck = new Recheck()
  private readonly searcher = new AskedProcess([
    process.execPath,
    fileURLToPath(new URL('search-child.ts', import.meta.url)),
  ])
  private isClosed = false

  async find(
    pattern: string,
    flags: string,
    dialect: DialectName = 'ecmascript',
    known: Known = new Map(),
  ): Promise<Attacks> {
    const { readings, differs } = readingsOf(pattern, flags, dialect)
    const all: Found[] = []
    for (const reading of readings) {
      if (this.isClosed) break
      const key = `${reading.flags}/${reading.source}`
      const asked = known.get(key) ?? this.look(reading)
      known.set(key, asked)
      all.push(await asked)
    }
    const busiest = all.flatMap((one) => one.busiest ?? [])
    const search = [...inTurn(all.map((one) => one.search)), ...busiest, ...PLAIN]
    return {
      search,
      findAll: [...inTurn(all.map((one) => one.findAll)), ...search.slice(0, 4), PLAIN[0]!],
      complete: differs === null && all.length > 0 && all.every((one) => one.complete),
      differs,
    }
  }

  private async look(reading: Reading): Promise<Found> {
    const [diagnostics, reply] = await Promise.all([
      this.recheck.check(reading.source, reading.flags),
      this.searcher.ask(reading, SEARCH_MS),
    ])
    const proposals = (reply ?? NONE) as Proposals
    const theirs = diagnostics === null ? [] : attacksOf(diagnostics)
    return {
      search: [...theirs, ...proposals.search.map(asAttack('loops'))],
      findAll: proposals.findAll.map(asAttack('find-all')),
      busiest: proposals.busiest && asAttack('plain')(proposals.busiest),
      complete: proposals.complete || (diagnostics !== null && hasSeenAll(diagnostics)),
    }
  }

  /** Processes that may be ended by anybody at any time. */
  get pids(): number[] {
    return [this.recheck.pid, this.searcher.pid].filter((pid) => pid !== undefined)
  }

  /** For good: what is being looked for is not found. */
  close(): void {
    this.isClosed = true
    this.recheck.close()
    this.searcher.close()
  }
}

const asAttack =
  (from: string) =>
  ({ prefix, pump, suffix }: Proposal): Attack => ({ prefix, pump, suffix, from })

/** The first of each, then the second of each, none twice: an engine tries so many and no more. */
function inTurn(lists: readonly (readonly Attack[])[]): Attack[] {
  const longest = Math.max(0, ...lists.map((list) => list.length))
  const turns = Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list[at] ?? []))
  return [...new Map(turns.flat().map((attack) => [attackKey(attack), attack])).values()]
}
