/**
 * Why an engine's matches differ: the first span that does, and whether the rule that the engine states makes it so.
 *
 * The judge is the plain backtracking matcher of `engines/ambiguity`, which knows all ends of matches at a place and
 * their order. It reads ECMAScript's syntax; where it cannot read the pattern, or would take too long, the cause is open.
 */
import { Backtracker, parsePattern } from '../../../../engines/ambiguity/index.ts'
import type { EngineFacts, Semantics } from '../engines/facts.ts'

export interface Difference {
  readonly match: number
  /** Start and end in bytes; null where there is no such match. */
  readonly theirs: readonly [number, number] | null
  readonly right: readonly [number, number] | null
  /** `semantics`: another rule allows theirs; `defect`: none does; `open`: it could not be judged. */
  readonly cause: 'semantics' | 'defect' | 'open'
  readonly rule: Semantics | null
}

interface Question {
  readonly pattern: string
  readonly flags: string
  readonly text: Uint8Array
}

const BUDGET = 2_000_000
/** Longer texts are judged around the place alone, which `^` and the like would not survive. */
const LONGEST = 200_000

/** Null when nothing differs from what the engine's own rule says. */
export function explainDifference(
  { pattern, flags, text }: Question,
  found: readonly (readonly number[])[],
  { semantics, units }: Pick<EngineFacts, 'semantics' | 'units'>,
): Difference | null {
  const open: Difference = { match: 0, theirs: null, right: null, cause: 'open', rule: null }
  if (text.length > LONGEST) return open
  let judge: Backtracker
  const string = Buffer.from(text).toString('latin1')
  const ascii = text.every((byte) => byte < 0x80)
  if (!ascii && units === 'utf16') return open
  try {
    // Leftmost-longest engines are called with a dot that matches everything.
    const dotAll = semantics === 'leftmost-longest' && !flags.includes('s') ? 's' : ''
    judge = new Backtracker(parsePattern(pattern, flags.replace('u', '') + dotAll))
  } catch {
    return open
  }
  const characters = judge.characters(string)
  let left = BUDGET
  // An engine that has kept to its rule where rules part does not follow another one later.
  let keptRule = false
  for (let at = 0, from = 0; ; at++) {
    const tally = judge.search(characters, left, from)
    left -= tally.steps
    if (tally.outOfBudget) return { ...open, match: at }
    const theirs = found[at] === undefined ? null : ([found[at]![0]!, found[at]![1]!] as const)
    const start = tally.match?.[0] ?? null
    if (start === null) {
      return theirs === null ? null : judged(at, theirs, null, judge, characters)
    }
    const { ends, outOfBudget } = judge.endsAt(characters, start, left)
    if (outOfBudget) return { ...open, match: at }
    const end = semantics === 'leftmost-first' ? ends[0]! : Math.max(...ends)
    const right = [start, end] as const
    if (theirs === null || theirs[0] !== start || theirs[1] !== end) {
      if (semantics === 'all-ends') return { match: at, theirs, right, cause: 'semantics', rule: 'all-ends' }
      return judged(at, theirs, right, judge, characters, keptRule)
    }
    keptRule ||= ends[0] !== Math.max(...ends)
    from = end > start ? end : end + 1
    if (from > characters.length)
      return found.length > at + 1 ? judged(at + 1, spanOf(found[at + 1]), null, judge, characters) : null
  }
}

const spanOf = (span: readonly number[] | undefined): readonly [number, number] | null =>
  span === undefined ? null : [span[0]!, span[1]!]

/** Whether some rule allows their span. */
function judged(
  match: number,
  theirs: readonly [number, number] | null,
  right: readonly [number, number] | null,
  judge: Backtracker,
  characters: Uint32Array,
  keptRule = false,
): Difference {
  const base = { match, theirs, right }
  if (theirs === null || theirs[0] < 0 || theirs[0] > characters.length)
    return { ...base, cause: 'defect', rule: null }
  const { ends, outOfBudget } = judge.endsAt(characters, theirs[0], BUDGET)
  if (outOfBudget) return { ...base, cause: 'open', rule: null }
  if (keptRule) return { ...base, cause: 'defect', rule: null }
  const sameStart = right !== null && theirs[0] === right[0]
  if (sameStart && ends[0] === theirs[1]) return { ...base, cause: 'semantics', rule: 'leftmost-first' }
  if (sameStart && Math.max(...ends) === theirs[1])
    return { ...base, cause: 'semantics', rule: 'leftmost-longest' }
  return { ...base, cause: 'defect', rule: null }
}
