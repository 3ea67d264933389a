/** Several literals: which of the ways of searching for them is taken. */
import { isOpen } from '../foundation/paths.ts'
import { engine } from '../wasm/engine.ts'
import { AhoCorasick, automatonBytes } from './aho-corasick.ts'
import { FOLD, IDENTITY } from './fold.ts'
import { GRAMS_SHORTEST, Grams } from './grams.ts'
import { KernelSearch } from './kernel-search.ts'
import { Linear } from './linear.ts'
import type { LiteralSearch } from './search.ts'
import { teddyProgram } from './teddy-program.ts'

export function compileSeveral(
  literals: readonly Uint8Array[],
  ignoreCase: boolean,
  maxBytes: number,
): LiteralSearch | null {
  const fold = ignoreCase ? FOLD : IDENTITY
  const folded = literals.map((literal) => literal.map((byte) => fold[byte]!))
  // Each of the faster ways may give up on a text, and then needs the automaton.
  if (automatonBytes(folded) > maxBytes) return null
  const lengths = literals.map((literal) => literal.length)
  const linear = new Linear(() => new AhoCorasick(folded, fold), lengths)
  const program = isOpen('teddy') ? teddyProgram(folded, ignoreCase) : null
  if (program !== null) {
    const { teddy } = engine().kernels
    return new KernelSearch({
      program,
      kernel: teddy,
      lengths,
      anchor: null,
      shortBelow: 24,
      short: linear,
      linear,
    })
  }
  if (linear.shortest < GRAMS_SHORTEST || !isOpen('grams')) return linear
  return new Linear(() => new Grams(folded, ignoreCase, linear), lengths)
}
