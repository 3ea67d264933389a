/** Several literals: which of the ways of searching for them is taken. */
import { engine } from '../wasm/engine.ts'
import { AhoCorasick, automatonBytes } from './aho-corasick.ts'
import { extremes } from './extremes.ts'
import { FOLD, IDENTITY } from './fold.ts'
import { GRAMS_SHORTEST, Grams } from './grams.ts'
import { KernelSearch } from './kernel-search.ts'
import type { LinearSearch, LiteralSearch } from './search.ts'
import { LinearOnly } from './linear-only.ts'
import { teddyProgram } from './teddy-program.ts'

export function compileSet(
  literals: readonly Uint8Array[],
  ignoreCase: boolean,
  maxBytes: number,
): LiteralSearch | null {
  const fold = ignoreCase ? FOLD : IDENTITY
  const folded = literals.map((literal) => literal.map((byte) => fold[byte]!))
  // Each of the faster ways may give up on a text, and then needs the automaton.
  if (automatonBytes(folded) > maxBytes) return null
  let automaton: AhoCorasick | null = null
  const linear = (): LinearSearch => (automaton ??= new AhoCorasick(folded, fold))
  const lengths = literals.map((literal) => literal.length)
  const program = teddyProgram(folded, ignoreCase)
  if (program !== null) {
    return new KernelSearch({
      program,
      kernel: engine().kernels.teddy,
      lengths,
      anchor: null,
      shortBelow: 24,
      short: new ShortSetText(linear),
      linear,
    })
  }
  const { shortest } = extremes(lengths)
  return new LinearOnly(
    shortest >= GRAMS_SHORTEST ? new Grams(folded, ignoreCase, linear) : linear(),
    lengths,
  )
}

/** Short texts by the automaton, built when the first one comes. */
class ShortSetText implements LinearSearch {
  private readonly linear: () => LinearSearch
  end = -1
  which = -1

  constructor(linear: () => LinearSearch) {
    this.linear = linear
  }

  find(text: Uint8Array, from: number, to: number): number {
    const linear = this.linear()
    const start = linear.find(text, from, to)
    this.end = linear.end
    this.which = linear.which
    return start
  }
}
