/** All attacks worth trying on a pattern: recheck's, our own search's, and a plain text. */
import { fileURLToPath } from 'node:url'
import type { Proposal, Proposals } from '../../../../engines/ambiguity/index.ts'
import { AskedProcess } from './asked.ts'
import type { Attack } from './attack.ts'
import { inEcmaScript } from './dialect.ts'
import { attacksOf, Recheck } from './recheck.ts'

export interface Attacks {
  /** Of a search for one match. */
  readonly search: readonly Attack[]
  /** Of finding all matches. */
  readonly findAll: readonly Attack[]
  /** Whether the whole pattern was looked into: else that no attack grows says nothing about the pattern. */
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

  async find(pattern: string, flags: string): Promise<Attacks> {
    const readable = inEcmaScript(pattern, flags)
    if (readable === null) return { search: PLAIN, findAll: PLAIN, complete: false }
    const [diagnostics, reply] = await Promise.all([
      this.recheck.check(readable.source, readable.flags),
      this.searcher.ask(readable, SEARCH_MS),
    ])
    const proposals = (reply ?? NONE) as Proposals
    const theirs = diagnostics === null ? [] : attacksOf(diagnostics)
    const { busiest } = proposals
    const plain = busiest === null ? PLAIN : [asAttack('plain')(busiest), ...PLAIN]
    const search = [...theirs, ...proposals.search.map(asAttack('loops')), ...plain]
    return {
      search,
      findAll: [...proposals.findAll.map(asAttack('find-all')), ...search.slice(0, 4), PLAIN[0]!],
      complete: proposals.complete || diagnostics?.status === 'safe' || diagnostics?.status === 'vulnerable',
    }
  }

  /** Processes that may be ended by anybody at any time. */
  get pids(): number[] {
    return [this.recheck.pid, this.searcher.pid].filter((pid) => pid !== undefined)
  }

  close(): void {
    this.recheck.close()
    this.searcher.close()
  }
}

const asAttack =
  (from: string) =>
  ({ prefix, pump, suffix }: Proposal): Attack => ({ prefix, pump, suffix, from })
