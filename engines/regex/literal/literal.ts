/**
 * Searching for literal strings: what the rest of the engine may ask, and how the answer is looked for.
 *
 * | what is searched for | how |
 * | --- | --- |
 * | one literal | two of its rarest bytes compared 16 places at a time (`kernels/pair.ts`) |
 * | 2 to 64 literals | Teddy: nibbles of three bytes looked up 16 places at a time (`kernels/teddy.ts`) |
 * | more, each of 5 bytes or longer | every k-th 4 or 8 bytes hashed into a bitmap (`kernels/grams.ts`) |
 * | more, some shorter | an Aho-Corasick automaton over byte classes (`aho-corasick.ts`) |
 *
 * Text that lies in the engine's own WebAssembly memory (an arena region) is searched in place; other text is copied
 * through a 64 KiB window that stays in the cache. Short texts never leave JavaScript. All are linear in the text:
 * when verifying candidates costs more than the text is long, the search goes on with Aho-Corasick.
 */
import { compileSeveral } from './literal-set.ts'
import type { LiteralSearch } from './search.ts'
import { compileOne } from './single.ts'

export interface LiteralOptions {
  /** Letters A-Z match in both cases; other bytes, also those of UTF-8 sequences, match themselves only. */
  readonly ignoreCase?: boolean
  /** Bytes that an Aho-Corasick table may take; default 16 MiB. */
  readonly maxBytes?: number
}

/** One literal of at least one byte. */
export function compileLiteral(bytes: Uint8Array, options: LiteralOptions = {}): LiteralSearch {
  if (bytes.length === 0) throw new RangeError('a literal search needs at least one byte')
  return compileOne(bytes, options.ignoreCase ?? false)
}

/**
 * Several literals, each of at least one byte; null when they need an automaton larger than `maxBytes` (the caller
 * then has its lazy DFA). Of equal literals the first wins.
 */
export function compileLiterals(
  literals: readonly Uint8Array[],
  options: LiteralOptions = {},
): LiteralSearch | null {
  if (literals.length === 0) throw new RangeError('a literal search needs at least one literal')
  for (const literal of literals) {
    if (literal.length === 0) throw new RangeError('a literal search needs at least one byte')
  }
  if (literals.length === 1) return compileOne(literals[0]!, options.ignoreCase ?? false)
  return compileSeveral(literals, options.ignoreCase ?? false, options.maxBytes ?? 16 << 20)
}
