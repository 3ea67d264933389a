/** The one place where a pattern is asked what it is. */
import { isOpen } from '../foundation/paths.ts'
import { isApproximate } from '../approx/index.ts'
import { buildCaptures } from '../captures/index.ts'
import type { Captures } from '../captures/index.ts'
import { LiteralSpans } from '../dfa/literal-spans.ts'
import { Program } from '../dfa/program.ts'
import { SpanSearch } from '../dfa/spans.ts'
import type { RestOf } from '../dfa/spans.ts'
import type { Parsed } from '../syntax/ast.ts'
import type { Options } from '../types.ts'
import { Approximate } from './approximate.ts'
import { Ranked } from './ranked.ts'
import { RankedMatches } from './ranked-matches.ts'
import type { Strategy } from './strategy.ts'
import { Walked } from './walked.ts'

/** @throws RegexBudgetError where the pattern would be too large */
export function chooseStrategy(parsed: Parsed, options: Options): Strategy {
  if (isApproximate(parsed, options)) return new Approximate(parsed, options)
  const program = new Program(parsed, options.budget)
  if (parsed.hasMinimal) {
    if (!program.inOrder || !isOpen('ordered')) return new Ranked(program, options)
    return new Walked('ordered', program, options, () => new SpanSearch(program, restOf(program, options)))
  }
  const strings = isOpen('literal spans') ? program.wholeLiterals : null
  if (strings !== null) return new Walked('literal', program, options, () => new LiteralSpans(strings))
  return new Walked('exact', program, options, () => new SpanSearch(program))
}

/** What goes on where walks in order read too much in vain: a search that knows what is still possible. */
function restOf(program: Program, options: Options): RestOf {
  const { parsed, meter } = program
  let captures: Captures | undefined
  return (text, from) => {
    captures ??= buildCaptures(parsed, options, meter)
    const rest = new RankedMatches(captures, text, parsed.bytes, meter, true, from)
    rest.harden()
    return rest
  }
}
