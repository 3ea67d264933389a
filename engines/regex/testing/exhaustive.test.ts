import { describe, expect, it } from 'vitest'
import { parse } from '../syntax/parse.ts'
import { exhaustiveExec, TooMany } from './exhaustive.ts'
import { randomPattern } from './generate.ts'
import { Random } from './random.ts'
import { holdsMinimal, referenceExec } from './reference.ts'

/** The greatest tree at the first position that has one. */
function leftmost(pattern: string, rightAssoc: boolean, text: readonly number[]): string {
  const parsed = parse(pattern, { rules: rightAssoc ? 'posix' : 'tre' })
  for (let start = 0; start <= text.length; start++) {
    const spans = exhaustiveExec(parsed, text, start)
    if (spans) return spans.join()
  }
  return 'null'
}

describe('the reference', () => {
  it.each([
    // Figures from the published suites.
    ['(a|ab)(c|bcd)(d*)', true, 'abcd', '0,4,0,2,2,3,3,4'],
    ['(a|ab)(c|bcd)(d*)', false, 'abcd', '0,4,0,1,1,4,4,4'],
    ['((y?){2,3}){2}', true, 'yyyyy', '0,5,3,5,4,5'],
    ['(a*|(a)*)*', true, 'aa', '0,2,0,2,-1,-1'],
  ])('agrees with the definition on %s', (pattern, rightAssoc, string, expected) => {
    const text = Array.from(string, (char) => char.codePointAt(0)!)
    expect(leftmost(pattern, rightAssoc, text)).toBe(expected)
  })

  it('picks the greatest parse tree of all', () => {
    const random = new Random(20)
    let compared = 0
    while (compared < 4000) {
      const { pattern } = randomPattern(random)
      // Either order of concatenation; TRE's reading of loops is not the definition's.
      const parsed = parse(pattern, { rules: random.pick(['posix', 'tre']) })
      if (parsed.hasAssertions || holdsMinimal(parsed.root)) continue
      const text = Array.from({ length: random.below(5) }, () => random.pick([97, 97, 98]))
      try {
        const spans = exhaustiveExec(parsed, text, 0)
        const found = spans === null ? null : referenceExec(parsed, text)
        expect([pattern, text, found]).toEqual([pattern, text, spans])
        compared++
      } catch (error) {
        if (!(error instanceof TooMany)) throw error
      }
    }
  })
})
