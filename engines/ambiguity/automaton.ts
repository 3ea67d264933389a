/**
 * A pattern as an automaton of positions: every place of the pattern that takes a character is a state, and a transition
 * goes to each place that may take the next one, with the number of ways to get there (up to two: `(a*)*` has two from a
 * to a, and that is all that makes it exponential).
 *
 * Where the pattern asks what stands before and after (`\b`, `^`, `$`), positions are split by the kind of character they
 * take, and only ways that these questions allow are kept. Looking around is a side path that goes nowhere; a reference
 * back takes whatever its group takes; counts above a cap are loops (`raw.ts`). So the automaton may do a little more than
 * the pattern, and says whether it may: what is found in it are candidates, to be run.
 */
import { Alphabet, MAX_POINT, MAX_UNIT, NEWLINE, WORD, type CharSet } from './charset.ts'
import { buildRaw, type Asks, type Raw } from './raw.ts'
import type { Pattern } from './syntax.ts'

/** A text's begin. */
export const BEGIN = 0

export interface Edge {
  readonly to: number
  /** 1, or 2 for two and more. */
  readonly ways: 1 | 2
}

/** What a position takes, where that is asked for. */
export type Kind = 'word' | 'newline' | 'other' | 'any'
/** What stands before or after a place: a character, or nothing. */
export type Beside = Kind | 'edge'

export interface Automaton {
  readonly alphabet: Alphabet
  /** Of each class. */
  readonly kindOf: readonly Kind[]
  /** Where a search may start again: anywhere in a text, one for each kind of character that stands before. */
  readonly starts: readonly number[]
  /** The first state that is a position of the pattern; from there on all are. */
  readonly positions: number
  /** Classes that a state takes; of starts all of their kind, of BEGIN none. */
  readonly takes: readonly (readonly number[])[]
  readonly edges: readonly (readonly Edge[])[]
  /** Of each state, the most ways to take one character behind it, as a logarithm to base 2. */
  readonly branching: readonly number[]
  /** Whether the pattern, or what it looks for, may end behind a state, if what it asks for there holds. */
  readonly ends: readonly boolean[]
  /** What may follow where the pattern ends behind a state. */
  readonly endsBefore: readonly ReadonlySet<Beside>[]
  /** Where a text goes on behind a state with which what is looked for behind may end. */
  readonly beyond: ReadonlyMap<number, readonly Edge[]>
  /** Whether all ways were followed, through all that the pattern asks for: of some patterns there are too many. */
  readonly complete: boolean
  /** Whether counts are loops: texts are read that are longer than the pattern's. */
  readonly widened: boolean
  /** Whether the pattern looks around or refers back: not every text that the automaton reads is one of the pattern's. */
  readonly loose: boolean
}

const MOST_PATHS = 4_000
const MOST_PATHS_IN_ALL = 400_000

/** Null when even with the least cap it is too large. `loops`: counts of three and more are loops. */
export function buildAutomaton(pattern: Pattern, loops: boolean): Automaton | null {
  const raw = buildRaw(pattern, loops)
  return raw === null ? null : positions(pattern, raw)
}

interface Followed {
  readonly edges: Edge[]
  readonly branching: number
  readonly ended: boolean
  readonly endsBefore: ReadonlySet<Beside>
  /** Where the pattern goes on behind what was looked for, if that may have ended there. */
  readonly goesOn: number | undefined
}

function positions(pattern: Pattern, raw: Raw): Automaton {
  const asked = raw.free.some((edges) => edges.some(({ asks }) => asks !== null))
  const sets = raw.steps.map(({ set }) => set)
  const alphabet = new Alphabet(
    asked ? [...sets, WORD, NEWLINE] : sets,
    pattern.unicode ? MAX_POINT : MAX_UNIT,
  )
  const isWord = alphabet.within(WORD)
  const isNewline = alphabet.within(NEWLINE)
  const all = alphabet.members.map((_, id) => id)
  const kindOf = all.map((id): Kind =>
    asked ? (isWord[id] ? 'word' : isNewline[id] ? 'newline' : 'other') : 'any',
  )
  const everyKind: readonly Kind[] = asked ? ['word', 'newline', 'other'] : ['any']

  const takes: number[][] = [[], ...everyKind.map((kind) => all.filter((id) => kindOf[id] === kind))]
  const kinds: Kind[] = ['any', ...everyKind]
  const starts = everyKind.map((_, at) => 1 + at)
  const first = takes.length
  const kindsOf = new Map<CharSet, Map<Kind, number[]>>()
  for (const set of new Set(sets)) {
    const within = alphabet.within(set)
    const classes = all.filter((id) => within[id])
    kindsOf.set(
      set,
      Map.groupBy(classes, (id) => kindOf[id]!),
    )
  }
  const placesOf: number[][] = raw.steps.map(({ set }) => {
    return [...kindsOf.get(set)!].map(([kind, members]) => {
      kinds.push(kind)
      return takes.push(members) - 1
    })
  })

  // Without the loops' states no way comes back to where it was; and to one of them none comes back without having
  // taken a character, since a round that takes nothing is no round.
  let total = 0
  let complete = !raw.cut
  const follow = (state: number, before: Beside): Followed => {
    let ended = false
    let goesOn: number | undefined
    const endsBefore = new Set<Beside>()
    const ways = new Map<number, number>()
    let paths = 0
    const onPath = new Set<number>()
    const visit = (at: number, questions: readonly Asks[]): void => {
      if (onPath.has(at)) return
      if (++paths > MOST_PATHS || ++total > MOST_PATHS_IN_ALL) {
        complete = false
        return
      }
      if (raw.ends.has(at)) {
        ended = true
        for (const after of [...everyKind, 'edge'] as const)
          if (questions.every((asks) => allows(asks, before, after))) endsBefore.add(after)
      }
      goesOn = raw.behind.get(at) ?? goesOn
      for (const step of raw.stepsFrom[at]!) {
        for (const place of placesOf[step]!) {
          if (questions.every((asks) => allows(asks, before, kinds[place]!)))
            ways.set(place, (ways.get(place) ?? 0) + 1)
        }
      }
      if (raw.loops.has(at)) onPath.add(at)
      for (const { to, asks } of raw.free[at]!) {
        const known = asks === null || questions.includes(asks)
        visit(to, known ? questions : [...questions, asks])
      }
      onPath.delete(at)
    }
    visit(state, [])
    const edges = [...ways].map(([to, count]): Edge => ({ to, ways: count > 1 ? 2 : 1 }))
    const byClass = new Map<number, number>()
    for (const [to, count] of ways)
      for (const id of takes[to]!) byClass.set(id, (byClass.get(id) ?? 0) + count)
    let most = 1
    for (const count of byClass.values()) most = Math.max(most, count)
    return { edges, branching: Math.log2(most), ended, endsBefore, goesOn }
  }

  const again = starts.map((to): Edge => ({ to, ways: 1 }))
  const begun = (['edge', ...everyKind] as const).map((before) => follow(0, before))
  const edges: Edge[][] = begun.map((one) => [...one.edges, ...again])
  const branching = begun.map((one) => one.branching)
  const ends = takes.map(() => false)
  const endsBefore: ReadonlySet<Beside>[] = takes.map(() => new Set())
  const beyond = new Map<number, readonly Edge[]>()
  for (const [step, places] of placesOf.entries()) {
    for (const place of places) {
      const behind = follow(raw.steps[step]!.to, kinds[place]!)
      edges[place] = behind.edges
      branching[place] = behind.branching
      ends[place] = behind.ended
      endsBefore[place] = behind.endsBefore
      if (behind.goesOn === undefined) continue
      const further = follow(behind.goesOn, kinds[place]!)
      beyond.set(place, further.edges)
      ends[place] = further.ended
    }
  }
  const { widened, loose } = raw
  return {
    alphabet,
    kindOf,
    starts,
    positions: first,
    takes,
    edges,
    branching,
    ends,
    endsBefore,
    beyond,
    complete,
    widened,
    loose,
  }
}

function allows(asks: Asks, before: Beside, after: Beside): boolean {
  switch (asks) {
    case 'start':
      return before === 'edge'
    case 'line-start':
      return before === 'edge' || before === 'newline'
    case 'end':
      return after === 'edge'
    case 'line-end':
      return after === 'edge' || after === 'newline'
    default:
      return ((before === 'word') !== (after === 'word')) === (asks === 'word')
  }
}
