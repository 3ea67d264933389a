/** Which assertions hold between two characters, as one mask for a whole closure. */
import { farSide, KINDS } from '../automaton/context.ts'
import type { AssertKind } from '../syntax/ast.ts'

/** All assertions; the place in this list is the bit in a mask. */
export const ASSERT_KINDS: readonly AssertKind[] = [
  'textStart',
  'textEnd',
  'lineStart',
  'lineEnd',
  'wordStart',
  'wordEnd',
  'wordBoundary',
  'notWordBoundary',
]

/** The bit of an assertion in a mask. */
export const assertBit = (what: AssertKind): number => 1 << ASSERT_KINDS.indexOf(what)

/** The mask of the assertions that hold, by `kind before * KINDS + kind after`. */
export const MASKS: Uint8Array = new Uint8Array(KINDS * KINDS)

for (const what of ASSERT_KINDS) {
  farSide(what, false).forEach((after, before) => {
    for (let kind = 0; kind < KINDS; kind++) {
      if ((after >> kind) & 1) MASKS[before * KINDS + kind] = MASKS[before * KINDS + kind]! | assertBit(what)
    }
  })
}
