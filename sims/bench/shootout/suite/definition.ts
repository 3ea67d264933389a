/** What a suite asks: a question about a text, with the answer that it must have under each rule. */
import type { Semantics } from '../engines/facts.ts'
import type { Ask } from '../protocol.ts'

export interface Definition {
  readonly id: string
  /** Group of the report: `literal`, `quadratic`, `short-texts`, ... */
  readonly group: string
  readonly ask: Ask
  readonly pattern: string
  readonly flags: string
  readonly text: Uint8Array
  /** The answer, in bytes where it is lengths; by rule where rules differ. */
  readonly expected: number | Readonly<Partial<Record<Semantics, number>>>
  /** Figures are a text, or a call where the text is many. */
  readonly calls: number
}

/** Null where the rule has no answer that is known. */
export function expectedFor({ expected }: Definition, semantics: Semantics): number | null {
  return typeof expected === 'number' ? expected : (expected[semantics] ?? null)
}
