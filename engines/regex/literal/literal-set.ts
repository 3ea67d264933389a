/** Several literals: which of the ways of searching for them is taken. */
import { AhoCorasick } from './aho-corasick.ts'
import { FOLD, IDENTITY } from './fold.ts'
import { LinearOnly } from './linear-only.ts'
import type { LiteralSearch } from './literal.ts'

export function compileSet(
  literals: readonly Uint8Array[],
  ignoreCase: boolean,
  maxBytes: number,
): LiteralSearch | null {
  const fold = ignoreCase ? FOLD : IDENTITY
  const automaton = AhoCorasick.build(literals, fold, maxBytes)
  return (
    automaton &&
    new LinearOnly(
      automaton,
      literals.map((literal) => literal.length),
    )
  )
}
