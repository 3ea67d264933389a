/**
 * How many ways one attempt may have where no loop makes more: `(?:a|aa)` written twenty times has a million for twenty
 * a's and more, and no loop at all. A pattern without ambiguous loops is linear; whether that is of use hangs on this.
 *
 * Two bounds, as each is far too high for some patterns that are harmless. By the automaton, what is chosen by the next
 * character is no choice, as in `(?:foo|bar)` many times; by the pattern, `\w{1,20}\d{1,4}` has 80 ways, though there are
 * twenty places at which it may go on in two.
 */
import { BEGIN, type Automaton } from './automaton.ts'
import { strongComponents } from './components.ts'
import type { Node } from './syntax.ts'

/** Choices one behind the other, each of two, as a logarithm. */
const MOST_CHOICES = 12
/** Ways by counts and branches: a text of a hundred characters is read in a fraction of a second with so many. */
const MOST_WAYS = 20_000

/** Whether the automaton has few choices one behind the other. In a loop without ambiguity they count once. */
export function hasFewChoices(automaton: Automaton): boolean {
  const { edges, branching, positions } = automaton
  const from = new Float64Array(edges.length)
  const behind = (states: readonly number[]): number => {
    let choices = 0
    let further = 0
    for (const state of states) {
      choices = Math.max(choices, branching[state]!)
      for (const { to } of edges[state]!) if (to >= positions) further = Math.max(further, from[to]!)
    }
    return choices + further
  }
  for (const { states } of strongComponents(automaton)) {
    const choices = behind(states)
    for (const state of states) from[state] = choices
  }
  return [BEGIN, ...automaton.starts].every((state) => behind([state]) <= MOST_CHOICES)
}

/** Whether the pattern has few ways by its counts and branches, if its loops have none that grow. */
export const hasFewWays = (root: Node): boolean => waysOf(root) <= MOST_WAYS

function waysOf(node: Node): number {
  switch (node.is) {
    case 'sequence':
      return node.items.reduce((ways, item) => ways * waysOf(item), 1)
    case 'choice':
      return node.items.reduce((ways, item) => ways + waysOf(item), 0)
    case 'group':
    case 'look':
      return waysOf(node.item)
    case 'repeat':
      return roundsOf(waysOf(node.item), node)
    default:
      return 1
  }
}

/** Ways of so many rounds with so many ways each: of an endless loop those of a round that is left in the middle. */
function roundsOf(each: number, { min, max }: { readonly min: number; readonly max: number }): number {
  if (max === Infinity) return Math.max(1, each) * each ** min
  let ways = 0
  for (let rounds = min; rounds <= max && ways <= MOST_WAYS; rounds++) ways += each ** rounds
  return ways
}
