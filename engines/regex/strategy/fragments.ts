/** What a pattern offers to the walkers over fragments, and what it refuses. */
import { isOpen } from '../foundation/paths.ts'
import { isApproximate } from '../approx/index.ts'
import type { ApproxMatcher } from '../approx/index.ts'
import { EDGE } from '../automaton/context.ts'
import type { Program } from '../dfa/program.ts'
import { completeTable } from '../dfa/table.ts'
import type { FragmentMatcher } from '../scan/scan.ts'
import type { Parsed } from '../syntax/ast.ts'
import { RegexSyntaxError } from '../types.ts'
import type { Options } from '../types.ts'

/** Refuses approximate settings where only exact matching is done. */
export function exactOnly(parsed: Parsed, options: Options): Parsed {
  if (isApproximate(parsed, options)) {
    throw new RegexSyntaxError('BADPAT', 0, 'a set of patterns cannot have approximate settings')
  }
  return parsed
}

export function approximateFragments(approx: ApproxMatcher): FragmentMatcher {
  const { literals } = approx
  return {
    table: null,
    literals: literals && { search: literals, exact: false },
    test: (text, from, to) => approx.testFragment(text, from, to),
  }
}

export function fragmentMatcher(program: Program): FragmentMatcher {
  const { skip, tally } = program
  const literals =
    skip && isOpen('scan literals') ? { search: skip.search, exact: skip.literals.whole } : null
  const table = literals?.exact ? null : completeTable(program.merged(false), () => tally.built)
  return {
    table,
    literals,
    test: (text, from, to) => program.matches(text.subarray(from, to), 0, EDGE, EDGE),
  }
}
